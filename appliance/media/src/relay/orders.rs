//! What the branch machine orders.
use super::{BadOrder, Call, REST, Relay, RelayOutput, STATS, stats};
use crate::leg::Leg;
use crate::silence::{LOOK, Watch};
use crate::tone::ToneStream;
use crate::{Codec, LegMedia, MediaCommand, MediaLeg, RecordOrder, Tone};
use messages::fact::Seat;
use messages::{CallId, Moment};

impl Relay {
    /// One order. A bad one changes nothing.
    pub fn order(&mut self, now: Moment, command: MediaCommand) -> Result<(), BadOrder> {
        match command {
            MediaCommand::Set(media) => self.set(now, media),
            MediaCommand::Bridge { call } => self.bridge(call),
            MediaCommand::Watch { call } => self.watch(now, call),
            MediaCommand::Tone { leg, tone, codec } => self.tone(now, leg, tone, codec),
            MediaCommand::StopTone { leg } => self.stop_tone(leg),
            MediaCommand::Digit {
                leg,
                digit,
                duration_ms,
            } => self.digit(leg, digit, duration_ms),
            MediaCommand::Mix {
                call,
                beside,
                codec,
            } => self.mix(now, call, beside, codec),
            MediaCommand::Unmix { call, guest_takes } => self.unmix(now, call, guest_takes),
            MediaCommand::Record(order) => self.record(order),
            MediaCommand::StopRecording { call } => self.stop_recording(call),
            MediaCommand::Close { call } => self.close(now, call),
        }
    }

    fn set(&mut self, now: Moment, media: LegMedia) -> Result<(), BadOrder> {
        let slot = *self.slots.get(&media.port).ok_or(BadOrder::PortUnknown)?;
        let MediaLeg { call, seat } = media.leg;
        let known = self.calls.get(&call).and_then(|c| c.legs[seat.index()]);
        if known == Some(slot) {
            self.leg(media.leg)?.set(media);
            return Ok(());
        }
        if self.legs[slot].is_some() || self.resting.iter().any(|(_, resting)| *resting == slot) {
            return Err(BadOrder::PortTaken);
        }
        if let Some(moved) = known {
            self.rest(now, moved);
        }
        if self.calls.is_empty() {
            self.next_look = now + LOOK;
        }
        let opened = self.calls.entry(call).or_insert_with(|| Call::new(now));
        let mut leg = Leg::new(media);
        leg.playout = opened.mixing.is_some().then(Box::default);
        self.legs[slot] = Some(leg);
        opened.legs[seat.index()] = Some(slot);
        self.outputs.push_back(RelayOutput::Listen { slot });
        self.link(call);
        Ok(())
    }

    fn bridge(&mut self, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        open.bridged = true;
        self.link(call);
        Ok(())
    }

    fn watch(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        open.watch.get_or_insert_with(|| Watch::new(now));
        Ok(())
    }

    fn tone(
        &mut self,
        now: Moment,
        leg: MediaLeg,
        tone: Tone,
        codec: Codec,
    ) -> Result<(), BadOrder> {
        let slot = self.slot(leg)?;
        // A source of its own for each leg; nobody needs it to be hard to guess.
        let ssrc = 0x5A4B_0000 | u32::from(self.ports[slot].rtp);
        self.leg(leg)?.tone = Some(ToneStream::new(tone, codec, ssrc, now));
        if !self.sounding.contains(&slot) {
            self.sounding.push(slot);
        }
        Ok(())
    }

    fn stop_tone(&mut self, leg: MediaLeg) -> Result<(), BadOrder> {
        self.leg(leg)?.tone = None;
        Ok(())
    }

    fn digit(&mut self, leg: MediaLeg, digit: char, duration_ms: u16) -> Result<(), BadOrder> {
        let taken = self.leg(leg)?.digits.press(digit, duration_ms);
        taken.then_some(()).ok_or(BadOrder::DigitRefused)
    }

    fn record(&mut self, order: RecordOrder) -> Result<(), BadOrder> {
        let RecordOrder {
            call, recording, ..
        } = order;
        self.outputs
            .push_back(RelayOutput::RecordingBegun { recording });
        let Some(open) = self.calls.get_mut(&call) else {
            // The call ended while its key was made: the recording is empty, and ends.
            self.outputs.push_back(over(&order));
            return Err(BadOrder::CallUnknown);
        };
        let before = open.recording.replace(order);
        self.outputs.extend(before.as_ref().map(over));
        self.link(call);
        Ok(())
    }

    fn stop_recording(&mut self, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        let stopped = open.recording.take();
        self.outputs.extend(stopped.as_ref().map(over));
        self.link(call);
        Ok(())
    }

    fn close(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let closed = self.calls.remove(&call).ok_or(BadOrder::CallUnknown)?;
        for slot in closed.legs.into_iter().flatten() {
            self.outputs.extend(self.legs[slot].as_ref().map(stats));
            self.rest(now, slot);
        }
        self.outputs.extend(closed.recording.as_ref().map(over));
        Ok(())
    }

    pub(super) fn rest(&mut self, now: Moment, slot: usize) {
        self.legs[slot] = None;
        self.sounding.retain(|sounding| *sounding != slot);
        self.resting.push_back((now + REST, slot));
    }

    /// Tells the legs of a call about each other and about the recording.
    pub(super) fn link(&mut self, call: CallId) {
        let Some(open) = self.calls.get(&call) else {
            return;
        };
        let [caller, callee, guest] = open.legs;
        let direct = open.bridged && open.mixing.is_none();
        let seats = [
            (Seat::Caller, caller, callee),
            (Seat::Callee, callee, caller),
            (Seat::Guest, guest, None),
        ];
        for (seat, slot, other) in seats {
            let Some(leg) = slot.and_then(|slot| self.legs[slot].as_mut()) else {
                continue;
            };
            leg.peer = other.filter(|_| direct);
            let channel = Self::channel(open, seat);
            leg.recording = open
                .recording
                .as_ref()
                .and_then(|r| Some((r.recording, channel?)));
        }
    }

    fn slot(&self, leg: MediaLeg) -> Result<usize, BadOrder> {
        let call = self.calls.get(&leg.call).ok_or(BadOrder::CallUnknown)?;
        call.legs[leg.seat.index()].ok_or(BadOrder::LegUnknown)
    }

    fn leg(&mut self, leg: MediaLeg) -> Result<&mut Leg, BadOrder> {
        let slot = self.slot(leg)?;
        self.legs[slot].as_mut().ok_or(BadOrder::LegUnknown)
    }
}

impl Call {
    fn new(now: Moment) -> Self {
        Self {
            legs: [None; Seat::COUNT],
            bridged: false,
            mixing: None,
            watch: None,
            recording: None,
            next_stats: now + STATS,
        }
    }
}

const fn over(order: &RecordOrder) -> RelayOutput {
    RelayOutput::RecordingOver {
        recording: order.recording,
    }
}
