//! Which phones are in a call, at which place, and since when the others are idle.
use messages::{Extension, Moment};
use sip::LegId;
use std::collections::BTreeMap;

/// Where a leg leads: a phone of the branch, and its place where that is known.
#[derive(Clone, Debug)]
struct At {
    extension: Extension,
    contact: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Engaged {
    legs: BTreeMap<LegId, At>,
    count: BTreeMap<Extension, usize>,
    idle_since: BTreeMap<Extension, Moment>,
}

impl Engaged {
    pub(crate) fn begin(&mut self, leg: LegId, extension: Extension, contact: Option<String>) {
        *self.count.entry(extension.clone()).or_default() += 1;
        self.legs.insert(leg, At { extension, contact });
    }

    pub(crate) fn end(&mut self, leg: LegId, now: Moment) {
        let Some(At { extension, .. }) = self.legs.remove(&leg) else {
            return;
        };
        if let Some(count) = self.count.get_mut(&extension) {
            *count -= 1;
            if *count == 0 {
                self.count.remove(&extension);
                self.idle_since.insert(extension, now);
            }
        }
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
