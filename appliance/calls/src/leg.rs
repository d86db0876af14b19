//! One leg of a call: how far its session is, and what was agreed about its media.
mod description;
mod keys;

use crate::input::LegNo;
use crate::output::MediaOrder;
use crate::sdp::{Crypto, Description, Format, FormatKind, Way, speech};
pub use keys::KeySeed;
pub(crate) use keys::LegSecret;
use messages::command::TrunkSpeech;
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
    /// It speaks nothing but this; `None`: whatever we speak.
    pub(crate) speaks: Option<Box<TrunkSpeech>>,
    /// Milliseconds in a packet, as it wants them.
    pub(crate) ptime: Option<u16>,
    /// As the other one wants them: it is told.
    pub(crate) ptime_wished: Option<u16>,
    /// Keys are offered to it.
    pub(crate) offers_keys: bool,
    secret: LegSecret,
    /// Its own key, and what of ours it chose.
    keys: Option<(Crypto, Crypto)>,
    /// It insists on encryption.
    insists: bool,
    session: u64,
    version: u64,
    /// What our last description said: its version grows only with its content (RFC 3264 §8).
    said: Option<Said>,
    /// What the media threads were told last.
    told: Option<MediaOrder>,
}

#[derive(Debug, PartialEq, Eq)]
struct Said {
    formats: Vec<Format>,
    way: Way,
    port: u16,
    ptime: Option<u16>,
    cryptos: Vec<Crypto>,
}

/// Where a leg is in the house.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk {
    /// Our own address that it is told, and its port.
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) session: u64,
}

impl Leg {
    pub(crate) const fn new(
        no: LegNo,
        who: Who,
        state: LegState,
        desk: Desk,
        secret: LegSecret,
    ) -> Self {
        Self {
            no,
            who,
            state,
            offer: None,
            formats: Vec::new(),
            way: Way::SendRecv,
            remote: None,
            source: desk.address,
            address: desk.address,
            port: desk.port,
            speaks: None,
            ptime: None,
            ptime_wished: None,
            offers_keys: false,
            secret,
            keys: None,
            insists: false,
            session: desk.session,
            version: 0,
            said: None,
            told: None,
        }
    }

    /// It is a trunk's: only what its plan names is spoken.
    pub(crate) fn of_trunk(mut self, speech: Option<TrunkSpeech>) -> Self {
        self.ptime = speech.as_ref().and_then(|speech| speech.ptime_ms);
        self.speaks = speech.map(Box::new);
        self
    }

    pub(crate) fn may_speak(&self, kind: FormatKind) -> bool {
        let speaks = self.speaks.as_ref();
        speaks.is_none_or(|speech| kind.is_among(&speech.codecs))
    }

    pub(crate) fn speech(&self) -> Option<FormatKind> {
        speech(&self.formats)
    }

    /// The formats of the talk as it goes on now, what is spoken first: who comes into it does best to take that.
    pub(crate) fn talk_formats(&self) -> Vec<Format> {
        let spoken = self.speech();
        let mut formats = self.formats.clone();
        formats.sort_by_key(|format| Some(format.kind) != spoken);
        formats
    }

    /// `beside`: what the other one takes; what both take is spoken.
    pub(crate) fn media(&self, seat: impl Into<Seat>, beside: &[Format]) -> MediaOrder {
        self.order(seat.into(), self.way, beside)
    }

    /// The same, but nothing goes to it and nothing of it is heard.
    pub(crate) fn muted(&self, seat: impl Into<Seat>) -> MediaOrder {
        self.order(seat.into(), Way::Inactive, &[])
    }

    /// The order, where it says anything new.
    pub(crate) fn news(&mut self, order: MediaOrder) -> Option<MediaOrder> {
        if self.told.as_ref() == Some(&order) {
            return None;
        }
        self.told = Some(order.clone());
        Some(order)
    }

    /// What it and the other one speak: what both take before what only it takes.
    pub(crate) fn formats_beside(&self, beside: &[Format]) -> Vec<Format> {
        let mut formats = self.formats.clone();
        formats.sort_by_key(|own| {
            let common = beside.iter().any(|other| other.kind == own.kind);
            (!own.kind.is_speech(), !common)
        });
        formats
    }

    fn order(&self, seat: Seat, way: Way, beside: &[Format]) -> MediaOrder {
        let formats = self.formats_beside(beside);
        MediaOrder::Set {
            seat,
            port: self.port,
            remote: self.remote,
            signalling: self.source,
            to_leg: way.hears(),
            from_leg: way.sends(),
            formats,
            ptime: self.ptime,
            keys: self.agreed_keys(),
        }
    }
}
