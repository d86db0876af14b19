//! What one open page has seen of the board and what it has still to be told. Plain data, no socket.
use super::board::{Board, Touched};
use super::view::{Change, LiveMessage, Showing};
use messages::{CallId, UtcMs};
use rights::{Row, Subject, Viewer, sees};
use std::collections::BTreeSet;

/// One viewer's eye on the board.
pub(super) struct Eye {
    viewer: Viewer,
    seq: u64,
    dirty: BTreeSet<Touched>,
    /// Calls that this page was shown: only of those is it told that they are gone.
    shown: BTreeSet<CallId>,
}

/// When a change must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    Nothing,
    /// With the next batch.
    Soon,
    /// It is the viewer's own call.
    Now,
}

impl Eye {
    pub(super) const fn new(viewer: Viewer) -> Self {
        Self {
            viewer,
            seq: 0,
            dirty: BTreeSet::new(),
            shown: BTreeSet::new(),
        }
    }

    pub(super) fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// The page has lost the thread: the next batch is a snapshot.
    pub(super) fn start_anew(&mut self) {
        self.dirty.insert(Touched::Everything);
    }

    /// Remembers what changed.
    pub(super) fn note(&mut self, touched: &[Touched], board: &Board) -> Urgency {
        let urgency = touched
            .iter()
            .map(|one| self.urgency(one, board))
            .max()
            .unwrap_or(Urgency::Nothing);
        if urgency > Urgency::Nothing {
            self.dirty.extend(touched.iter().cloned());
        }
        urgency
    }

    fn urgency(&self, touched: &Touched, board: &Board) -> Urgency {
        let Touched::Call(id) = touched else {
            return Urgency::Soon;
        };
        let Some(call) = board.calls.get(id) else {
            return if self.shown.contains(id) {
                Urgency::Now
            } else {
                Urgency::Nothing
            };
        };
        let own = self.viewer.extension.is_some()
            && (call.call.extension == self.viewer.extension
                || call.call.other_extension == self.viewer.extension);
        let row = Row {
            extension: call.call.extension.as_ref(),
            other_extension: call.call.other_extension.as_ref(),
        };
        match (own, sees(&self.viewer, Subject::Calls, row)) {
            (true, true) => Urgency::Now,
            (false, true) => Urgency::Soon,
            (_, false) => Urgency::Nothing,
        }
    }

    /// Everything anew.
    pub(super) fn snapshot(&mut self, board: &Board, now: UtcMs) -> LiveMessage {
        self.dirty.clear();
        self.seq += 1;
        let board = self.showing(board, now).whole();
        self.shown = board.calls.iter().map(|call| call.id).collect();
        LiveMessage::Snapshot {
            seq: self.seq,
            server_time: now.0,
            board: Box::new(board),
        }
    }

    /// What has changed since the last message; `None` if that is nothing this viewer may see.
    pub(super) fn delta(&mut self, board: &Board, now: UtcMs) -> Option<LiveMessage> {
        if self.dirty.contains(&Touched::Everything) {
            return Some(self.snapshot(board, now));
        }
        let dirty = core::mem::take(&mut self.dirty);
        let changes: Vec<_> = dirty
            .iter()
            .filter_map(|touched| self.change(touched, board, now))
            .collect();
        if changes.is_empty() {
            return None;
        }
        self.seq += 1;
        Some(LiveMessage::Delta {
            seq: self.seq,
            server_time: now.0,
            changes,
        })
    }

    pub(super) const fn heartbeat(&self, now: UtcMs) -> LiveMessage {
        LiveMessage::Heartbeat {
            seq: self.seq,
            server_time: now.0,
        }
    }

    fn change(&mut self, touched: &Touched, board: &Board, now: UtcMs) -> Option<Change> {
        let showing = self.showing(board, now);
        match touched {
            Touched::Everything => None,
            Touched::Phone(extension) => {
                let phone = showing.phone(extension)?;
                Some(Change::Phone { phone })
            }
            Touched::Trunk(name) => {
                let trunk = showing.trunk(name)?;
                Some(Change::Trunk { trunk })
            }
            Touched::Call(id) => match showing.call(*id) {
                Some(call) => {
                    self.shown.insert(*id);
                    let call = Box::new(call);
                    Some(Change::Call { call })
                }
                None => self
                    .shown
                    .remove(id)
                    .then_some(Change::CallGone { id: *id }),
            },
            Touched::Link => {
                let link = board.link.clone();
                Some(Change::Link { link })
            }
            Touched::Machine => {
                let machine = showing.machine()?;
                Some(Change::Machine { machine })
            }
        }
    }

    const fn showing<'a>(&'a self, board: &'a Board, now: UtcMs) -> Showing<'a> {
        Showing {
            board,
            viewer: &self.viewer,
            now,
        }
    }
}

#[cfg(test)]
mod tests;
