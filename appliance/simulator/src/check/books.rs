//! The books: every call and attempt ends once, both databases count alike, and the carrier saw what the branch says.
use super::Scene;
use super::ledger::{Ledger, Summary};
use crate::journal::CallLine;
use rusqlite::Connection;
use std::collections::BTreeMap;

const REFUSALS: &str = "refusals carry the carrier's own code";

pub(super) fn check(scene: &Scene, ledger: &mut Ledger) -> rusqlite::Result<()> {
    ends_once(scene, ledger)?;
    carrier_agrees(scene, ledger)?;
    both_count_alike(scene, ledger)
}

fn ends_once(scene: &Scene, ledger: &mut Ledger) -> rusqlite::Result<()> {
    let invariant = "every call ends exactly once";
    ledger.announce(invariant);
    let sql = "SELECT subject, sum(kind = 'call_started'), sum(kind = 'call_ended') FROM journal
               WHERE kind IN ('call_started', 'call_ended') GROUP BY subject";
    let mut ask = scene.branch.prepare(sql)?;
    let mut rows = ask.query([])?;
    while let Some(row) = rows.next()? {
        let (subject, begun, over): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        ledger.check(invariant, (begun, over) == (1, 1), || {
            format!("{subject}: {begun} begun, {over} over")
        });
    }
    let begun = count(
        &scene.branch,
        "SELECT count(*) FROM journal WHERE kind = 'recording_started'",
    )?;
    let over = "SELECT count(*) FROM journal WHERE kind IN ('recording_closed', 'recording_cut')";
    ledger.equal(
        "every recording ends exactly once",
        ("begun", begun),
        ("over", count(&scene.branch, over)?),
    );
    let attempts = count(
        &scene.branch,
        "SELECT count(*) FROM journal WHERE kind = 'attempt_started'",
    )?;
    let over = count(
        &scene.branch,
        "SELECT count(*) FROM journal WHERE kind = 'attempt_ended'",
    )?;
    ledger.equal(
        "every attempt ends exactly once",
        ("begun", attempts),
        ("over", over),
    );
    let open = count(
        &scene.branch,
        "SELECT count(*) FROM call WHERE ended IS NULL OR result IS NULL",
    )?;
    ledger.equal(
        "no call is left open in the tables",
        ("open", open),
        ("expected", 0),
    );
    Ok(())
}

fn carrier_agrees(scene: &Scene, ledger: &mut Ledger) -> rusqlite::Result<()> {
    let attempts = count(&scene.branch, "SELECT count(*) FROM attempt")?;
    let seen = scene.carrier.len() as u64;
    // an INVITE goes out while its attempt is written: a kill in between leaves it in the carrier's log alone
    ledger.within(
        "no INVITE without an attempt in the books",
        ("attempts", attempts),
        ("carrier saw", seen),
        scene.traces.kills,
    );
    let cut = match scene.traces.kills {
        0 => 0,
        _ => {
            let restarted = "SELECT count(*) FROM attempt WHERE result = 'restarted'";
            count(&scene.branch, restarted)? + seen.saturating_sub(attempts)
        }
    };
    let answered = "SELECT count(*) FROM call WHERE trunk IS NOT NULL AND direction = 'outbound' AND answered IS NOT NULL";
    let ours = count(&scene.branch, answered)?;
    let theirs = scene
        .carrier
        .iter()
        .filter(|line| line.answered.is_some())
        .count() as u64;
    ledger.within(
        "answered calls as the carrier counts them",
        ("branch", ours),
        ("carrier", theirs),
        cut,
    );
    ledger.announce(REFUSALS);
    let fates = [
        ("busy", "busy", 486),
        ("vacant", "vacant", 404),
        ("limit", "congestion", 503),
    ];
    for (fate, result, code) in fates {
        let saw = scene
            .carrier
            .iter()
            .filter(|line| line.outcome == fate && line.ended_by == "near")
            .count() as u64;
        let sql =
            format!("SELECT count(*) FROM attempt WHERE result = '{result}' AND sip = {code}");
        let says = count(&scene.branch, &sql)?;
        refusals_agree(ledger, (fate, saw), (result, says), cut);
    }
    who_was_answered_heard(scene, ledger);
    who_dialled_was_told(scene, ledger);
    Ok(())
}

/// A call that a phone dialled was answered to it exactly where the carrier answered it.
fn who_dialled_was_told(scene: &Scene, ledger: &mut Ledger) {
    let invariant = "calls dialled by SIP end as the carrier ended them";
    let dialled = scene.phones.iter().filter(|line| line.outcome == "dialled");
    for line in dialled {
        let same = |other: &&CallLine| {
            other.called == line.called
                && other.invited >= line.invited
                && other.invited <= line.ended
        };
        let far: Vec<_> = scene.carrier.iter().filter(same).collect();
        // Refused by the gateway itself, or dialled twice at one time: nothing to compare.
        let [far] = far.as_slice() else { continue };
        let agree = far.answered.is_some() == line.answered.is_some();
        ledger.check(invariant, agree, || {
            format!(
                "{} from {}: carrier {:?}, phone {:?}",
                line.outcome, line.end, far.code, line.code
            )
        });
    }
}

/// None on either side: nothing was compared, and nothing is counted as a check.
fn refusals_agree(ledger: &mut Ledger, carrier: (&str, u64), branch: (&str, u64), cut: u64) {
    if (carrier.1, branch.1) != (0, 0) {
        ledger.within(REFUSALS, branch, carrier, cut);
    }
}

fn who_was_answered_heard(scene: &Scene, ledger: &mut Ledger) {
    ledger.announce("who was answered was heard and heard somebody");
    for line in scene.carrier.iter().chain(&scene.phones) {
        let Some(answered) = line.answered else {
            continue;
        };
        if line.ended - answered < 3_000 || line.end != "carrier" {
            continue;
        }
        let heard = line.packets_voiced > 0 && line.packets_received > 0;
        ledger.check(
            "who was answered was heard and heard somebody",
            heard,
            || {
                format!(
                    "{} ms of talk, {} packets, {} with voice",
                    line.ended - answered,
                    line.packets_received,
                    line.packets_voiced
                )
            },
        );
    }
}

fn both_count_alike(scene: &Scene, ledger: &mut Ledger) -> rusqlite::Result<()> {
    let invariant = "HQ counts calls as the branch does, by result";
    ledger.announce(invariant);
    let here = by_result(
        &scene.branch,
        "SELECT coalesce(result, 'open'), count(*) FROM call GROUP BY 1",
    )?;
    let there = by_result(
        &scene.cloud,
        "SELECT coalesce(result, 'open'), count(*) FROM call GROUP BY 1",
    )?;
    for result in here.keys().chain(there.keys()) {
        let of = |map: &BTreeMap<String, u64>| map.get(result).copied().unwrap_or(0);
        ledger.equal(invariant, ("branch", of(&here)), ("HQ", of(&there)));
    }
    let attempts = count(&scene.branch, "SELECT count(*) FROM attempt")?;
    let rolled = count(
        &scene.cloud,
        "SELECT coalesce(sum(attempts), 0) FROM rollup_hour",
    )?;
    ledger.equal(
        "HQ's hours add up to the branch's attempts",
        ("attempts", attempts),
        ("hours", rolled),
    );
    let here = count(
        &scene.branch,
        "SELECT coalesce(sum(attempts), 0) FROM customer",
    )?;
    let there = count(
        &scene.cloud,
        "SELECT coalesce(sum(attempts), 0) FROM customer",
    )?;
    let ended = count(
        &scene.branch,
        "SELECT count(*) FROM attempt JOIN call ON call.id = attempt.call
         WHERE call.customer IS NOT NULL AND call.ended IS NOT NULL AND call.result <> 'blocked'",
    )?;
    ledger.equal(
        "a customer's attempts are those of his calls",
        ("calls", ended),
        ("customers", here),
    );
    ledger.equal(
        "HQ's customers have the branch's attempts",
        ("branch", here),
        ("HQ", there),
    );
    Ok(())
}

pub(super) fn summary(scene: &Scene) -> rusqlite::Result<Summary> {
    let failed = "SELECT result, count(*) FROM call WHERE answered IS NULL AND result IS NOT NULL GROUP BY 1";
    Ok(Summary {
        placed: count(&scene.branch, "SELECT count(*) FROM call")?,
        answered: count(
            &scene.branch,
            "SELECT count(*) FROM call WHERE answered IS NOT NULL",
        )?,
        failed_by_cause: by_result(&scene.branch, failed)?,
        recordings: count(
            &scene.branch,
            "SELECT count(*) FROM recording WHERE state IN ('closed', 'cut')",
        )?,
        facts_journaled: count(&scene.branch, "SELECT count(*) FROM journal")?,
        facts_at_hq: count(
            &scene.cloud,
            "SELECT coalesce(sum(applied_seq), 0) FROM box",
        )?,
    })
}

pub(super) fn count(database: &Connection, sql: &str) -> rusqlite::Result<u64> {
    database.query_row(sql, [], |row| row.get(0).map(i64::unsigned_abs))
}

fn by_result(database: &Connection, sql: &str) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut ask = database.prepare(sql)?;
    ask.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::ledger::{Ledger, Summary};
    use super::{REFUSALS, refusals_agree};

    #[test]
    fn a_fate_that_nobody_met_is_no_check_and_one_that_differs_is_a_violation() {
        let mut ledger = Ledger::default();
        ledger.announce(REFUSALS);
        refusals_agree(&mut ledger, ("limit", 0), ("congestion", 0), 0);
        refusals_agree(&mut ledger, ("busy", 2), ("busy", 2), 0);
        refusals_agree(&mut ledger, ("vacant", 1), ("vacant", 0), 0);
        let verdict = ledger.close(Summary::default());
        let line = &verdict.invariants[0];
        assert_eq!((line.checks, line.violations), (2, 1));
    }
}
