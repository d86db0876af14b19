//! Named timers: each name has at most one deadline; the machine's deadline is the table's minimum.
use messages::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Setting a name again moves it. All operations are O(log n).
#[derive(Clone, Debug)]
pub struct TimerTable<Name> {
    due: BTreeMap<Name, Moment>,
    order: BTreeSet<(Moment, Name)>,
}

impl<Name> Default for TimerTable<Name> {
    fn default() -> Self {
        Self {
            due: BTreeMap::new(),
            order: BTreeSet::new(),
        }
    }
}

impl<Name: Ord + Clone> TimerTable<Name> {
    pub fn set(&mut self, name: Name, at: Moment) {
        self.cancel(&name);
        self.due.insert(name.clone(), at);
        self.order.insert((at, name));
    }

    /// True if it was set.
    pub fn cancel(&mut self, name: &Name) -> bool {
        let Some(at) = self.due.remove(name) else {
            return false;
        };
        self.order.remove(&(at, name.clone()))
    }

    #[must_use]
    pub fn get(&self, name: &Name) -> Option<Moment> {
        self.due.get(name).copied()
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due at `now`; call until `None`.
    pub fn pop_due(&mut self, now: Moment) -> Option<Name> {
        if self.deadline()? > now {
            return None;
        }
        let (_, name) = self.order.pop_first()?;
        self.due.remove(&name);
        Some(name)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.due.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::TimerTable;
    use messages::Moment;

    #[test]
    fn timers_fire_in_order_once_and_a_moved_one_only_at_its_new_time() {
        let mut table = TimerTable::default();
        let at = Moment::from_micros;
        table.set("b", at(20));
        table.set("a", at(10));
        table.set("a", at(30));
        assert_eq!(table.deadline(), Some(at(20)));
        assert_eq!(table.pop_due(at(19)), None);
        assert_eq!(table.pop_due(at(40)), Some("b"));
        assert_eq!(table.pop_due(at(40)), Some("a"));
        assert_eq!(table.pop_due(at(40)), None);
        table.set("c", at(1));
        assert!(table.cancel(&"c") && !table.cancel(&"c"));
        assert!(table.is_empty() && table.deadline().is_none());
    }
}
