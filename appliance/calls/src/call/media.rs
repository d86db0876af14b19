//! Who hears whom, and what each is offered to speak.
use super::{Call, Told};
use crate::leg::Leg;
use crate::output::MediaOrder;
use crate::sdp::{Format, FormatKind, speech};
use messages::fact::{Seat, Side};

impl Call {
    /// Both sides hear each other; a tone of our own ends.
    pub(super) fn bridge(&mut self, told: &mut Told<'_>) {
        self.set_all_media(told);
        self.media(told, MediaOrder::StopTone { side: Side::Caller });
        self.media(told, MediaOrder::Bridge);
    }

    /// One side hears that somebody is being rung.
    pub(super) fn ringback(&self, told: &mut Told<'_>, side: Side) {
        self.media(told, MediaOrder::Ringback { side });
    }

    /// Tells the media threads of a seat, where there is anything new.
    pub(super) fn set_media(&mut self, told: &mut Told<'_>, seat: Seat) {
        let beside = self.spoken_with(seat);
        let beside = beside.map_or_else(Vec::new, |leg| leg.formats.clone());
        // nothing is known of one who has not spoken yet
        let leg = self.leg_at_mut(seat).filter(|leg| !leg.formats.is_empty());
        let Some(leg) = leg else {
            return;
        };
        let order = leg.media(seat, &beside);
        let news = leg.news(order);
        news.into_iter().for_each(|order| self.media(told, order));
    }

    /// The same for all: what one speaks changes what the others do best to speak.
    pub(super) fn set_all_media(&mut self, told: &mut Told<'_>) {
        for seat in [Seat::Callee, Seat::Caller, Seat::Guest] {
            self.set_media(told, seat);
        }
    }

    /// Nothing goes to a side, and nothing of it is heard.
    pub(super) fn mute(&mut self, told: &mut Told<'_>, side: Side) {
        let Some(leg) = self.seat_mut(side) else {
            return;
        };
        let order = leg.muted(side);
        let news = leg.news(order);
        news.into_iter().for_each(|order| self.media(told, order));
    }

    /// Who mostly talks with somebody: what he speaks is worth speaking.
    pub(super) fn spoken_with(&self, seat: Seat) -> Option<&Leg> {
        let side = match (seat.side(), &self.guest) {
            (Some(side), _) => side.other(),
            (None, guest) => guest.as_ref()?.beside.other(),
        };
        self.seat(side)
    }

    /// What a side speaks with the other one: what the recorder writes.
    pub(super) fn spoken_on(&self, side: Side) -> FormatKind {
        let beside = self.seat(side.other()).map_or(&[][..], |leg| &leg.formats);
        let own = self.seat(side).map(|leg| leg.formats_beside(beside));
        own.and_then(|formats| speech(&formats))
            .unwrap_or(FormatKind::ALaw)
    }

    /// What whoever comes to a side is offered: first all that the other side can take, in a talk what is spoken before
    /// the rest; then what would have to be decoded.
    pub(crate) fn offered(&self, side: Side, comes: &Leg, recorded: bool) -> Vec<Format> {
        let other = self.seat(side.other());
        let mut own = other.map_or_else(Vec::new, |leg| {
            if self.is_up() {
                leg.talk_formats()
            } else {
                leg.formats.clone()
            }
        });
        if !can_reach(&own, recorded, |kind| comes.may_speak(kind)) {
            // its answer will be found to fit nobody
            own.clear();
        }
        let decoded = own.is_empty() || own.iter().any(|one| one.kind.is_decoded());
        let mut formats: Vec<Format> = Vec::new();
        for format in own.iter().cloned().chain(Format::OURS) {
            let kind = format.kind;
            let known = formats.iter().any(|one| one.kind == kind);
            // silence on purpose is only worth offering to somebody who speaks with one that understands it
            let worthless = match kind {
                FormatKind::Comfort => !own.is_empty() && !own.iter().any(|one| one.kind == kind),
                FormatKind::Events => false,
                // what is only passed on cannot be recorded
                FormatKind::G729 => recorded,
                FormatKind::ALaw | FormatKind::MuLaw | FormatKind::G722 | FormatKind::Opus => {
                    !decoded && !own.iter().any(|one| one.kind == kind)
                }
            };
            if !known && !worthless && comes.may_speak(kind) {
                let payload = free_number(&formats, &format);
                formats.push(Format { payload, kind });
            }
        }
        formats.sort_by_key(|one| !one.kind.is_speech());
        formats
    }
}

/// Is there anything to offer to one who speaks that?
pub(super) fn can_reach(
    own: &[Format],
    recorded: bool,
    speaks: impl Fn(FormatKind) -> bool,
) -> bool {
    let passed_on = |one: &Format| one.kind.is_speech() && !recorded && speaks(one.kind);
    own.is_empty()
        || own
            .iter()
            .any(|one| one.kind.is_decoded() || passed_on(one))
}

/// Its own number, or another one where somebody else has it.
fn free_number(taken: &[Format], format: &Format) -> u8 {
    let free = |payload: &u8| taken.iter().all(|one| one.payload != *payload);
    let own = Some(format.payload).filter(free);
    let other = || (96..128).find(free);
    own.or_else(other).unwrap_or(format.payload)
}
