//! What was received from one source: loss and jitter (RFC 3550 §6.4.1, appendix A.1, A.3, A.8).
use crate::rtp::RtpHeader;
use messages::Moment;

/// A jump of the sequence number beyond this starts the count anew (appendix A.1: MAX_DROPOUT).
const JUMP_MAX: u16 = 3_000;
/// A single packet moves the jitter as if it were at most this far off: a source may set its clock anew.
const OFF_MAX_US: i64 = 1_000_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Reception {
    /// Loss of the sources before this one.
    lost_before: u64,
    run: Option<Run>,
    /// Sixteen times the jitter in microseconds (A.8).
    jitter_16: i64,
}

/// One unbroken run of sequence numbers.
#[derive(Clone, Debug)]
struct Run {
    first: u64,
    highest: u64,
    received: u64,
    last: Option<Transit>,
}

/// When the last audio packet came, against its own time.
#[derive(Clone, Copy, Debug)]
struct Transit {
    arrival_us: i64,
    timestamp: u32,
}

impl Reception {
    /// One accepted packet; the clock of its timestamps where it is sound. Jitter is counted on sound only: digits
    /// (RFC 4733) repeat one timestamp.
    pub(crate) fn take(&mut self, now: Moment, header: &RtpHeader, clock: Option<u32>) {
        let Some(run) = self.run.as_mut().filter(|run| run.extends(header.sequence)) else {
            self.restart();
            self.run = Some(Run::start(header.sequence));
            self.time(now, header, clock);
            return;
        };
        run.received += 1;
        run.highest = run.highest.max(run.extended(header.sequence));
        self.time(now, header, clock);
    }

    /// Another source, or one that jumped: what was lost so far stays counted.
    pub(crate) fn restart(&mut self) {
        self.lost_before = self.lost();
        self.run = None;
    }

    #[must_use]
    pub(crate) fn lost(&self) -> u64 {
        self.lost_before + self.run.as_ref().map_or(0, Run::lost)
    }

    #[must_use]
    pub(crate) fn jitter_us(&self) -> u32 {
        u32::try_from(self.jitter_16 >> 4).unwrap_or(u32::MAX)
    }

    fn time(&mut self, now: Moment, header: &RtpHeader, clock: Option<u32>) {
        let (Some(run), Some(clock)) = (self.run.as_mut(), clock) else {
            return;
        };
        let here = Transit {
            arrival_us: i64::try_from(now.micros()).unwrap_or(i64::MAX),
            timestamp: header.timestamp,
        };
        // A marker begins a talk spurt: the pause before it is no jitter.
        if let Some(last) = run.last.filter(|_| !header.marker) {
            let ahead = header.timestamp.wrapping_sub(last.timestamp).cast_signed();
            let passed = here.arrival_us - last.arrival_us;
            let off = (passed - i64::from(ahead) * 1_000_000 / i64::from(clock))
                .abs()
                .min(OFF_MAX_US);
            self.jitter_16 += off - ((self.jitter_16 + 8) >> 4);
        }
        run.last = Some(here);
    }
}

impl Run {
    fn start(sequence: u16) -> Self {
        // One cycle up, so that packets from before the first one do not go below zero.
        let first = 0x1_0000 + u64::from(sequence);
        Self {
            first,
            highest: first,
            received: 1,
            last: None,
        }
    }

    /// False where the number is too far from the highest to be of the same run.
    fn extends(&self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest_16());
        !(JUMP_MAX..=u16::MAX - JUMP_MAX).contains(&ahead)
    }

    fn highest_16(&self) -> u16 {
        u16::try_from(self.highest & 0xFFFF).unwrap_or(0)
    }

    fn extended(&self, sequence: u16) -> u64 {
        let ahead = sequence.wrapping_sub(self.highest_16()).cast_signed();
        self.highest.saturating_add_signed(i64::from(ahead))
    }

    fn lost(&self) -> u64 {
        (self.highest - self.first + 1).saturating_sub(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::Reception;
    use crate::rtp::RtpHeader;
    use core::time::Duration;
    use messages::Moment;

    fn header(sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp,
            ssrc: 1,
        }
    }

    fn lost(sequences: &[u16]) -> u64 {
        let mut reception = Reception::default();
        for sequence in sequences {
            reception.take(Moment::START, &header(*sequence, 0), None);
        }
        reception.lost()
    }

    #[test]
    fn losses_are_counted_over_the_wrap_and_order_does_not_matter() {
        assert_eq!(lost(&[1, 2, 3]), 0);
        assert_eq!(lost(&[1, 4]), 2);
        assert_eq!(lost(&[1, 4, 3, 2]), 0);
        assert_eq!(lost(&[65_534, 65_535, 0, 2]), 1);
        assert_eq!(lost(&[0, 65_535, 1]), 0, "one from before the first");
        assert_eq!(lost(&[1, 2, 2, 2, 5]), 0, "duplicates hide losses (A.3)");
        assert_eq!(lost(&[1, 3, 30_000, 30_002]), 2, "a jump starts anew");
    }

    #[test]
    fn jitter_is_zero_for_an_even_stream_and_follows_an_uneven_one() {
        let mut even = Reception::default();
        let mut uneven = Reception::default();
        for n in 0..400_u16 {
            let header = header(n, u32::from(n) * 160);
            let at = Moment::START + Duration::from_millis(20) * u32::from(n);
            even.take(at, &header, Some(8_000));
            let off = Duration::from_millis(if n % 2 == 0 { 0 } else { 10 });
            uneven.take(at + off, &header, Some(8_000));
        }
        assert_eq!(even.jitter_us(), 0);
        let jitter = uneven.jitter_us();
        assert!((9_500..=10_000).contains(&jitter), "{jitter}");
    }

    #[test]
    fn digits_and_pauses_are_no_jitter() {
        let mut reception = Reception::default();
        let at = |ms| Moment::START + Duration::from_millis(ms);
        reception.take(at(0), &header(1, 0), Some(8_000));
        for (n, ms) in [(2, 20), (3, 40), (4, 60)] {
            reception.take(at(ms), &header(n, 160), None);
        }
        let mut after = header(5, 160);
        after.marker = true;
        reception.take(at(5_000), &after, Some(8_000));
        assert_eq!((reception.jitter_us(), reception.lost()), (0, 0));
    }
}
