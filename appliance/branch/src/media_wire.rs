//! Between the calls and the media threads.
use crate::Output;
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::MediaOrder;
use calls::sdp::FormatKind;
use media::{Codec, LegMedia, MediaCommand, MediaLeg, MediaReport, PortPair, Tone};
use messages::fact::Side;
use messages::{CallId, Now};
use sansio::Machine;
use sip::LegId;

impl<S: Signalling> Branch<S> {
    pub(crate) fn order_media(&mut self, call: CallId, order: MediaOrder) {
        let command = match order {
            MediaOrder::Set {
                seat,
                port,
                remote,
                signalling,
                to_leg,
                from_leg,
                events,
            } => {
                self.ports.opened(port, call);
                MediaCommand::Set(LegMedia {
                    leg: MediaLeg { call, seat },
                    port: PortPair { rtp: port },
                    remote,
                    signalling,
                    to_leg,
                    from_leg,
                    events,
                })
            }
            MediaOrder::Bridge => MediaCommand::Bridge { call },
            MediaOrder::Watch => MediaCommand::Watch { call },
            MediaOrder::Ringback { side, format } => MediaCommand::Tone {
                leg: leg_on(call, side),
                tone: Tone::Ringback,
                codec: codec_of(format),
            },
            MediaOrder::StopTone { side } => MediaCommand::StopTone {
                leg: leg_on(call, side),
            },
            MediaOrder::Mix { beside, format } => MediaCommand::Mix {
                call,
                beside,
                codec: codec_of(format),
            },
            MediaOrder::Unmix { guest_takes } => MediaCommand::Unmix { call, guest_takes },
            MediaOrder::Close => MediaCommand::Close { call },
        };
        self.say(Output::Media(command));
    }

    /// A digit that came in the signalling goes to the others as digits do (RFC 4733).
    pub(crate) fn digit_came(&mut self, leg: LegId, digit: char, duration_ms: u16) {
        let Some((call, no)) = self.legs.get(&leg).copied() else {
            return;
        };
        if !self.calls.is_up(&call) {
            return;
        }
        for seat in self.calls.hearers(&call, no) {
            self.say(Output::Media(MediaCommand::Digit {
                leg: MediaLeg { call, seat },
                digit,
                duration_ms,
            }));
        }
    }

    pub(crate) fn media_reports(&mut self, now: Now, report: MediaReport) {
        match report {
            MediaReport::Ports(ports) => self.ports.fill(ports.into_iter().map(|port| port.rtp)),
            MediaReport::PortFree(port) => self.ports.freed(port.rtp),
            MediaReport::OneWay { call, silent } => {
                self.calls
                    .handle(now, calls::Input::OneWay { call, silent });
            }
            MediaReport::Silent { call } => self.calls.handle(now, calls::Input::Silent { call }),
            MediaReport::Recorder(report) => self.recorder_reports(now, report),
            // For the screens; nothing is decided by them.
            MediaReport::FirstPacket { .. } | MediaReport::Stats { .. } => {}
        }
    }
}

fn leg_on(call: CallId, side: Side) -> MediaLeg {
    MediaLeg {
        call,
        seat: side.into(),
    }
}

pub(crate) const fn codec_of(format: FormatKind) -> Codec {
    match format {
        FormatKind::MuLaw => Codec::MuLaw,
        FormatKind::ALaw | FormatKind::Events => Codec::ALaw,
    }
}
