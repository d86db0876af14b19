//! Every few seconds: does the store answer, did somebody get a new password, did a backup make more facts safe?
use crate::api::HqState;
use crate::forgetting;
use crate::intake;
use crate::mqtt::MqttHandle;
use core::time::Duration;
use hq_store::BoxRecord;
use messages::{BoxId, UserName, UtcMs, lane::Lane};
use portal::ops::{Health, HealthReport};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::MissedTickBehavior;

const STEP: Duration = Duration::from_secs(5);

/// What `/healthz` says; the last look, never a question of its own.
#[derive(Clone, Default)]
pub(crate) struct Pulse(Arc<AtomicBool>);

impl Pulse {
    pub(crate) fn report(&self) -> HealthReport {
        let store = if self.0.load(Ordering::Relaxed) {
            Health::Ok
        } else {
            Health::Failed
        };
        HealthReport::of([("store", store)])
    }

    pub(crate) fn set(&self, answers: bool) {
        self.0.store(answers, Ordering::Relaxed);
    }
}

pub(crate) async fn keep_watching(state: HqState, mqtt: MqttHandle, pulse: Pulse) {
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut passwords = None;
    let mut safe = BTreeMap::new();
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            _ = steps.tick() => {}
        }
        let looked = state
            .ask(|store| Ok((store.users()?, store.boxes()?)))
            .await;
        pulse.set(looked.is_ok());
        forget(&state).await;
        forget_snapshots(&state).await;
        let Ok((users, boxes)) = looked else { continue };
        measure(&boxes);
        state.pace.look(state.clock.now().mono, &boxes);
        tell_safe(&mqtt, &mut safe, &boxes);
        let now: BTreeMap<_, _> = users
            .into_iter()
            .map(|one| (one.user, one.changed))
            .collect();
        if let Some(before) = &passwords {
            end_old_sessions(&state, before, &now);
        }
        passwords = Some(now);
    }
}

/// A backup moved `safe`: connected boxes hear it at once, the others with their next WELCOME.
fn tell_safe(mqtt: &MqttHandle, told: &mut BTreeMap<BoxId, u64>, boxes: &[BoxRecord]) {
    for record in boxes {
        let before = told.insert(record.id.clone(), record.safe).unwrap_or(0);
        if before == record.safe || !record.link_up {
            continue;
        }
        let Ok(ack) = intake::end_of(&record.id, Some(record)).ack() else {
            continue;
        };
        if let Err(bad) = mqtt.publish_down(&record.id, Lane::Ack, ack) {
            tracing::debug!(box_id = %record.id, %bad, "not told what is safe");
        }
    }
}

/// Keys of persons that a branch has erased in the meantime go, and the branch hears of it.
async fn forget(state: &HqState) {
    let (keys, sign, now) = (Arc::clone(&state.keys), state.sign.clone(), state.now());
    let forgotten = state
        .ask(move |store| {
            Ok(forgetting::drop_keys(store, &keys, now)
                .and_then(|()| forgetting::tell(store, &keys, now, &sign)))
        })
        .await;
    match forgotten {
        Ok(Ok(true)) => state.wishes.ring(),
        Ok(Ok(false)) | Err(_) => {}
        Ok(Err(bad)) => tracing::warn!(%bad, "keys of erased persons stay for now"),
    }
}

/// They hold keys: none is kept longer than a backup of keys may be.
async fn forget_snapshots(state: &HqState) {
    let (shelf, now) = (Arc::clone(&state.shelf), state.now());
    let gone = tokio::task::spawn_blocking(move || shelf.forget_old(now)).await;
    if let Ok(Ok(gone)) = gone {
        for box_id in gone {
            tracing::warn!(%box_id, "its snapshot is too old and gone: another machine could not take its place");
        }
    }
}

#[allow(clippy::cast_precision_loss)] // figures for charts
fn measure(boxes: &[BoxRecord]) {
    let lag: u64 = boxes.iter().map(BoxRecord::lag_facts).sum();
    let dead: u64 = boxes.iter().map(|one| one.dead_letters).sum();
    metrics::gauge!("zhunkehu_cloud_boxes").set(boxes.len() as f64);
    metrics::gauge!("zhunkehu_cloud_lag_facts").set(lag as f64);
    metrics::gauge!("zhunkehu_cloud_dead_letters").set(dead as f64);
}

/// A reset password, or a user who is gone, ends that user's sessions.
fn end_old_sessions(
    state: &HqState,
    before: &BTreeMap<UserName, UtcMs>,
    now: &BTreeMap<UserName, UtcMs>,
) {
    for (user, changed) in before {
        if now.get(user) != Some(changed) {
            state.auth.password_changed(user);
        }
    }
}
