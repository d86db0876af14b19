//! A recording begins only when its key is durable; what became of it is a fact.
use crate::api::{KeyAnswer, Output};
use crate::machine::Branch;
use crate::media_wire::law_of;
use crate::signalling::Signalling;
use calls::sdp::FormatKind;
use media::{MediaCommand, RecordOrder, RecorderReport};
use messages::fact::{Actor, RecordingClosed, RecordingFailed, RecordingGap, RecordingStarted};
use messages::{CallId, Now, RecordingId, Refusal};

impl<S: Signalling> Branch<S> {
    pub(crate) fn record(&mut self, now: Now, call: CallId, formats: [FormatKind; 2]) {
        let recording = self.mint.recording(now.utc);
        // asked for before the disk filled, or by somebody who cannot be sent away: it is said, not left out in silence
        if !self.disk.takes_recordings() {
            return self.recording_failed(now, call, recording, "recording_disk_full");
        }
        let order = RecordOrder {
            call,
            recording,
            party: None,
            laws: formats.map(law_of),
        };
        let number = self.notes.get(&call).and_then(|note| note.party.clone());
        self.awaiting_key.insert(recording, order.clone());
        self.say(Output::NeedRecordingKey { order, number });
    }

    pub(crate) fn key_came(
        &mut self,
        now: Now,
        recording: RecordingId,
        answer: Result<KeyAnswer, Refusal>,
    ) {
        let Some(mut order) = self.awaiting_key.remove(&recording) else {
            return;
        };
        let call = order.call;
        if !self.calls.contains(&call) {
            return;
        }
        match answer {
            Ok(KeyAnswer { party }) => {
                order.party = party;
                self.fact(
                    now,
                    Actor::System,
                    RecordingStarted {
                        recording,
                        call,
                        party,
                    },
                );
                self.say(Output::Media(MediaCommand::Record(order)));
            }
            Err(refusal) => self.recording_failed(now, call, recording, refusal.code()),
        }
    }

    pub(crate) fn recorder_reports(&mut self, now: Now, report: RecorderReport) {
        match report {
            RecorderReport::Gap {
                recording,
                at_ms,
                lost_frames,
            } => {
                self.fact(
                    now,
                    Actor::System,
                    RecordingGap {
                        recording,
                        at_ms,
                        lost_frames,
                    },
                );
            }
            RecorderReport::Closed {
                recording,
                segments,
                last_tag,
                duration_ms,
                bytes,
            } => {
                let fact = RecordingClosed {
                    recording,
                    segments,
                    last_tag,
                    duration_ms,
                    bytes,
                };
                self.fact(now, Actor::System, fact);
            }
            RecorderReport::Failed {
                call,
                recording,
                code,
            } => self.recording_failed(now, call, recording, code),
        }
    }

    fn recording_failed(&mut self, now: Now, call: CallId, recording: RecordingId, code: &str) {
        self.fact(
            now,
            Actor::System,
            RecordingFailed {
                recording,
                call,
                code: code.to_owned(),
            },
        );
    }
}
