//! What is going to happen, and when: the earliest first, equal times in the order of their making.
use crate::form::Peer;
use core::cmp::{Ordering, Reverse};
use media::{MediaReport, PortPair, RecorderReport};
use messages::{CallId, Moment, RecordingId, Refusal};
use sip::Command;
use std::collections::BinaryHeap;

/// One thing that happens at its time.
#[derive(Debug)]
pub(crate) enum Act {
    /// The story goes on.
    Next,
    Does(Peer, Command),
    /// The relay is done with a port.
    PortFree(PortPair),
    Report(MediaReport),
    Recorder(RecorderReport),
    Key(RecordingId, Result<(), Refusal>),
    Room(bool),
    /// A phone that went away comes back.
    ComeBack(usize),
    HangUpByApi(CallId),
}

struct Entry {
    at: Moment,
    order: u64,
    act: Act,
}

/// A queue by time.
#[derive(Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<Entry>>,
    made: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Moment, act: Act) {
        self.made += 1;
        self.heap.push(Reverse(Entry {
            at,
            order: self.made,
            act,
        }));
    }

    pub(crate) fn next_at(&self) -> Option<Moment> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub(crate) fn pop_due(&mut self, now: Moment) -> Option<Act> {
        if self.next_at()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry.act)
    }

    /// The process is gone, and what it was waiting for with it.
    pub(crate) fn retain(&mut self, stays: impl Fn(&Act) -> bool) {
        self.heap.retain(|Reverse(entry)| stays(&entry.act));
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}
