//! How the machine and the branch are doing: looked at now and then, told to the pages and to HQ.
use super::Ground;
use crate::web::LiveEvent;
use branch_store::{Store, StoreError};
use core::time::Duration;
use hw::{Board as _, Linux, Roots};
use messages::UtcMs;
use messages::lane::Metrics;
use std::sync::{Arc, Mutex, PoisonError};

/// How often the sensors are read.
const SENSORS_EVERY: Duration = Duration::from_secs(30);
/// How often the branch's own figures are counted.
const COUNT_EVERY: Duration = Duration::from_secs(2);
/// China has one time zone.
const UTC_PLUS_8_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// The last look. Reading it never waits.
#[derive(Clone)]
pub(super) struct Pulse(Arc<Mutex<Metrics>>);

impl Pulse {
    pub(super) fn source(&self) -> Box<dyn Fn() -> Metrics + Send + Sync> {
        let pulse = self.clone();
        Box::new(move || pulse.lock().clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Metrics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn start(ground: &Ground) -> Pulse {
    let pulse = Pulse(Arc::default());
    let told = pulse.clone();
    let (store, live, clock, started) = (
        ground.store.clone(),
        ground.live.clone(),
        ground.clock.clone(),
        ground.started,
    );
    let mut board = Linux::new(Roots::of_data(&ground.config.data_dir));
    let mut sampled_at = None;
    let mut look = move || {
        let now = clock.now();
        if sampled_at.is_none_or(|at| now.mono.since(at) >= SENSORS_EVERY) {
            sampled_at = Some(now.mono);
            let sample = board.sample(now.utc);
            live.tell(LiveEvent::Machine(sample.clone()));
            told.lock().sample = sample;
        }
        match count(&store, now.utc) {
            Ok(counted) => put(&mut told.lock(), counted, now.utc, started),
            Err(error) => {
                tracing::warn!(
                    code = error.code(),
                    "the branch's figures cannot be counted"
                );
            }
        }
    };
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("pulse", async move {
        let mut beat = tokio::time::interval(COUNT_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            // Sensors and tables block: not on a task's own thread.
            let looked = tokio::task::spawn_blocking(move || {
                look();
                look
            });
            let Ok(again) = looked.await else { return };
            look = again;
        }
    });
    pulse
}

struct Counted {
    head: u64,
    applied: u64,
    phones_registered: u32,
    calls_live: u32,
    calls_today: u32,
    answered_today: u32,
}

fn count(store: &Store, utc: UtcMs) -> Result<Counted, StoreError> {
    let reader = store.reader()?;
    let today = UtcMs((utc.0 + UTC_PLUS_8_MS).div_euclid(DAY_MS) * DAY_MS - UTC_PLUS_8_MS);
    let calls = reader.call_counts(today, UtcMs(i64::MAX))?;
    let phones = reader.phones()?;
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Counted {
        head: store.head().seq,
        applied: store.link_cursor().applied.seq,
        phones_registered: small(
            phones
                .iter()
                .filter(|phone| !phone.bindings.is_empty())
                .count() as u64,
        ),
        calls_live: small(calls.up),
        calls_today: small(calls.started),
        answered_today: small(calls.answered),
    })
}

fn put(metrics: &mut Metrics, counted: Counted, utc: UtcMs, started: UtcMs) {
    metrics.utc = utc;
    env!("CARGO_PKG_VERSION").clone_into(&mut metrics.version);
    metrics.uptime_s = utc.ms_since(started) / 1_000;
    metrics.head = counted.head;
    metrics.applied = counted.applied;
    metrics.phones_registered = counted.phones_registered;
    metrics.calls_live = counted.calls_live;
    metrics.calls_today = counted.calls_today;
    metrics.answered_today = counted.answered_today;
    metrics::gauge!("zhunkehu_journal_head").set(precise(counted.head));
    metrics::gauge!("zhunkehu_link_applied").set(precise(counted.applied));
    metrics::gauge!("zhunkehu_calls_live").set(f64::from(counted.calls_live));
    metrics::gauge!("zhunkehu_phones_registered").set(f64::from(counted.phones_registered));
}

#[allow(clippy::cast_precision_loss)] // a journal of 2^52 facts is beyond any branch
const fn precise(seq: u64) -> f64 {
    seq as f64
}
