//! While the call is up: new offers, hold, one-way audio.
use super::{Call, Phase, Told};
use crate::cause;
use crate::output::LegAct;
use crate::sdp::{Description, Format};
use bytes::Bytes;
use messages::fact::{CallHeld, CallResumed, OneWayAudioHeard, Side};

impl Call {
    /// The media is anchored here, so a new offer is answered here: the other side need not know.
    pub(crate) fn reoffered(&mut self, told: &mut Told<'_>, side: Side, sdp: Option<Bytes>) {
        if self.phase == Phase::Ending {
            return;
        }
        let Some(sdp) = sdp else {
            let formats = self.leg(side).formats.clone();
            let leg = self.leg(side);
            leg.offer = None;
            let sdp = leg.answer_of(&formats);
            return self.act(told, side, LegAct::AcceptReoffer { sdp });
        };
        let Ok(offer) = Description::read(&sdp) else {
            return self.act(
                told,
                side,
                LegAct::RefuseReoffer {
                    code: cause::BAD_REQUEST,
                },
            );
        };
        if !self.keeps_format(side, &offer) {
            return self.act(
                told,
                side,
                LegAct::RefuseReoffer {
                    code: cause::NOT_ACCEPTABLE,
                },
            );
        }
        let heard_before = self.leg(side).way.hears();
        if let Some(audio) = &offer.audio {
            self.leg(side).take(audio);
        }
        self.leg(side).offer = Some(offer);
        let formats = self.agreed(side);
        let sdp = self.leg(side).answer_of(&formats);
        self.media(told, self.legs[side.index()].media());
        self.act(told, side, LegAct::AcceptReoffer { sdp });
        let hears = self.leg(side).way.hears();
        match (heard_before, hears) {
            (true, false) => Self::fact(
                told,
                CallHeld {
                    call: self.id(),
                    by: side,
                },
            ),
            (false, true) => Self::fact(
                told,
                CallResumed {
                    call: self.id(),
                    by: side,
                },
            ),
            (true, true) | (false, false) => {}
        }
    }

    /// ACK; with the answer where our 200 carried the offer.
    pub(crate) fn acked(&mut self, told: &mut Told<'_>, side: Side, sdp: Option<Bytes>) {
        if sdp.is_some() && self.phase != Phase::Ending && self.take_answer(side, sdp) {
            self.media(told, self.legs[side.index()].media());
        }
    }

    pub(crate) fn one_way(&self, told: &mut Told<'_>, silent: Side) {
        if matches!(self.phase, Phase::Up { .. }) {
            Self::fact(
                told,
                OneWayAudioHeard {
                    call: self.id(),
                    silent,
                },
            );
        }
    }

    /// Nothing is transcoded: the other side's speech must still be among the offered formats.
    fn keeps_format(&self, side: Side, offer: &Description) -> bool {
        let wanted = self.legs[side.other().index()]
            .speech()
            .or(self.legs[side.index()].speech());
        offer.audio.as_ref().is_some_and(|audio| {
            audio
                .formats
                .iter()
                .any(|format| Some(format.kind) == wanted)
        })
    }

    /// The formats of the other side where it has said any, else the side's own.
    fn agreed(&self, side: Side) -> Vec<Format> {
        let other = &self.legs[side.other().index()].formats;
        if other.is_empty() {
            self.legs[side.index()].formats.clone()
        } else {
            other.clone()
        }
    }
}
