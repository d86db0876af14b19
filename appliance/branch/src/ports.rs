//! The relay's port pool: which port belongs to which call, until the media threads give it back.
use messages::CallId;
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Allotted; the media threads have not heard of it.
    Promised(CallId),
    /// Open: only the media threads can free it.
    Open(CallId),
}

/// Ports that only emergency calls may have: for two of them at a time. A tiny pool holds back less.
const HELD_BACK: usize = 4;

/// Freed ports go to the back, so that a late packet of the last call finds nobody.
#[derive(Debug, Default)]
pub(crate) struct PortPool {
    free: VecDeque<u16>,
    taken: BTreeMap<u16, Owner>,
}

impl PortPool {
    pub(crate) fn fill(&mut self, ports: impl IntoIterator<Item = u16>) {
        self.free.extend(ports);
    }

    /// Two ports for a call; `None` where there are not two, or only those that are held back for urgent ones.
    pub(crate) fn take_pair(&mut self, call: CallId, urgent: bool) -> Option<[u16; 2]> {
        let all = self.free.len() + self.taken.len();
        let held_back = if urgent { 0 } else { held_back(all) };
        if self.free.len() < 2 + held_back {
            return None;
        }
        let pair = [self.free.pop_front()?, self.free.pop_front()?];
        for port in pair {
            self.taken.insert(port, Owner::Promised(call));
        }
        Some(pair)
    }

    /// One more port for a call that has two; one that was promised before and never opened is given again.
    pub(crate) fn take_one(&mut self, call: CallId) -> Option<u16> {
        let mut taken = self.taken.iter();
        let promised = taken.find(|(_, owner)| **owner == Owner::Promised(call));
        if let Some((port, _)) = promised {
            return Some(*port);
        }
        let all = self.free.len() + self.taken.len();
        if self.free.len() <= held_back(all) {
            return None;
        }
        let port = self.free.pop_front()?;
        self.taken.insert(port, Owner::Promised(call));
        Some(port)
    }

    pub(crate) fn opened(&mut self, port: u16, call: CallId) {
        if self.taken.get(&port) == Some(&Owner::Promised(call)) {
            self.taken.insert(port, Owner::Open(call));
        }
    }

    /// The media threads are done with it.
    pub(crate) fn freed(&mut self, port: u16) {
        if matches!(self.taken.get(&port), Some(Owner::Open(_))) {
            self.taken.remove(&port);
            self.free.push_back(port);
        }
    }

    /// The call is closed: what was never opened is free at once.
    pub(crate) fn closed(&mut self, call: CallId, ports: impl IntoIterator<Item = u16>) {
        for port in ports {
            if self.taken.get(&port) == Some(&Owner::Promised(call)) {
                self.taken.remove(&port);
                self.free.push_back(port);
            }
        }
    }

    pub(crate) fn free_count(&self) -> usize {
        self.free.len()
    }

    pub(crate) fn taken_count(&self) -> usize {
        self.taken.len()
    }
}

fn held_back(all: usize) -> usize {
    HELD_BACK.min(all / 4 * 2)
}

#[cfg(test)]
mod tests {
    use super::PortPool;
    use messages::CallId;

    #[test]
    fn a_port_comes_back_once_and_never_from_another_calls_end() {
        let (a, b) = (CallId::from_bytes([1; 16]), CallId::from_bytes([2; 16]));
        let mut pool = PortPool::default();
        pool.fill([10, 12]);
        assert_eq!(pool.take_pair(a, true), Some([10, 12]));
        assert_eq!(pool.take_pair(b, true), None);
        pool.opened(10, a);
        pool.closed(a, [10, 12]);
        assert_eq!(pool.free_count(), 1);
        pool.freed(10);
        pool.freed(10);
        assert_eq!(pool.take_pair(b, true), Some([12, 10]));
        pool.closed(a, [10, 12]);
        assert_eq!(pool.free_count(), 0);
    }

    #[test]
    fn a_third_port_that_was_never_opened_is_given_again_and_comes_back() {
        let call = CallId::from_bytes([1; 16]);
        let mut pool = PortPool::default();
        pool.fill([10, 12, 14, 16, 18]);
        let pair = pool.take_pair(call, false).unwrap();
        pair.into_iter().for_each(|port| pool.opened(port, call));
        assert_eq!(pool.take_one(call), Some(14));
        assert_eq!(pool.take_one(call), Some(14));
        assert_eq!(pool.take_one(CallId::from_bytes([2; 16])), None);
        pool.closed(call, [10, 12, 14]);
        assert_eq!((pool.free_count(), pool.taken_count()), (3, 2));
    }

    #[test]
    fn the_last_ports_are_for_emergencies() {
        let call = CallId::from_bytes([1; 16]);
        let mut pool = PortPool::default();
        pool.fill((10..=28).step_by(2));
        for _ in 0..3 {
            assert!(pool.take_pair(call, false).is_some());
        }
        assert!(pool.take_pair(call, false).is_none());
        assert!(pool.take_pair(call, true).is_some());
        assert!(pool.take_pair(call, true).is_some());
        assert!(pool.take_pair(call, true).is_none());
    }
}
