//! One leg of a call: how far its session is, and what was agreed about its media.
use crate::input::LegNo;
use crate::output::MediaOrder;
use crate::sdp::{Audio, Description, Format, FormatKind, Local, Way, speech};
use bytes::Bytes;
use messages::fact::Seat;
use messages::{AttemptId, Extension, PartyNumber, TrunkName};
use std::net::{IpAddr, SocketAddr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegState {
    /// It invited us and waits for our answer.
    Waiting,
    /// We invited it.
    Invited,
    Up,
}

/// Who is at the other end of a leg.
#[derive(Debug, Default)]
pub(crate) struct Who {
    pub(crate) extension: Option<Extension>,
    pub(crate) party: Option<PartyNumber>,
    /// The trunk whose channel the leg holds.
    pub(crate) channel: Option<TrunkName>,
    /// The try to reach somebody outside that it is.
    pub(crate) attempt: Option<AttemptId>,
}

#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) no: LegNo,
    pub(crate) who: Who,
    pub(crate) state: LegState,
    /// The last offer of this leg, to be answered line by line.
    pub(crate) offer: Option<Description>,
    /// What this leg can take, in its order; once it was answered, what was agreed on.
    pub(crate) formats: Vec<Format>,
    pub(crate) way: Way,
    remote: Option<SocketAddr>,
    pub(crate) source: IpAddr,
    /// Our own address that it is told, and the port of its side.
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    session: u64,
    version: u64,
    /// What our last description said: its version grows only with its content (RFC 3264 §8).
    said: Option<(Vec<Format>, Way, u16)>,
}

impl Leg {
    pub(crate) const fn new(
        no: LegNo,
        who: Who,
        state: LegState,
        address: IpAddr,
        port: u16,
        session: u64,
    ) -> Self {
        Self {
            no,
            who,
            state,
            offer: None,
            formats: Vec::new(),
            way: Way::SendRecv,
            remote: None,
            source: address,
            address,
            port,
            session,
            version: 0,
            said: None,
        }
    }

    /// Takes what the leg said about its audio. False where nothing is left that we carry.
    pub(crate) fn take(&mut self, audio: &Audio) -> bool {
        if speech(&audio.formats).is_none() {
            return false;
        }
        self.formats.clone_from(&audio.formats);
        self.way = audio.way;
        // A hold of the old kind names no address: the one before stays.
        self.remote = audio.remote.or(self.remote);
        true
    }

    /// Reads the leg's answer to our offer. False: nothing is left that we carry.
    pub(crate) fn take_answer(&mut self, sdp: Option<Bytes>) -> bool {
        let Some(answer) = sdp.and_then(|bytes| Description::read(&bytes).ok()) else {
            return false;
        };
        answer.audio.is_some_and(|audio| self.take(&audio))
    }

    pub(crate) fn speech(&self) -> Option<FormatKind> {
        speech(&self.formats)
    }

    /// The formats of the talk as it goes on now: who comes into it has to take these.
    pub(crate) fn talk_formats(&self) -> Vec<Format> {
        let spoken = self.speech();
        let kept =
            |format: &&Format| format.kind == FormatKind::Events || Some(format.kind) == spoken;
        self.formats.iter().filter(kept).cloned().collect()
    }

    pub(crate) fn media(&self, seat: impl Into<Seat>) -> MediaOrder {
        self.order(seat.into(), self.way)
    }

    /// The same, but nothing goes to it and nothing of it is heard.
    pub(crate) fn muted(&self, seat: impl Into<Seat>) -> MediaOrder {
        self.order(seat.into(), Way::Inactive)
    }

    fn order(&self, seat: Seat, way: Way) -> MediaOrder {
        let mut formats = self.formats.iter();
        let events = formats.find(|format| format.kind == FormatKind::Events);
        MediaOrder::Set {
            seat,
            port: self.port,
            remote: self.remote,
            signalling: self.source,
            to_leg: way.hears(),
            from_leg: way.sends(),
            events: events.map(|format| format.payload),
        }
    }

    /// A description that offers `formats` on this leg's port.
    pub(crate) fn offer_of(&mut self, formats: &[Format]) -> Bytes {
        self.note(formats, Way::SendRecv);
        self.local(formats, Way::SendRecv).offer()
    }

    /// The answer to this leg's last offer; a fresh offer where it made none.
    /// Payload numbers are the offerer's own (RFC 3264 §6.1).
    pub(crate) fn answer_of(&mut self, formats: &[Format]) -> Bytes {
        let Some(offer) = self.offer.take() else {
            return self.offer_of(formats);
        };
        let own = offer.audio.as_ref().map_or(&[][..], |audio| &audio.formats);
        let chosen: Vec<Format> = formats
            .iter()
            .filter_map(|format| own.iter().find(|one| one.kind == format.kind))
            .cloned()
            .collect();
        let way = self.way.answered();
        self.note(&chosen, way);
        let sdp = self.local(&chosen, way).answer(&offer);
        self.formats = chosen;
        self.offer = Some(offer);
        sdp
    }

    fn note(&mut self, formats: &[Format], way: Way) {
        let says = Some((formats.to_vec(), way, self.port));
        if self.said != says {
            self.said = says;
            self.version += 1;
        }
    }

    fn local<'a>(&self, formats: &'a [Format], way: Way) -> Local<'a> {
        Local {
            address: self.address,
            port: self.port,
            session: self.session,
            version: self.version,
            formats,
            way,
            ptime: None,
        }
    }
}
