//! Facts: how fast the journal takes them, and how fast the link and headquarters carry them.
use crate::cost::Meter;
use crate::table::Row;
use crate::world::World;
use branch_store::{Opened, Parts, Purpose, SoftKeys, Store, StoreConfig};
use house_tests::deadline::wait_until;
use messages::fact::{Actor, Fact, SignedIn};
use messages::{BoxId, Moment, Now, UserName, UtcMs};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const FACTS: u64 = 40_000;
const READERS: usize = 4;

struct OsSecrets;

impl sansio::Secrets for OsSecrets {
    fn fill(&mut self, out: &mut [u8]) {
        getrandom::fill(out).expect("random bytes");
    }
}

/// Into the stopped gateway's own journal, so that the link has something to carry afterwards.
pub(crate) fn journaled(world: &mut World) -> Vec<Row> {
    world.stop_gateway();
    world.stop_cloud();
    let store = open(world);
    let before = store.head().seq;
    let meter = Meter::start(std::process::id());
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let reader = store.reader().expect("a reader");
                    reader
                        .calls(&branch_store::CallFilter::default(), 50)
                        .expect("calls");
                }
            });
        }
        write(&store);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let (count, span) = (store.head().seq - before, meter.elapsed());
    store.close("measured");
    let bytes = std::fs::metadata(world.path("data/branch.db")).map_or(0, |file| file.len());
    let method = format!(
        "{count} small facts, FULL sync, group commit, {READERS} readers asking for pages all the time"
    );
    vec![
        Row::new(
            "facts journaled",
            count as f64 / span.as_secs_f64(),
            "/s",
            method.clone(),
        ),
        Row::new(
            "a fact in the journal",
            bytes as f64 / store_seq(before, count),
            "bytes on disk, with indexes",
            method,
        ),
    ]
}

fn store_seq(before: u64, count: u64) -> f64 {
    (before + count) as f64
}

fn write(store: &Store) {
    let user = UserName::parse("bench").expect("a name");
    let mut left = FACTS;
    while left > 0 {
        let part = left.min(20);
        let facts = (0..part).map(|_| {
            Fact::new(
                utc(),
                true,
                Actor::User(user.clone()),
                SignedIn { user: user.clone() },
            )
        });
        if store.append(facts.collect()).is_ok() {
            left -= part;
        } else {
            store.flush();
        }
    }
    store.flush();
}

/// The gateway and headquarters start anew and carry what waits.
pub(crate) fn carried(world: &mut World) -> Vec<Row> {
    world.start_cloud();
    world.start_gateway();
    let (gateway, cloud) = (
        Meter::start(world.gateway_process()),
        Meter::start(world.cloud_process()),
    );
    let admin = world.admin();
    let started = Instant::now();
    let number = |value: &serde_json::Value, key: &str| value["journal"][key].as_u64().unwrap_or(0);
    let first = number(&admin.get("/api/v1/system").json(), "applied");
    let last = wait_until(
        "headquarters has every fact",
        Duration::from_secs(300),
        || {
            let journal = admin.get("/api/v1/system").json();
            (number(&journal, "head") > 0
                && number(&journal, "applied") == number(&journal, "head"))
            .then(|| number(&journal, "applied"))
        },
    );
    let count = last.saturating_sub(first).max(1) as f64;
    let method =
        "a backlog drained over mutual TLS, verified, applied and acknowledged in batches of 200"
            .to_owned();
    vec![
        Row::new(
            "facts carried to HQ",
            count / started.elapsed().as_secs_f64(),
            "/s",
            method.clone(),
        ),
        Row::new(
            "facts per CPU-second of the gateway",
            count / gateway.cpu().max(0.01),
            "",
            method.clone(),
        ),
        Row::new(
            "facts per CPU-second of headquarters",
            count / cloud.cpu().max(0.01),
            "",
            method,
        ),
    ]
}

fn open(world: &World) -> Store {
    let started = Instant::now();
    let clock = move || Now {
        mono: Moment::START + started.elapsed(),
        utc: utc(),
        utc_trusted: true,
    };
    let box_id = BoxId::parse("bench").expect("a name");
    let parts = Parts {
        config: StoreConfig::new(
            world.path("data"),
            box_id,
            "bench",
            messages::BootId::from_bytes([7; 16]),
        ),
        key_store: Box::new(SoftKeys::open(world.path("keys")).expect("the keys")),
        decider: Box::new(crm::Rules),
        clock: Arc::new(clock),
        secrets: Box::new(OsSecrets),
    };
    let Opened { store, .. } = Store::open(parts, Purpose::Console).expect("the journal opens");
    store
}

fn utc() -> UtcMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(0))
}
