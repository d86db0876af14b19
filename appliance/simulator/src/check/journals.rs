//! The two journals: the chain, the order, and that HQ holds the branch's bytes.
use super::Scene;
use super::ledger::Ledger;
use sha2::{Digest as _, Sha256};

struct Row {
    seq: u64,
    bytes: Vec<u8>,
    hash: Vec<u8>,
}

pub(super) fn check(scene: &Scene, ledger: &mut Ledger) -> rusqlite::Result<()> {
    let branch = rows(scene, Side::Branch)?;
    let cloud = rows(scene, Side::Cloud)?;
    chain("branch journal: chained without a gap", &branch, ledger);
    chain("HQ journal: chained without a gap", &cloud, ledger);
    ledger.announce("HQ holds the branch's facts byte for byte");
    for (ours, theirs) in branch.iter().zip(&cloud) {
        ledger.check(
            "HQ holds the branch's facts byte for byte",
            ours.bytes == theirs.bytes,
            || format!("seq {} differs", ours.seq),
        );
    }
    let counts = (("branch", branch.len() as u64), ("HQ", cloud.len() as u64));
    ledger.equal("every fact has reached HQ", counts.0, counts.1);
    let dead = super::books::count(&scene.cloud, "SELECT count(*) FROM dead_letter")?;
    ledger.equal(
        "no fact is a dead letter",
        ("dead letters", dead),
        ("expected", 0),
    );
    Ok(())
}

enum Side {
    Branch,
    Cloud,
}

fn rows(scene: &Scene, side: Side) -> rusqlite::Result<Vec<Row>> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            seq: row.get::<_, i64>(0)?.unsigned_abs(),
            bytes: row.get(1)?,
            hash: row.get(2)?,
        })
    };
    match side {
        Side::Branch => {
            let mut ask = scene
                .branch
                .prepare("SELECT seq, bytes, hash FROM journal ORDER BY seq")?;
            ask.query_map([], row)?.collect()
        }
        Side::Cloud => {
            let sql = "SELECT seq, bytes, hash FROM journal WHERE box = ?1 ORDER BY seq, epoch";
            let mut ask = scene.cloud.prepare(sql)?;
            ask.query_map([&scene.traces.box_id], row)?.collect()
        }
    }
}

fn chain(invariant: &'static str, rows: &[Row], ledger: &mut Ledger) {
    ledger.announce(invariant);
    let mut before = [0_u8; 32];
    for (expected, row) in (1_u64..).zip(rows) {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(before)
            .chain_update(&row.bytes)
            .finalize()
            .into();
        ledger.check(invariant, row.seq == expected && row.hash == hash, || {
            format!("at seq {}", row.seq)
        });
        before = hash;
    }
}
