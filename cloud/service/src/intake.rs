//! What the boxes say, written down: greetings, facts, samples, link states. Nothing is answered before it is durable.
mod facts;
mod greeting;
mod keys;

use crate::api::HqState;
use crate::mqtt::{BoxPapers, Ingest, Outcome};
use bytes::Bytes;
use hq_store::{BoxRecord, DncAuthor, Store, StoreError};
use link::{CloudBook, CloudEnd, read_directive_ack, read_result, read_urgent};
use messages::{
    BoxId, UtcMs,
    enrolment::Serial,
    lane::{DncChange, Lane, LinkState, Metrics},
    wire,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A blind index.
const INDEX_BYTES: usize = 16;
const REASON_CHARS_MAX: usize = 200;
/// A sample is some hundred bytes.
const METRICS_BYTES_MAX: usize = 16 * 1024;

/// Takes in what the endpoint hands over.
pub struct Intake {
    state: HqState,
    /// Boxes with a connection to this process: their last wills are out of date.
    connected: Mutex<BTreeSet<BoxId>>,
}

impl Intake {
    #[must_use]
    pub const fn new(state: HqState) -> Self {
        Self {
            state,
            connected: Mutex::new(BTreeSet::new()),
        }
    }

    fn is_connected(&self, box_id: &BoxId) -> bool {
        let connected = self
            .connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        connected.contains(box_id)
    }

    /// Runs `work` where it may block; a store that cannot be asked keeps the box waiting.
    async fn write(
        &self,
        box_id: &BoxId,
        work: impl FnOnce(&dyn Store) -> Result<Outcome, StoreError> + Send + 'static,
    ) -> Outcome {
        let store = Arc::clone(&self.state.store);
        let written = tokio::task::spawn_blocking(move || work(&*store)).await;
        let outcome = match written {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(bad)) => {
                tracing::warn!(%box_id, code = bad.code(), %bad, "not written");
                Outcome::Unavailable { code: bad.code() }
            }
            Err(bad) => {
                tracing::error!(%box_id, %bad, "writing panicked");
                Outcome::Unavailable { code: "internal" }
            }
        };
        self.state.live.touch(box_id);
        outcome
    }
}

impl Ingest for Intake {
    #[allow(clippy::too_many_lines)] // one arm for each lane
    async fn publish(&self, box_id: &BoxId, lane: Lane, bytes: Bytes) -> Outcome {
        let (id, now) = (box_id.clone(), self.state.now());
        match lane {
            Lane::Hello => {
                let (keys, bell) = (Arc::clone(&self.state.keys), self.state.wishes.clone());
                let written = self
                    .write(box_id, move |store| {
                        greeting::hello(store, &keys, &bell, &id, &bytes, now)
                    })
                    .await;
                self.state.wishes.ring();
                written
            }
            Lane::Facts => {
                let begun = std::time::Instant::now();
                let outcome = self
                    .write(box_id, move |store| facts::facts(store, &id, &bytes, now))
                    .await;
                metrics::histogram!("zhunkehu_cloud_batch_seconds").record(begun.elapsed());
                outcome
            }
            Lane::Metrics => {
                let written = self
                    .write(box_id, move |store| sample(store, &id, &bytes, now))
                    .await;
                droppable(written)
            }
            Lane::State => {
                let stale = self.is_connected(box_id);
                self.write(box_id, move |store| {
                    link_state(store, &id, &bytes, stale, now)
                })
                .await
            }
            Lane::Pull => {
                self.write(box_id, move |store| greeting::pull(store, &id, &bytes, now))
                    .await
            }
            Lane::DirectiveAck => {
                let written = self
                    .write(box_id, move |store| inbox(store, &id, &bytes))
                    .await;
                self.state.wishes.ring();
                written
            }
            Lane::UrgentUp => {
                let written = self
                    .write(box_id, move |store| urgent(store, &id, &bytes, now))
                    .await;
                self.state.wishes.ring();
                written
            }
            Lane::Result => {
                self.write(box_id, move |store| result(store, &id, &bytes, now))
                    .await
            }
            Lane::KeysUp => {
                let keys = Arc::clone(&self.state.keys);
                let between = self.state.registrar.key_between(box_id);
                self.write(box_id, move |store| {
                    keys::offered(store, &keys, &between, &id, &bytes, now)
                })
                .await
            }
            Lane::Welcome
            | Lane::Ack
            | Lane::Directives
            | Lane::UrgentDown
            | Lane::KeyAck
            | Lane::Command
            | Lane::Tail => refused("link_lane"),
        }
    }

    async fn admitted(&self, papers: &BoxPapers) {
        let (registrar, papers) = (Arc::clone(&self.state.registrar), papers.clone());
        let noted = tokio::task::spawn_blocking(move || {
            registrar.note_connected(&papers.box_id, &papers.certificate);
        });
        if let Err(bad) = noted.await {
            tracing::error!(%bad, "writing down a certificate panicked");
        }
    }

    fn is_revoked(&self, serial: &Serial) -> bool {
        self.state.registrar.is_revoked(serial)
    }

    async fn link_changed(&self, box_id: &BoxId, up: bool) {
        {
            let mut connected = self
                .connected
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if up {
                connected.insert(box_id.clone());
            } else {
                connected.remove(box_id);
            }
            #[allow(clippy::cast_precision_loss)] // a count of connections
            metrics::gauge!("zhunkehu_cloud_boxes_connected").set(connected.len() as f64);
        }
        let (id, now) = (box_id.clone(), self.state.now());
        let noted = self
            .write(box_id, move |store| {
                store.note_link(&id, up, now)?;
                Ok(Outcome::committed())
            })
            .await;
        tracing::info!(%box_id, up, noted = noted == Outcome::committed(), "link changed");
    }
}

const fn refused(code: &'static str) -> Outcome {
    Outcome::Refused {
        code,
        replies: Vec::new(),
    }
}

/// A sample that could not be written is lost, and the box need not send it again.
fn droppable(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Unavailable { code } => {
            tracing::warn!(code, "a sample was dropped");
            Outcome::committed()
        }
        Outcome::Committed { .. } | Outcome::Refused { .. } => outcome,
    }
}

pub(crate) fn end_of(box_id: &BoxId, record: Option<&BoxRecord>) -> CloudEnd {
    let book = record.map_or(CloudBook::NEW, |record| CloudBook {
        epoch: record.epoch,
        applied: record.applied,
        safe: record.safe,
        boot: record.boot,
        boot_before: record.boot_before,
        epoch_from: record.epoch_from,
        suspected: record.suspected,
        quarantined: record.quarantined,
        raw: record.raw > 0,
        ..CloudBook::NEW
    });
    CloudEnd::new(box_id.clone(), book)
}

fn trouble(
    store: &dyn Store,
    box_id: &BoxId,
    code: &'static str,
    now: UtcMs,
) -> Result<(), StoreError> {
    tracing::warn!(%box_id, code, "refused");
    metrics::counter!("zhunkehu_cloud_refused_total", "code" => code).increment(1);
    store.note_trouble(box_id, code, now)
}

fn sample(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    if bytes.len() > METRICS_BYTES_MAX {
        return Ok(refused("link_too_large"));
    }
    let Ok(metrics) = wire::decode::<Metrics>(bytes) else {
        return Ok(refused("link_undecodable"));
    };
    store.note_metrics(box_id, now, metrics.head, bytes)?;
    Ok(Outcome::committed())
}

/// What the inbox of a branch has of its directives.
fn inbox(store: &dyn Store, box_id: &BoxId, bytes: &[u8]) -> Result<Outcome, StoreError> {
    let ack = match read_directive_ack(bytes) {
        Ok(ack) => ack,
        Err(why) => return Ok(refused(why.code())),
    };
    store.note_inbox(box_id, ack.upto, false)?;
    Ok(Outcome::committed())
}

/// A branch's new refusals of contact, ahead of their facts.
fn urgent(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let urgent = match read_urgent(bytes) {
        Ok(urgent) => urgent,
        Err(why) => return Ok(refused(why.code())),
    };
    let fits = |one: &DncChange| {
        one.index.len() == INDEX_BYTES && one.reason.chars().count() <= REASON_CHARS_MAX
    };
    if !urgent.changes.iter().all(fits) {
        return Ok(refused("link_too_large"));
    }
    let author = DncAuthor::Branch(box_id.clone());
    let changed = store.change_dnc(&author, &urgent.changes, now)?;
    if changed > 0 {
        tracing::info!(%box_id, changed, "refusals of contact for all branches");
    }
    Ok(Outcome::committed())
}

/// What became of a command.
fn result(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let result = match read_result(bytes) {
        Ok(result) => result,
        Err(why) => return Ok(refused(why.code())),
    };
    store.note_result(box_id, &result, now)?;
    Ok(Outcome::committed())
}

/// A last will, or what the box says of its link itself. `stale`: it has a connection here, which knows better.
fn link_state(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    stale: bool,
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let Ok(state) = wire::decode::<LinkState>(bytes) else {
        return Ok(refused("link_undecodable"));
    };
    let ours = store
        .box_record(box_id)?
        .is_some_and(|record| record.boot == Some(state.boot));
    if ours && !stale {
        store.note_link(box_id, state.connected, now)?;
    }
    Ok(Outcome::committed())
}
