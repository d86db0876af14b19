//! One side of a call: how far its session is, and what was agreed about its media.
use crate::input::MediaPlace;
use crate::output::MediaOrder;
use crate::sdp::{Audio, Description, Format, FormatKind, Local, Way, speech};
use bytes::Bytes;
use messages::fact::Side;
use std::net::{IpAddr, SocketAddr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegState {
    /// Not invited yet.
    Idle,
    /// It invited us and waits for our answer.
    Waiting,
    /// We invited it.
    Invited,
    Up,
    /// We ended it; its last word has not come.
    Leaving,
    Gone,
}

#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) side: Side,
    pub(crate) state: LegState,
    /// The last offer of this side, to be answered line by line.
    pub(crate) offer: Option<Description>,
    /// What this side can take, in its order.
    pub(crate) formats: Vec<Format>,
    pub(crate) way: Way,
    remote: Option<SocketAddr>,
    pub(crate) source: IpAddr,
    address: IpAddr,
    pub(crate) port: u16,
    session: u64,
    version: u64,
    /// What our last description said: its version grows only with its content (RFC 3264 §8).
    said: Option<(Vec<Format>, Way)>,
}

impl Leg {
    pub(crate) const fn new(side: Side, place: MediaPlace, session: u64) -> Self {
        let MediaPlace { address, port } = place;
        Self {
            side,
            state: LegState::Idle,
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

    /// Takes what the side said about its audio. False where nothing is left that we carry.
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

    pub(crate) fn speech(&self) -> Option<FormatKind> {
        speech(&self.formats)
    }

    pub(crate) fn media(&self) -> MediaOrder {
        MediaOrder::Set {
            side: self.side,
            port: self.port,
            remote: self.remote,
            signalling: self.source,
            to_leg: self.way.hears(),
            from_leg: self.way.sends(),
        }
    }

    /// A description that offers `formats` on this side's port.
    pub(crate) fn offer_of(&mut self, formats: &[Format]) -> Bytes {
        self.note(formats, Way::SendRecv);
        self.local(formats, Way::SendRecv).offer()
    }

    /// The answer to this side's last offer; a fresh offer where it made none.
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
        self.offer = Some(offer);
        sdp
    }

    fn note(&mut self, formats: &[Format], way: Way) {
        let says = Some((formats.to_vec(), way));
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
