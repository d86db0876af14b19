//! One packet that is not encrypted, or not any more: it is recorded, decoded, or passed on.
use super::{Outlet, RecordFrame, Relay, RelayOutput};
use crate::coder::Rate;
use crate::leg::{COMFORT_NOISE, Leg};
use crate::rtcp::Rtcp;
use crate::rtp::{RtpHeader, RtpPacket};
use crate::srtp::Srtp;
use crate::taping::Taping;
use crate::{Codec, MediaReport};
use messages::Moment;
use std::net::SocketAddr;

/// The bit beside the payload type (RFC 3550 §5.1).
const MARKER: u8 = 0x80;

/// What a packet is to its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Sound(Codec),
    /// The first byte of its payload.
    Digit(Option<u8>),
    /// Silence on purpose, or nothing that is known here.
    Other,
}

impl Relay {
    pub(super) fn clear_rtp(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &mut [u8],
        outlet: &mut dyn Outlet,
    ) {
        let Some(leg) = self.legs[slot].as_mut() else {
            return;
        };
        let Ok(packet) = RtpPacket::parse(bytes) else {
            return leg.drop_one();
        };
        let Some(first) = leg.take(now, from, &packet) else {
            return;
        };
        if first {
            let leg = leg.media.leg;
            let report = MediaReport::FirstPacket { leg };
            self.outputs.push_back(RelayOutput::Report(report));
        }
        // whoever agreed not to send is not heard
        if !leg.media.from_leg {
            return;
        }
        let content = leg.content(&packet);
        if let Content::Sound(codec) = content {
            leg.record(codec, &packet, outlet);
            if leg.peer.is_some_and(|peer| self.strays(slot, peer, codec)) {
                let call = self.legs[slot].as_ref().map(|leg| leg.media.leg.call);
                call.into_iter().for_each(|call| self.stray(now, call));
            }
        }
        if self.listen_to(slot, content, &packet) {
            return;
        }
        let (header, length) = (packet.header, packet.payload.len());
        let ticks = match content {
            Content::Sound(codec) => codec.ticks(packet.payload),
            Content::Digit(_) | Content::Other => u32::try_from(length).unwrap_or(u32::MAX),
        };
        self.pass(slot, content, &header, ticks, bytes, outlet);
    }

    /// The other one cannot hear this as it is, and could if it were decoded.
    fn strays(&self, slot: usize, peer: usize, codec: Codec) -> bool {
        let formats = |slot: usize| self.legs[slot].as_ref().map(|leg| leg.media.formats);
        let (Some(own), Some(theirs)) = (formats(slot), formats(peer)) else {
            return false;
        };
        let agreed = own.number(codec).is_some() && theirs.spoken().is_some();
        agreed && codec.can_be_decoded() && theirs.number(codec).is_none()
    }

    /// Where the call is decoded, the packet goes no further. False: it is not.
    fn listen_to(&mut self, slot: usize, content: Content, packet: &RtpPacket<'_>) -> bool {
        let Some(leg) = self.legs[slot].as_mut() else {
            return true;
        };
        let Some(hearing) = &mut leg.hearing else {
            return false;
        };
        let RtpHeader {
            timestamp,
            payload_type,
            ..
        } = packet.header;
        match content {
            Content::Sound(codec) => hearing.hear(codec, timestamp, packet.payload),
            Content::Digit(Some(event)) => {
                if leg.pressed.replace(timestamp) != Some(timestamp) {
                    self.share_digit(slot, event);
                }
            }
            Content::Other if payload_type == COMFORT_NOISE => {
                hearing.fall_silent(timestamp, packet.payload);
            }
            Content::Digit(None) | Content::Other => {}
        }
        true
    }

    fn pass(
        &mut self,
        slot: usize,
        content: Content,
        header: &RtpHeader,
        ticks: u32,
        bytes: &mut [u8],
        outlet: &mut dyn Outlet,
    ) {
        let Some(peer) = self.legs[slot].as_ref().and_then(|leg| leg.peer) else {
            return;
        };
        let Some(listener) = self.legs[peer].as_mut() else {
            return;
        };
        let formats = &listener.media.formats;
        let number = match content {
            // digits go only to who agreed to get them
            Content::Digit(_) => match formats.events {
                Some(number) => number,
                None => return,
            },
            Content::Sound(codec) => formats.number(codec).unwrap_or(header.payload_type),
            Content::Other => header.payload_type,
        };
        let in_place = match (content, formats.events) {
            (Content::Sound(codec), Some(events)) => {
                let clock = codec.clock();
                listener.digits.instead(header, events, clock, ticks)
            }
            _ => None,
        };
        if listener.media.to_leg && listener.latch.rtp_to().is_some() {
            listener.tone = None;
        }
        match in_place {
            Some(digit) => listener.send(peer, &digit, outlet),
            None => {
                bytes[1] = (bytes[1] & MARKER) | number;
                listener.send(peer, bytes, outlet);
            }
        }
    }

    pub(super) fn clear_rtcp(
        &mut self,
        now: Moment,
        slot: usize,
        from: SocketAddr,
        bytes: &[u8],
        outlet: &mut dyn Outlet,
    ) {
        let Some(leg) = self.legs[slot].as_mut() else {
            return;
        };
        let read = Rtcp::parse(bytes)
            .ok()
            .filter(|_| leg.latch.hear_rtcp(from));
        let Some(rtcp) = read else {
            return leg.drop_one();
        };
        let Some(peer) = leg.peer else {
            return;
        };
        let about = self.legs[peer].as_ref().and_then(|leg| leg.latch.ssrc());
        if let Some(leg) = self.legs[slot].as_mut() {
            leg.read(now, rtcp, about);
        }
        if let Some(listener) = self.legs[peer].as_mut() {
            listener.pass_report(now, rtcp, bytes, peer, outlet);
        }
    }
}

impl Leg {
    fn content(&self, packet: &RtpPacket<'_>) -> Content {
        let number = packet.header.payload_type;
        if self.media.formats.events == Some(number) {
            return Content::Digit(packet.payload.first().copied());
        }
        let codec = self.media.formats.codec(number);
        codec.map_or(Content::Other, Content::Sound)
    }

    /// Hands sound to the recorder: G.711 as it is, the rest in A-law.
    fn record(&mut self, codec: Codec, packet: &RtpPacket<'_>, outlet: &mut dyn Outlet) {
        let Some((recording, channel)) = self.recording else {
            return;
        };
        let (law, (header, audio)) = if let Codec::G711(law) = codec {
            (law, (packet.header, packet.payload))
        } else {
            if self.taping.as_ref().map(|taping| taping.codec()) != Some(codec) {
                self.taping = Taping::new(codec).map(Box::new);
            }
            let Some(taping) = &mut self.taping else {
                return;
            };
            (Taping::LAW, taping.take(&packet.header, packet.payload))
        };
        outlet.record(&RecordFrame {
            recording,
            channel,
            law,
            header,
            audio,
        });
    }

    /// What the gateway itself says to it.
    pub(super) fn say(
        &mut self,
        slot: usize,
        rate: Rate,
        samples: &[i16],
        outlet: &mut dyn Outlet,
    ) {
        let Some(to) = self.latch.rtp_to().filter(|_| self.media.to_leg) else {
            return;
        };
        let (srtp, sent) = (&mut self.srtp, &mut self.sent);
        let mut send = |packet: &[u8]| {
            *sent += 1;
            sealed(srtp, packet, |packet| outlet.send(slot, to, packet));
        };
        let formats = &self.media.formats;
        self.speaker
            .say(formats, rate, samples, &mut self.digits, &mut send);
    }

    /// A packet of the other one goes to it.
    fn send(&mut self, slot: usize, packet: &[u8], outlet: &mut dyn Outlet) {
        if let Some(to) = self.latch.rtp_to().filter(|_| self.media.to_leg) {
            self.sent += 1;
            sealed(&mut self.srtp, packet, |packet| {
                outlet.send(slot, to, packet)
            });
        }
    }

    fn pass_report(
        &mut self,
        now: Moment,
        rtcp: Rtcp<'_>,
        bytes: &[u8],
        slot: usize,
        outlet: &mut dyn Outlet,
    ) {
        let Some(to) = self.latch.rtcp_to() else {
            return;
        };
        self.report_passed(now, rtcp);
        match &mut self.srtp {
            None => outlet.send_rtcp(slot, to, bytes),
            Some(srtp) => {
                let sealed = srtp.seal_rtcp(bytes);
                sealed
                    .iter()
                    .for_each(|sealed| outlet.send_rtcp(slot, to, sealed));
            }
        }
    }
}

/// Sends a packet as the leg wants it: as it is, or encrypted.
fn sealed(srtp: &mut Option<Box<Srtp>>, packet: &[u8], send: impl FnOnce(&[u8])) {
    match srtp {
        None => send(packet),
        Some(srtp) => {
            if let Some(sealed) = srtp.seal_rtp(packet) {
                send(&sealed);
            }
        }
    }
}
