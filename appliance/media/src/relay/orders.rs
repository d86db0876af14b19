//! What the branch machine orders.
use super::{BadOrder, Call, REST, Relay, RelayOutput, STATS, stats};
use crate::leg::Leg;
use crate::silence::{LOOK, Watch};
use crate::tone::ToneStream;
use crate::{LegMedia, MediaCommand, MediaLeg, RecordOrder, Tone};
use messages::fact::Seat;
use messages::{CallId, Moment};

impl Relay {
    /// One order. A bad one changes nothing.
    pub fn order(&mut self, now: Moment, command: MediaCommand) -> Result<(), BadOrder> {
        match command {
            MediaCommand::Set(media) => self.set(now, media),
            MediaCommand::Bridge { call } => self.bridge(now, call),
            MediaCommand::Watch { call } => self.watch(now, call),
            MediaCommand::Tone { leg, tone } => self.tone(now, leg, tone),
            MediaCommand::StopTone { leg } => self.stop_tone(leg),
            MediaCommand::Digit {
                leg,
                digit,
                duration_ms,
            } => self.digit(leg, digit, duration_ms),
            MediaCommand::Mix { call, beside } => self.mix(now, call, beside),
            MediaCommand::Unmix { call, guest_takes } => self.unmix(now, call, guest_takes),
            MediaCommand::Record(order) => self.record(now, order),
            MediaCommand::StopRecording { call } => self.stop_recording(now, call),
            MediaCommand::Close { call } => self.close(now, call),
        }
    }

    fn set(&mut self, now: Moment, media: LegMedia) -> Result<(), BadOrder> {
        let slot = *self.slots.get(&media.port).ok_or(BadOrder::PortUnknown)?;
        let MediaLeg { call, seat } = media.leg;
        let known = self.calls.get(&call).and_then(|c| c.legs[seat.index()]);
        if known == Some(slot) {
            self.leg(media.leg)?.set(media);
            if let Some(open) = self.calls.get_mut(&call) {
                open.strayed = false;
            }
            self.link(now, call);
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
        self.legs[slot] = Some(Leg::new(media));
        opened.legs[seat.index()] = Some(slot);
        self.outputs.push_back(RelayOutput::Listen { slot });
        self.link(now, call);
        Ok(())
    }

    fn bridge(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        open.bridged = true;
        self.link(now, call);
        Ok(())
    }

    fn watch(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        open.watch.get_or_insert_with(|| Watch::new(now));
        Ok(())
    }

    fn tone(&mut self, now: Moment, leg: MediaLeg, tone: Tone) -> Result<(), BadOrder> {
        let slot = self.slot(leg)?;
        let sounding = self.leg(leg)?;
        sounding.tone = Some(ToneStream::new(tone, now));
        sounding.speaker.begin_anew();
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

    fn record(&mut self, now: Moment, order: RecordOrder) -> Result<(), BadOrder> {
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
        self.link(now, call);
        Ok(())
    }

    fn stop_recording(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let open = self.calls.get_mut(&call).ok_or(BadOrder::CallUnknown)?;
        let stopped = open.recording.take();
        self.outputs.extend(stopped.as_ref().map(over));
        self.link(now, call);
        Ok(())
    }

    fn close(&mut self, now: Moment, call: CallId) -> Result<(), BadOrder> {
        let closed = self.calls.remove(&call).ok_or(BadOrder::CallUnknown)?;
        self.decoded.retain(|decoded| *decoded != call);
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

    /// Tells the legs of a call about each other and about the recording; whether their sound is decoded follows.
    pub(super) fn link(&mut self, now: Moment, call: CallId) {
        self.choose_decoding(now, call);
        let Some(open) = self.calls.get(&call) else {
            return;
        };
        let [caller, callee, guest] = open.legs;
        let direct = open.bridged && open.decoded.is_none();
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
            guest_beside: None,
            strayed: false,
            decoded: None,
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
