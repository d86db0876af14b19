//! Between the calls and the media threads.
use crate::Output;
use crate::machine::Branch;
use crate::signalling::Signalling;
use calls::AgreedKeys;
use calls::MediaOrder;
use calls::sdp::{Format, FormatKind, MasterKey, Suite};
use media::{
    Codec, Formats, Law, LegMedia, MediaCommand, MediaLeg, MediaReport, Numbered, PTIME_MS,
    PortPair, SrtpKey, SrtpKeys, SrtpSuite, Tone,
};
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
                formats,
                ptime,
                keys,
            } => {
                self.ports.opened(port, call);
                MediaCommand::Set(LegMedia {
                    leg: MediaLeg { call, seat },
                    port: PortPair { rtp: port },
                    remote,
                    signalling,
                    to_leg,
                    from_leg,
                    formats: formats_of(&formats, ptime),
                    keys: keys.map(keys_of),
                })
            }
            MediaOrder::Bridge => MediaCommand::Bridge { call },
            MediaOrder::Watch => MediaCommand::Watch { call },
            MediaOrder::Ringback { side } => MediaCommand::Tone {
                leg: leg_on(call, side),
                tone: Tone::Ringback,
            },
            MediaOrder::StopTone { side } => MediaCommand::StopTone {
                leg: leg_on(call, side),
            },
            MediaOrder::Mix { beside } => MediaCommand::Mix { call, beside },
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

/// What the recorder writes for a side: its own law, A-law for everything else.
pub(crate) const fn law_of(format: FormatKind) -> Law {
    match format {
        FormatKind::MuLaw => Law::Mu,
        FormatKind::ALaw
        | FormatKind::G722
        | FormatKind::Opus
        | FormatKind::G729
        | FormatKind::Comfort
        | FormatKind::Events => Law::A,
    }
}

fn formats_of(formats: &[Format], ptime: Option<u16>) -> Formats {
    let speech: Vec<Numbered> = formats.iter().filter_map(numbered).collect();
    let mut events = formats.iter();
    let events = events.find(|format| format.kind == FormatKind::Events);
    Formats {
        events: events.map(|format| format.payload),
        ptime_ms: ptime.and_then(|ms| ms.try_into().ok()).unwrap_or(PTIME_MS),
        ..Formats::of(&speech)
    }
}

fn numbered(format: &Format) -> Option<Numbered> {
    let codec = match format.kind {
        FormatKind::ALaw => Codec::G711(Law::A),
        FormatKind::MuLaw => Codec::G711(Law::Mu),
        FormatKind::G722 => Codec::G722,
        FormatKind::Opus => Codec::Opus,
        FormatKind::G729 => Codec::G729,
        FormatKind::Comfort | FormatKind::Events => return None,
    };
    Some(Numbered {
        payload_type: format.payload,
        codec,
    })
}

fn keys_of(keys: AgreedKeys) -> SrtpKeys {
    let key = |key: &MasterKey| SrtpKey(key.0);
    SrtpKeys {
        suite: match keys.suite {
            Suite::Aes128Sha1Tag80 => SrtpSuite::Aes128Sha1Tag80,
            Suite::Aes128Sha1Tag32 => SrtpSuite::Aes128Sha1Tag32,
            Suite::Aes256Sha1Tag80 => SrtpSuite::Aes256Sha1Tag80,
            Suite::Aes128Gcm => SrtpSuite::Aes128Gcm,
            Suite::Aes256Gcm => SrtpSuite::Aes256Gcm,
        },
        ours: key(&keys.ours),
        theirs: key(&keys.theirs),
    }
}
