//! Which phones are in a call, at which place, and since when the others are idle.
use messages::{Extension, Moment};
use sip::{Lamp, LegId};
use std::collections::{BTreeMap, BTreeSet};

/// Where a leg leads: a phone of the branch, and its place where that is known.
#[derive(Clone, Debug)]
struct At {
    extension: Extension,
    contact: Option<String>,
    /// It rings, and nobody has answered it there.
    rings: bool,
}

/// The legs of one phone.
#[derive(Clone, Copy, Debug, Default)]
struct Legs {
    all: usize,
    ringing: usize,
}

impl Legs {
    const fn lamp(self) -> Lamp {
        if self.all > self.ringing {
            Lamp::Busy
        } else if self.ringing > 0 {
            Lamp::Ringing
        } else {
            Lamp::Idle
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Engaged {
    legs: BTreeMap<LegId, At>,
    count: BTreeMap<Extension, Legs>,
    idle_since: BTreeMap<Extension, Moment>,
    /// Phones whose lamps may have changed.
    touched: BTreeSet<Extension>,
}

impl Engaged {
    /// A leg of a phone that calls, or that is called and `rings`.
    pub(crate) fn begin(
        &mut self,
        leg: LegId,
        extension: Extension,
        contact: Option<String>,
        rings: bool,
    ) {
        let count = self.count.entry(extension.clone()).or_default();
        count.all += 1;
        count.ringing += usize::from(rings);
        self.touched.insert(extension.clone());
        let at = At {
            extension,
            contact,
            rings,
        };
        self.legs.insert(leg, at);
    }

    pub(crate) fn answered(&mut self, leg: LegId) {
        let Some(at) = self.legs.get_mut(&leg) else {
            return;
        };
        if core::mem::take(&mut at.rings)
            && let Some(count) = self.count.get_mut(&at.extension)
        {
            count.ringing -= 1;
            self.touched.insert(at.extension.clone());
        }
    }

    pub(crate) fn end(&mut self, leg: LegId, now: Moment) {
        let Some(At {
            extension, rings, ..
        }) = self.legs.remove(&leg)
        else {
            return;
        };
        if let Some(count) = self.count.get_mut(&extension) {
            count.all -= 1;
            count.ringing -= usize::from(rings);
            self.touched.insert(extension.clone());
            if count.all == 0 {
                self.count.remove(&extension);
                self.idle_since.insert(extension, now);
            }
        }
    }

    /// What the lamps show now, of phones where something happened since it was last asked.
    pub(crate) fn lamps(&mut self) -> Vec<(Extension, Lamp)> {
        let touched = core::mem::take(&mut self.touched).into_iter();
        let lamp = |one: &Extension| self.count.get(one).copied().unwrap_or_default().lamp();
        touched
            .map(|one| {
                let lamp = lamp(&one);
                (one, lamp)
            })
            .collect()
    }

    pub(crate) fn is(&self, extension: &Extension) -> bool {
        self.count.contains_key(extension)
    }

    /// Phones that were in no call since the start come first.
    pub(crate) fn idle_since(&self, extension: &Extension) -> Option<Moment> {
        self.idle_since.get(extension).copied()
    }

    /// The phone that a leg leads to.
    pub(crate) fn phone_of(&self, leg: LegId) -> Option<&Extension> {
        self.legs.get(&leg).map(|at| &at.extension)
    }

    pub(crate) fn contact_of(&self, leg: LegId) -> Option<&str> {
        self.legs.get(&leg)?.contact.as_deref()
    }

    pub(crate) fn legs_count(&self) -> usize {
        self.legs.len()
    }

    /// Phones that are gone from the configuration need not be remembered.
    pub(crate) fn keep(&mut self, known: impl Fn(&Extension) -> bool) {
        self.idle_since.retain(|extension, _| known(extension));
    }
}

#[cfg(test)]
mod tests {
    use super::Engaged;
    use messages::{Extension, Moment};
    use sip::{Lamp, LegId};

    #[test]
    fn a_lamp_blinks_while_a_phone_rings_and_is_lit_while_it_talks() {
        let mut engaged = Engaged::default();
        let one = Extension::parse("1000").unwrap();
        let show = |engaged: &mut Engaged| engaged.lamps().into_iter().map(|(_, lamp)| lamp).next();
        engaged.begin(LegId(1), one.clone(), None, true);
        assert_eq!(show(&mut engaged), Some(Lamp::Ringing));
        assert_eq!(show(&mut engaged), None);
        engaged.answered(LegId(1));
        assert_eq!(show(&mut engaged), Some(Lamp::Busy));
        // a second call waits: the lamp stays lit
        engaged.begin(LegId(2), one.clone(), None, true);
        assert_eq!(show(&mut engaged), Some(Lamp::Busy));
        engaged.end(LegId(1), Moment::START);
        assert_eq!(show(&mut engaged), Some(Lamp::Ringing));
        engaged.end(LegId(2), Moment::START);
        assert_eq!(show(&mut engaged), Some(Lamp::Idle));
        // its own call
        engaged.begin(LegId(3), one, None, false);
        assert_eq!(show(&mut engaged), Some(Lamp::Busy));
    }
}
