//! One leg of a call: whom it listens to, what came, what went.
use crate::digits::Digits;
use crate::hearing::Hearing;
use crate::latch::{Heard, Latch};
use crate::reception::Reception;
use crate::rtcp::{ReportBlock, Rtcp};
use crate::rtp::RtpPacket;
use crate::silence::Ear;
use crate::speaker::Speaker;
use crate::srtp::Srtp;
use crate::taping::Taping;
use crate::tone::ToneStream;
use crate::{Codec, LegMedia, LegStats};
use core::time::Duration;
use messages::{Moment, RecordingId};

/// Comfort noise (RFC 3389 §4).
pub(crate) const COMFORT_NOISE: u8 = 13;
/// Ticks in a second, of a codec that is not known.
const CLOCK: u32 = 8_000;

#[derive(Debug)]
pub(crate) struct Leg {
    pub media: LegMedia,
    /// The leg that hears this one.
    pub peer: Option<usize>,
    pub recording: Option<(RecordingId, u8)>,
    /// For what is recorded of it and is not G.711.
    pub taping: Option<Box<Taping>>,
    pub tone: Option<ToneStream>,
    /// Digits that this leg is to get.
    pub digits: Digits,
    /// What the gateway itself says to it.
    pub speaker: Speaker,
    /// What came of it and has not been mixed; only where the call is decoded.
    pub hearing: Option<Box<Hearing>>,
    pub srtp: Option<Box<Srtp>>,
    /// The timestamp of the last digit that came (RFC 4733).
    pub pressed: Option<u32>,
    pub latch: Latch,
    pub sent: u64,
    pub heard: Option<Moment>,
    reception: Reception,
    received: u64,
    dropped: u64,
    comfort: bool,
    /// The last sender report passed to this leg: the middle of its NTP time, and when it went.
    passed_report: Option<(u32, Moment)>,
    far: FarEnd,
}

/// What the far end says of what it got.
#[derive(Clone, Copy, Debug, Default)]
struct FarEnd {
    lost: u32,
    jitter_us: u32,
    round_trip_us: u32,
}

impl Leg {
    pub(crate) fn new(media: LegMedia) -> Self {
        Self {
            media,
            peer: None,
            recording: None,
            taping: None,
            tone: None,
            digits: Digits::default(),
            speaker: Speaker::new(media.port.rtp),
            hearing: None,
            srtp: media.keys.map(|keys| Box::new(Srtp::new(keys))),
            pressed: None,
            latch: Latch::new(media.remote, media.signalling),
            sent: 0,
            heard: None,
            reception: Reception::default(),
            received: 0,
            dropped: 0,
            comfort: false,
            passed_report: None,
            far: FarEnd::default(),
        }
    }

    pub(crate) fn set(&mut self, media: LegMedia) {
        match (&mut self.srtp, media.keys) {
            (Some(srtp), Some(keys)) => srtp.renew(keys),
            (srtp, keys) => *srtp = keys.map(|keys| Box::new(Srtp::new(keys))),
        }
        self.media = media;
        self.latch.set(media.remote, media.signalling);
    }

    /// Counts a packet that goes nowhere.
    pub(crate) const fn drop_one(&mut self) {
        self.dropped += 1;
    }

    /// Takes a packet if it is of the leg's party; true for the first of all.
    pub(crate) fn take(
        &mut self,
        now: Moment,
        from: std::net::SocketAddr,
        packet: &RtpPacket<'_>,
    ) -> Option<bool> {
        let header = &packet.header;
        match self.latch.hear(now, from, header.ssrc) {
            Heard::Stranger => {
                self.dropped += 1;
                return None;
            }
            Heard::Locking | Heard::NewSource => {
                self.reception.restart();
                if let Some(hearing) = &mut self.hearing {
                    hearing.restart();
                }
            }
            Heard::Known => {}
        }
        let codec = self.media.formats.codec(header.payload_type);
        self.reception.take(now, header, codec.map(Codec::clock));
        self.received += 1;
        self.comfort = header.payload_type == COMFORT_NOISE;
        let first = self.heard.is_none();
        self.heard = Some(now);
        Some(first)
    }

    /// Reads what this leg's party reports of the packets it got from source `about`.
    pub(crate) fn read(&mut self, now: Moment, rtcp: Rtcp<'_>, about: Option<u32>) {
        let own = rtcp
            .reports()
            .flat_map(|report| report.blocks())
            .find(|block| Some(block.about_ssrc) == about);
        let Some(block) = own else { return };
        self.far.lost = u32::try_from(block.lost.max(0)).unwrap_or(0);
        let clock = self.media.formats.spoken().map(|one| one.codec.clock());
        let jitter = u64::from(block.jitter) * 1_000_000 / u64::from(clock.unwrap_or(CLOCK));
        self.far.jitter_us = u32::try_from(jitter).unwrap_or(u32::MAX);
        if let Some(round_trip) = self.round_trip(now, &block) {
            self.far.round_trip_us = u32::try_from(round_trip.as_micros()).unwrap_or(u32::MAX);
        }
    }

    /// A sender report goes to this leg.
    pub(crate) fn report_passed(&mut self, now: Moment, rtcp: Rtcp<'_>) {
        if let Some(mid) = rtcp.reports().find_map(|report| report.sent_ntp_mid) {
            self.passed_report = Some((mid, now));
        }
    }

    fn round_trip(&self, now: Moment, block: &ReportBlock) -> Option<Duration> {
        let (mid, passed) = self.passed_report?;
        let kept_us = (u64::from(block.delay_since_sr) * 1_000_000) >> 16;
        (mid == block.last_sr)
            .then(|| {
                now.since(passed)
                    .checked_sub(Duration::from_micros(kept_us))
            })
            .flatten()
    }

    pub(crate) const fn ear(&self) -> Ear {
        Ear {
            heard: self.heard,
            sends: self.media.from_leg,
            listens: self.media.to_leg,
            comfort: self.comfort,
        }
    }

    pub(crate) fn stats(&self) -> LegStats {
        LegStats {
            received: self.received,
            sent: self.sent,
            lost: self.reception.lost(),
            jitter_us: self.reception.jitter_us(),
            dropped: self.dropped,
            far_lost: self.far.lost,
            far_jitter_us: self.far.jitter_us,
            round_trip_us: self.far.round_trip_us,
        }
    }
}
