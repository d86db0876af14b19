//! What is to be done in the vault, one small step at a time: erase rows, move the others to a new generation, destroy the old one.
pub(crate) mod rows;

use messages::PartyId;
use std::collections::{BTreeMap, BTreeSet};

/// The next thing to do. Each is durable when it is done, and done again it changes nothing: a crash may stand behind any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Rest,
    /// Erased parties onto the list in the key store, before their rows go.
    List,
    /// Their rows out of the vault.
    Delete,
    /// The present generation is to go.
    Doom,
    /// A new generation's key into the key store.
    Begin,
    /// Some rows to the new generation.
    Move,
    /// No old page stays in the vault's files.
    Scrub,
    /// The older generations' keys out of the key store.
    Destroy,
    /// That it was done is said as facts.
    Say,
}

/// Where the rows are, between two generations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moving {
    /// All are in the newest generation.
    Not,
    /// Those behind this party may still be in an older one.
    Behind(Option<PartyId>),
    Scrub,
    Destroy,
    Say,
}

/// What the vault's books say is to be done.
#[derive(Debug)]
pub(crate) struct VaultWork {
    to_list: BTreeSet<PartyId>,
    to_delete: BTreeSet<PartyId>,
    /// The rows are gone; with this generation destroyed no copy of them opens.
    gone: BTreeMap<PartyId, u32>,
    /// Generations that must be destroyed.
    doomed: BTreeSet<u32>,
    rotation_asked: bool,
    moving: Moving,
    moved: Moved,
}

/// What one change of generation went through since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) rows: u64,
    /// Rows that did not open: they are of no use, and stay as they are.
    pub(crate) damaged: u64,
}

impl VaultWork {
    /// `older`: generations that still have a key, beside the newest.
    pub(crate) fn from_books(
        gone: BTreeMap<PartyId, u32>,
        doomed: BTreeSet<u32>,
        older: &[u32],
    ) -> Self {
        let moving = if older.is_empty() {
            Moving::Not
        } else {
            Moving::Behind(None)
        };
        Self {
            to_list: BTreeSet::new(),
            to_delete: BTreeSet::new(),
            gone,
            doomed,
            rotation_asked: false,
            moving,
            moved: Moved::default(),
        }
    }

    /// A fact says that they are erased; twice is once.
    pub(crate) fn erase(&mut self, parties: impl IntoIterator<Item = PartyId>) {
        let new = parties
            .into_iter()
            .filter(|party| !self.gone.contains_key(party) && !self.to_delete.contains(party));
        self.to_list.extend(new.collect::<Vec<_>>());
    }

    /// They stand on the list already, but the vault may have come back from a backup.
    pub(crate) fn erase_again(&mut self, parties: impl IntoIterator<Item = PartyId>) {
        self.to_delete.extend(parties);
    }

    pub(crate) const fn ask_rotation(&mut self) {
        self.rotation_asked = true;
    }

    /// What comes next, with `newest` the generation that wraps.
    pub(crate) fn next(&self, newest: u32) -> Step {
        if !self.to_list.is_empty() {
            return Step::List;
        }
        if !self.to_delete.is_empty() {
            return Step::Delete;
        }
        match self.moving {
            Moving::Behind(_) => Step::Move,
            Moving::Scrub => Step::Scrub,
            Moving::Destroy => Step::Destroy,
            Moving::Say => Step::Say,
            Moving::Not if self.doomed.contains(&newest) => Step::Begin,
            Moving::Not if self.rotation_asked => Step::Doom,
            Moving::Not if self.gone.values().any(|generation| *generation < newest) => Step::Say,
            Moving::Not => Step::Rest,
        }
    }

    pub(crate) fn to_list(&self) -> Vec<PartyId> {
        self.to_list.iter().copied().collect()
    }

    pub(crate) fn listed(&mut self) {
        self.to_delete.append(&mut self.to_list);
    }

    pub(crate) fn to_delete(&self) -> Vec<PartyId> {
        self.to_delete.iter().copied().collect()
    }

    /// Their rows are gone, and `generation` with them as soon as it can.
    pub(crate) fn deleted(&mut self, generation: u32) {
        let deleted = core::mem::take(&mut self.to_delete);
        self.gone
            .extend(deleted.into_iter().map(|party| (party, generation)));
        self.doomed.insert(generation);
    }

    pub(crate) fn doom(&mut self, generation: u32) {
        self.doomed.insert(generation);
        self.rotation_asked = false;
    }

    pub(crate) const fn begun(&mut self) {
        self.moving = Moving::Behind(None);
        self.moved = Moved {
            rows: 0,
            damaged: 0,
        };
    }

    /// Rows up to this party are moved.
    pub(crate) const fn moved_up_to(&self) -> Option<PartyId> {
        match self.moving {
            Moving::Behind(party) => party,
            Moving::Not | Moving::Scrub | Moving::Destroy | Moving::Say => None,
        }
    }

    /// `last`: `None` if there were no more rows.
    pub(crate) const fn moved(&mut self, last: Option<PartyId>, moved: Moved) {
        self.moved.rows += moved.rows;
        self.moved.damaged += moved.damaged;
        self.moving = match last {
            Some(party) => Moving::Behind(Some(party)),
            None => Moving::Scrub,
        };
    }

    pub(crate) const fn scrubbed(&mut self) {
        self.moving = Moving::Destroy;
    }

    pub(crate) fn destroyed(&mut self, newest: u32) {
        self.doomed = self.doomed.split_off(&newest);
        self.moving = Moving::Say;
    }

    /// Whom nothing opens any longer, and what the move went through if there was one in this run.
    pub(crate) fn to_say(&self, newest: u32) -> (Vec<PartyId>, Option<Moved>) {
        let gone = self.gone.iter().filter(|(_, last)| **last < newest);
        let moved = (self.moving == Moving::Say).then_some(self.moved);
        (gone.map(|(party, _)| *party).collect(), moved)
    }

    pub(crate) fn said(&mut self, newest: u32) {
        self.gone.retain(|_, last| *last >= newest);
        self.moving = Moving::Not;
    }
}

#[cfg(test)]
mod tests {
    use super::{Moved, Step, VaultWork};
    use messages::PartyId;
    use std::collections::{BTreeMap, BTreeSet};

    const ALICE: PartyId = PartyId::from_bytes([1; 16]);
    const BOB: PartyId = PartyId::from_bytes([2; 16]);

    fn at_rest() -> VaultWork {
        VaultWork::from_books(BTreeMap::new(), BTreeSet::new(), &[])
    }

    /// Does what is next until there is nothing; the steps' names.
    fn run(
        work: &mut VaultWork,
        newest: &mut u32,
        meanwhile: &mut dyn FnMut(&mut VaultWork, Step),
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            let step = work.next(*newest);
            steps.push(step);
            match step {
                Step::Rest => return steps,
                Step::List => work.listed(),
                Step::Delete => work.deleted(*newest),
                Step::Doom => work.doom(*newest),
                Step::Begin => {
                    *newest += 1;
                    work.begun();
                }
                Step::Move => work.moved(None, Moved::default()),
                Step::Scrub => work.scrubbed(),
                Step::Destroy => work.destroyed(*newest),
                Step::Say => work.said(*newest),
            }
            meanwhile(work, step);
        }
    }

    #[test]
    fn an_erasure_ends_with_the_destruction_of_every_generation_that_knew_the_party() {
        let (mut work, mut newest) = (at_rest(), 1);
        work.erase([ALICE]);
        let steps = run(&mut work, &mut newest, &mut |_, _| {});
        assert_eq!(
            steps,
            [
                Step::List,
                Step::Delete,
                Step::Begin,
                Step::Move,
                Step::Scrub,
                Step::Destroy,
                Step::Say,
                Step::Rest
            ]
        );
        assert_eq!(newest, 2);
    }

    #[test]
    fn many_erasures_share_one_generation_and_one_that_comes_during_a_move_takes_the_next() {
        let (mut work, mut newest) = (at_rest(), 1);
        work.erase((0..50).map(|n| PartyId::from_bytes([n; 16])));
        let mut late = true;
        run(&mut work, &mut newest, &mut |work, step| {
            if step == Step::Move && core::mem::take(&mut late) {
                work.erase([PartyId::from_bytes([99; 16])]);
            }
        });
        assert_eq!(newest, 3, "50 in one, the late one in another");
        assert_eq!(work.to_say(newest).0, []);
    }

    #[test]
    fn a_party_is_said_to_be_gone_only_when_its_generation_is_destroyed() {
        let (mut work, mut newest) = (at_rest(), 1);
        work.erase([ALICE]);
        let mut said_at = Vec::new();
        run(&mut work, &mut newest, &mut |work, step| {
            if step == Step::Begin {
                // Bob was wrapped by generation 2 at the latest: it must go, too
                work.erase([BOB]);
            }
            let newest = 2;
            if step == Step::Destroy {
                said_at.push(work.to_say(newest).0);
            }
        });
        assert_eq!(said_at[0], [ALICE]);
        assert_eq!(newest, 3);
    }

    #[test]
    fn the_books_of_an_interrupted_move_go_on_where_they_stand() {
        let mut work =
            VaultWork::from_books(BTreeMap::from([(ALICE, 4)]), BTreeSet::from([4]), &[4]);
        let mut newest = 5;
        let steps = run(&mut work, &mut newest, &mut |_, _| {});
        assert_eq!(steps[0], Step::Move);
        assert_eq!(newest, 5, "no generation is begun without need");
        // destroyed, but not yet said
        let work = VaultWork::from_books(BTreeMap::from([(ALICE, 4)]), BTreeSet::new(), &[]);
        assert_eq!(work.next(5), Step::Say);
    }

    #[test]
    fn a_rotation_is_the_same_without_an_erasure() {
        let (mut work, mut newest) = (at_rest(), 7);
        work.ask_rotation();
        let steps = run(&mut work, &mut newest, &mut |_, _| {});
        assert_eq!(steps[..2], [Step::Doom, Step::Begin]);
        assert_eq!(newest, 8);
    }
}
