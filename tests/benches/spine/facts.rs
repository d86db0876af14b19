//! Facts: how fast the journal takes them, and how fast the link and headquarters carry them.
use crate::cost::Meter;
use crate::live_state::LiveState;
use crate::month::{self, FACTS_PER_CALL};
use crate::table::Row;
use crate::world::World;
use branch_store::{Opened, Parts, Purpose, SoftKeys, Store, StoreConfig};
use house_tests::deadline::wait_until;
use messages::{BoxId, Moment, Now, UtcMs};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const READERS: usize = 10;
/// Journaled while the readers read; what `SPINE_FACTS` wants beyond them is written without readers.
const MEASURED: u64 = 42_000;

/// `SPINE_FACTS`: so many are journaled and carried; a month offline is 1,580,000.
fn wanted() -> u64 {
    let said = std::env::var("SPINE_FACTS").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(MEASURED)
}

const CARRIED_WITHIN: Duration = Duration::from_secs(1_800);

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
    let rate = beside_readers(&store);
    write(&store, MEASURED, wanted());
    let count = store.head().seq;
    store.close("measured");
    let (database, journal) = sizes(&world.path("data/branch.db"));
    let method = format!("{count} facts, nearly all of whole calls");
    let row = |what, figure, unit| Row::new(what, figure, unit, method.clone());
    vec![
        Row::new(
            "facts journaled",
            rate,
            "/s",
            format!(
                "{MEASURED} facts of whole calls, FULL sync, group commit, {READERS} readers asking for pages all the time"
            ),
        ),
        row(
            "a fact in the journal",
            journal / count as f64,
            "bytes on disk, without the indexes",
        ),
        row(
            "a fact in the branch's database",
            database / count as f64,
            "bytes on disk, with its part of all tables and indexes",
        ),
        row("the journal", journal / 1e9, "GB"),
        row("the branch's database", database / 1e9, "GB"),
    ]
}

fn beside_readers(store: &Store) -> f64 {
    let (before, started) = (store.head().seq, Instant::now());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let reader = store.reader().expect("a reader");
                    let page = reader.calls(&branch_store::CallFilter::default(), 50);
                    page.expect("calls");
                }
            });
        }
        write(store, 0, MEASURED);
        done.store(true, Ordering::Relaxed);
    });
    (store.head().seq - before) as f64 / started.elapsed().as_secs_f64()
}

/// The facts of calls, from the one with the fact `from` to the one with the fact `upto`.
fn write(store: &Store, from: u64, upto: u64) {
    let mut n = from / FACTS_PER_CALL;
    while n * FACTS_PER_CALL < upto {
        let facts: Vec<_> = (n..n + 4).flat_map(|n| month::call(n, utc())).collect();
        if store.append(facts).is_ok() {
            n += 4;
        } else {
            store.flush();
        }
    }
    store.flush();
}

/// Bytes of the whole file, and of the journal's own table.
fn sizes(file: &Path) -> (f64, f64) {
    let read = || -> rusqlite::Result<(i64, i64)> {
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let journal = "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name = 'journal'";
        let all = "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE";
        let sum = |query| database.query_row(query, [], |row| row.get(0));
        Ok((sum(all)?, sum(journal)?))
    };
    let (all, journal) = read().expect("the database says how large it is");
    (all as f64, journal as f64)
}

/// The gateway and headquarters start anew and carry what waits.
pub(crate) fn carried(world: &mut World) -> Vec<Row> {
    world.start_cloud();
    world.start_gateway();
    let (gateway, cloud) = (
        Meter::start(world.gateway_process()),
        Meter::start(world.cloud_process()),
    );
    let (admin, hq) = (world.admin(), world.hq_admin());
    let started = Instant::now();
    let bytes = world.line.bytes();
    let number = |value: &serde_json::Value, key: &str| value["journal"][key].as_u64().unwrap_or(0);
    let first = number(&admin.get("/api/v1/system").json(), "applied");
    let mut live = LiveState::begin(world, &hq);
    let last = wait_until("headquarters has every fact", CARRIED_WITHIN, || {
        live.look();
        let journal = admin.get("/api/v1/system").json();
        let (head, applied) = (number(&journal, "head"), number(&journal, "applied"));
        (head > 0 && applied == head).then_some(applied)
    });
    let count = last.saturating_sub(first).max(1) as f64;
    let (up, down) = world.line.bytes();
    let method =
        "a backlog drained over mutual TLS, verified, applied and acknowledged in batches of 200"
            .to_owned();
    let row = |what, figure, unit| Row::new(what, figure, unit, method.clone());
    let mut rows = vec![
        row(
            "facts carried to HQ",
            count / started.elapsed().as_secs_f64(),
            "/s",
        ),
        row(
            "facts per CPU-second of the gateway",
            count / gateway.cpu().max(0.01),
            "",
        ),
        row(
            "facts per CPU-second of headquarters",
            count / cloud.cpu().max(0.01),
            "",
        ),
        row(
            "a fact on the wire",
            (up - bytes.0) as f64 / count,
            "bytes up, with TLS and MQTT",
        ),
        row(
            "its acknowledgement",
            (down - bytes.1) as f64 / count,
            "bytes down, with TLS and MQTT",
        ),
    ];
    rows.extend(live.rows());
    rows
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
