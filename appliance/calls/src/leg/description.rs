//! What a leg says about its media, and what it is told.
use super::{Leg, Said};
use crate::sdp::{Audio, Crypto, Description, Format, Local, Way, speech};
use bytes::Bytes;

impl Leg {
    /// Takes what the leg offers. False where nothing is left that we carry.
    pub(crate) fn take_offer(&mut self, audio: &Audio) -> bool {
        self.take(audio) && self.choose_key(audio)
    }

    /// Reads the leg's answer to our offer. False: nothing is left that we carry.
    pub(crate) fn take_answer(&mut self, sdp: Option<Bytes>) -> bool {
        let Some(answer) = sdp.and_then(|bytes| Description::read(&bytes).ok()) else {
            return false;
        };
        let audio = answer.audio.as_ref();
        audio.is_some_and(|audio| self.take(audio) && self.take_key(audio))
    }

    fn take(&mut self, audio: &Audio) -> bool {
        let formats = audio.formats.iter();
        let formats: Vec<Format> = formats
            .filter(|format| self.may_speak(format.kind))
            .cloned()
            .collect();
        if speech(&formats).is_none() {
            return false;
        }
        self.formats = formats;
        self.way = audio.way;
        // A hold of the old kind names no address: the one before stays.
        self.remote = audio.remote.or(self.remote);
        if self
            .speaks
            .as_ref()
            .and_then(|speech| speech.ptime_ms)
            .is_none()
        {
            self.ptime = audio.ptime;
        }
        true
    }

    /// A description that offers `formats` on this leg's port.
    pub(crate) fn offer_of(&mut self, formats: &[Format]) -> Bytes {
        let cryptos = self.offered_cryptos();
        self.note(formats, Way::SendRecv, &cryptos);
        self.local(formats, Way::SendRecv, &cryptos).offer()
    }

    /// The answer to this leg's last offer; a fresh offer where it made none. What both take is spoken; where that is
    /// nothing, what the leg likes best, and it is decoded. Payload numbers are the offerer's own (RFC 3264 §6.1).
    pub(crate) fn answer_of(&mut self, formats: &[Format]) -> Bytes {
        let Some(offer) = self.offer.take() else {
            return self.offer_of(formats);
        };
        let own = self.formats.clone();
        let mut chosen: Vec<Format> = formats
            .iter()
            .filter_map(|format| own.iter().find(|one| one.kind == format.kind))
            .cloned()
            .collect();
        if speech(&chosen).is_none() {
            let dearest = own.iter().find(|one| one.kind.is_decoded());
            chosen.extend(dearest.cloned());
            // signals go behind the speech
            chosen.sort_by_key(|one| !one.kind.is_speech());
        }
        let way = self.way.answered();
        let cryptos: Vec<Crypto> = self.keys.iter().map(|(ours, _)| ours.clone()).collect();
        self.note(&chosen, way, &cryptos);
        let sdp = self.local(&chosen, way, &cryptos).answer(&offer);
        self.formats = chosen;
        self.offer = Some(offer);
        sdp
    }

    fn note(&mut self, formats: &[Format], way: Way, cryptos: &[Crypto]) {
        let says = Some(Said {
            formats: formats.to_vec(),
            way,
            port: self.port,
            ptime: self.ptime_wished,
            cryptos: cryptos.to_vec(),
        });
        if self.said != says {
            self.said = says;
            self.version += 1;
        }
    }

    fn local<'a>(&self, formats: &'a [Format], way: Way, cryptos: &'a [Crypto]) -> Local<'a> {
        Local {
            address: self.address,
            port: self.port,
            session: self.session,
            version: self.version,
            formats,
            way,
            ptime: self.ptime_wished,
            secret: self.insists,
            cryptos,
        }
    }
}
