//! What all live sockets show: one picture, made anew for the branches that were touched.
use super::LiveMessage;
use crate::api::branches::{self, Branch};
use crate::api::overview::{self, Overview};
use crate::api::state::HqState;
use axum::extract::ws::Utf8Bytes;
use core::time::Duration;
use hq_store::{Store, StoreError, Tally, day_of};
use messages::{BoxId, UtcMs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Semaphore, broadcast};
use tokio::time::MissedTickBehavior;

/// Changes of this time go out together.
const STEP: Duration = Duration::from_millis(500);
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// Messages that a slow socket may lag behind before it gets a new snapshot.
const BEHIND_MAX: usize = 64;
const SOCKETS_MAX: usize = 500;

pub(crate) struct LiveHub {
    touched: Mutex<BTreeSet<BoxId>>,
    picture: Mutex<Picture>,
    out: broadcast::Sender<Sent>,
    pub(super) seats: std::sync::Arc<Semaphore>,
}

/// A message that went out to all sockets.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) seq: u64,
    pub(super) text: Utf8Bytes,
}

#[derive(Default)]
struct Picture {
    seq: u64,
    branches: BTreeMap<String, Branch>,
    today: Tally,
    day: UtcMs,
    drawn: bool,
}

impl Default for LiveHub {
    fn default() -> Self {
        Self {
            touched: Mutex::default(),
            picture: Mutex::default(),
            out: broadcast::Sender::new(BEHIND_MAX),
            seats: std::sync::Arc::new(Semaphore::new(SOCKETS_MAX)),
        }
    }
}

impl LiveHub {
    /// Something of this branch changed.
    pub(crate) fn touch(&self, box_id: &BoxId) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if !touched.contains(box_id) {
            touched.insert(box_id.clone());
        }
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Sent> {
        self.out.subscribe()
    }

    /// The whole picture, and the seq from which deltas go on. Listen before you ask.
    pub(super) fn snapshot(&self, now: UtcMs) -> LiveMessage {
        let picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
        let branches: Vec<_> = picture.branches.values().cloned().collect();
        LiveMessage::Snapshot {
            seq: picture.seq,
            utc: now,
            overview: Overview::of(&branches, picture.today, now),
            branches,
        }
    }

    /// Draws what changed and sends it; the blocking part of a step.
    pub(crate) fn step(&self, store: &dyn Store, now: UtcMs) -> Result<(), StoreError> {
        let touched =
            core::mem::take(&mut *self.touched.lock().unwrap_or_else(PoisonError::into_inner));
        let changed = self.changed(store, &touched, now)?;
        let Some((branches, today)) = changed else {
            return Ok(());
        };
        let mut picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
        picture.seq += 1;
        picture.today = today;
        picture.day = day_of(now);
        picture.drawn = true;
        for branch in &branches {
            picture
                .branches
                .insert(branch.box_id.clone(), branch.clone());
        }
        let all: Vec<_> = picture.branches.values().cloned().collect();
        let message = LiveMessage::Delta {
            seq: picture.seq,
            utc: now,
            overview: Overview::of(&all, today, now),
            branches,
        };
        if let Some(text) = text_of(&message) {
            // Nobody may be listening.
            let _nobody = self.out.send(Sent {
                seq: picture.seq,
                text,
            });
        }
        Ok(())
    }

    fn changed(
        &self,
        store: &dyn Store,
        touched: &BTreeSet<BoxId>,
        now: UtcMs,
    ) -> Result<Option<(Vec<Branch>, Tally)>, StoreError> {
        let (drawn, day) = {
            let picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
            (picture.drawn, picture.day)
        };
        if drawn && touched.is_empty() && day == day_of(now) {
            return Ok(None);
        }
        let branches = if drawn {
            let one = |box_id| branches::one(store, box_id, now);
            let found: Result<Vec<_>, _> = touched.iter().map(one).collect();
            found?.into_iter().flatten().collect()
        } else {
            branches::all(store, now)?
        };
        Ok(Some((branches, overview::today(store, now)?)))
    }
}

pub(super) fn text_of(message: &LiveMessage) -> Option<Utf8Bytes> {
    match serde_json::to_string(message) {
        Ok(text) => Some(text.into()),
        Err(bad) => {
            tracing::error!(%bad, "a live message could not be written");
            None
        }
    }
}

/// Keeps the picture true until the process stops.
pub(crate) async fn keep_drawing(state: HqState) {
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            _ = steps.tick() => {}
        }
        let (live, now) = (std::sync::Arc::clone(&state.live), state.now());
        let stepped = state.ask(move |store| live.step(store, now)).await;
        if let Err(problem) = stepped {
            tracing::warn!(code = %problem.code, "the live picture could not be drawn");
        }
    }
}
