//! Closing, reading and letting go: through a crash at every point, whatever the clock does.
use super::close::{Closer, Pace, Point};
use super::{Ledger, Month};
use crate::database::open_reader;
use crate::error::StoreError;
use crate::query::{AuditFilter, AuditRow};
use crate::trial::{DAY_MS, START, Trial};
use messages::journal::ChainHash;
use messages::{Now, UtcMs};
use sansio::SeededRng;

/// Everything that can be read of the journal up to a seq.
#[derive(Debug, PartialEq)]
struct Read {
    facts: Vec<(u64, Vec<u8>)>,
    hashes: Vec<Option<ChainHash>>,
    audit: Vec<Vec<AuditRow>>,
}

fn read(trial: &Trial, upto: u64) -> Read {
    let store = trial.store();
    let mut facts: Vec<(u64, Vec<u8>)> = Vec::new();
    while facts.last().is_none_or(|(seq, _)| *seq < upto) {
        let after = facts.last().map_or(0, |(seq, _)| *seq);
        let more = store.facts_after(after, 40, 1_000_000).unwrap();
        assert_eq!(more.first().map(|(seq, _)| *seq), Some(after + 1));
        facts.extend(more);
    }
    facts.retain(|(seq, _)| *seq <= upto);
    let everything = AuditFilter::default();
    let calls = AuditFilter {
        kind: Some("call_started".to_owned()),
        ..AuditFilter::default()
    };
    let some_days = AuditFilter {
        from: Some(UtcMs(START + 20_000)),
        until: Some(UtcMs(START + 40 * DAY_MS)),
        ..AuditFilter::default()
    };
    Read {
        facts,
        hashes: (0..=upto).map(|seq| store.hash_at(seq).unwrap()).collect(),
        audit: [everything, calls, some_days]
            .map(|filter| audit(trial, &filter, upto))
            .to_vec(),
    }
}

/// All pages of it, from `upto` on back.
fn audit(trial: &Trial, filter: &AuditFilter, upto: u64) -> Vec<AuditRow> {
    let reader = trial.store().reader().unwrap();
    let mut filter = AuditFilter {
        after: Some(upto + 1),
        ..filter.clone()
    };
    let mut rows = Vec::new();
    loop {
        let page = reader.audit(&filter, 30).unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return rows,
        }
    }
}

fn sound(trial: &Trial) {
    trial.store().flush();
    let verdict = trial.store().verify().unwrap();
    assert_eq!(verdict.bad, None);
    assert_eq!(verdict.head, trial.store().head());
}

fn hot_first(trial: &Trial) -> u64 {
    let conn = open_reader(&trial.data().join("branch.db")).unwrap();
    Ledger::of(&conn, &trial.data()).unwrap().hot_first
}

fn names(trial: &Trial) -> Vec<String> {
    let entries = std::fs::read_dir(trial.data()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| name.starts_with("journal-") || name.starts_with("state"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_closed_month_lies_in_its_file_and_reads_as_before() {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(1);
    trial.live(&mut rng, 250);
    let upto = trial.store().head().seq;
    let before = read(&trial, upto);
    let month = trial.store().close_month().unwrap();
    assert_eq!(
        (month.label.as_str(), month.first, month.last),
        ("2026-11", 1, upto)
    );
    assert_eq!(hot_first(&trial), upto + 1);
    assert_eq!(read(&trial, upto), before);
    sound(&trial);
    trial.pass_days(30);
    trial.live(&mut rng, 50);
    let upto = trial.store().head().seq;
    let before = read(&trial, upto);
    trial.store().close_month().unwrap();
    assert_eq!(read(&trial, upto), before);
    assert_eq!(trial.store().oldest().unwrap(), 1);
    trial.crash();
    assert_eq!(read(&trial, upto), before);
    sound(&trial);
    let snapshot = format!("state-{upto}.db");
    assert_eq!(
        names(&trial),
        ["journal-2026-11.db", "journal-2026-12.db", &snapshot]
    );
}

/// Stops at the `n`th point, counted from 0; true if it came so far.
fn stopped_close(trial: &Trial, n: usize) -> Result<Month, StoreError> {
    let store = trial.store();
    let mut closer = Closer::of(store).unwrap();
    closer.pace = Pace {
        copied_at_once: 60,
        let_go_at_once: 60,
    };
    let mut point = 0;
    closer.close(store.now(), &mut |_at: Point| {
        point += 1;
        if point > n {
            Err(StoreError::Busy)
        } else {
            Ok(())
        }
    })
}

#[test]
fn a_close_that_stops_anywhere_loses_nothing_and_is_gone_on_with() {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(2);
    let mut months = 0;
    let mut points = 0;
    for n in 0.. {
        trial.pass_days(31);
        trial.live(&mut rng, 60);
        let upto = trial.store().head().seq;
        let before = read(&trial, upto);
        let finished = stopped_close(&trial, n).is_ok();
        assert_eq!(read(&trial, upto), before, "as it stands at point {n}");
        trial.crash();
        assert_eq!(read(&trial, upto), before, "after a crash at point {n}");
        sound(&trial);
        trial.store().keep_months(0).unwrap();
        assert_eq!(read(&trial, upto), before, "gone on with from point {n}");
        sound(&trial);
        let closed = trial.store().months().unwrap();
        assert_eq!(hot_first(&trial), closed.last().unwrap().last + 1);
        assert!(closed.len() > months, "the month that was over is closed");
        months = closed.len();
        points = n;
        if finished {
            break;
        }
    }
    assert!(
        points >= 9,
        "{points} points: every stage, and each step of two of them"
    );
    let months = trial.store().months().unwrap();
    for pair in months.windows(2) {
        assert_eq!(pair[0].last + 1, pair[1].first);
        assert!(pair[0].label < pair[1].label);
    }
    assert_eq!(
        names(&trial).len(),
        months.len() + 1,
        "a file each, and one snapshot"
    );
    assert_eq!(
        trial.store().rebuild().unwrap().different,
        Vec::<String>::new()
    );
}

#[test]
fn a_clock_that_jumps_makes_no_second_file_of_a_name_and_splits_no_range() {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(3);
    let mut last_closed = 0;
    for days in [
        3, 30, -30, 30, -30, 25, 8, -30, 60, 2, -30, 31, 400, -390, 30,
    ] {
        trial.pass_days(days);
        trial.live(&mut rng, 15);
        let kept = trial.store().keep_months(0).unwrap();
        if let Some(month) = kept.closed {
            assert_eq!(month.first, last_closed + 1);
            last_closed = month.last;
        }
        assert_eq!(kept.pruned, Vec::<String>::new());
    }
    let months = trial.store().months().unwrap();
    assert!(months.len() >= 3, "{months:?}");
    assert!(months.windows(2).all(|pair| pair[0].label < pair[1].label));
    let upto = trial.store().head().seq;
    assert_eq!(read(&trial, upto).facts.len() as u64, upto);
    sound(&trial);
}

#[test]
fn the_writer_goes_on_while_a_month_is_closed() {
    let mut trial = Trial::new();
    trial.live(&mut SeededRng::new(4), 300);
    let store = trial.store();
    let mut closer = Closer::of(store).unwrap();
    closer.pace.let_go_at_once = 20;
    let mut heads = Vec::new();
    closer
        .close(store.now(), &mut |_at| {
            trial.happened(messages::fact::BoxStopped {
                reason: "in between".to_owned(),
            });
            store.flush();
            heads.push(store.head().seq);
            Ok(())
        })
        .unwrap();
    assert!(heads.len() > 15, "{heads:?}");
    assert!(
        heads.windows(2).all(|pair| pair[0] < pair[1]),
        "each was written at once"
    );
    sound(&trial);
    assert_eq!(
        trial.store().rebuild().unwrap().different,
        Vec::<String>::new()
    );
}

/// Three closed months and an open one.
fn three_months(seed: u64) -> Trial {
    let mut trial = Trial::new();
    let mut rng = SeededRng::new(seed);
    for _ in 0..3 {
        trial.live(&mut rng, 40);
        trial.pass_days(30);
        assert!(trial.store().keep_months(0).unwrap().closed.is_some());
    }
    trial.live(&mut rng, 10);
    trial
}

#[test]
fn only_what_is_safe_at_headquarters_and_old_enough_is_let_go() {
    let mut trial = three_months(5);
    trial.pass_days(400);
    let kept = trial.store().keep_months(0).unwrap();
    assert_eq!(kept.pruned, Vec::<String>::new(), "nothing is safe yet");
    let months = trial.store().months().unwrap();
    trial.all_safe();
    trial.pass_days(-400 + 98);
    let gone = trial.store().keep_months(0).unwrap().pruned;
    assert_eq!(gone, ["2026-11"], "the others are too young");
    assert!(!names(&trial).contains(&"journal-2026-11.db".to_owned()));
    let oldest = trial.store().oldest().unwrap();
    assert_eq!(oldest, months[1].first);
    assert_eq!(trial.store().facts_after(0, 10, 1_000).unwrap(), []);
    assert_eq!(trial.store().hash_at(1).unwrap(), None);
    assert_eq!(
        trial.store().hash_at(months[0].last).unwrap(),
        Some(months[0].hash)
    );
    let verdict = trial.store().verify().unwrap();
    assert_eq!((verdict.first, verdict.bad), (oldest, None));
    trial.crash();
    sound(&trial);
    trial.pass_days(700);
    let gone = trial.store().keep_months(365).unwrap().pruned;
    assert_eq!(gone.len(), 3, "{gone:?}");
    trial.crash();
    sound(&trial);
    assert_eq!(
        trial.store().rebuild().unwrap().different,
        Vec::<String>::new()
    );
}

#[test]
fn a_crash_between_the_word_and_the_deed_of_letting_go_is_gone_on_with() {
    let mut trial = three_months(6);
    trial.all_safe();
    trial.pass_days(300);
    let store = trial.store();
    let closer = Closer::of(store).unwrap();
    let stopped = closer.keep(store.now(), 0, &mut |at| match at {
        Point::StatedPruned => Err(StoreError::Busy),
        Point::StateCopied
        | Point::Copying
        | Point::Checked
        | Point::Named
        | Point::StateNamed
        | Point::Stated
        | Point::LettingGo => Ok(()),
    });
    assert!(stopped.is_err());
    drop(closer);
    assert!(names(&trial).contains(&"journal-2026-11.db".to_owned()));
    trial.crash();
    sound(&trial);
    trial.store().keep_months(0).unwrap();
    assert!(!names(&trial).contains(&"journal-2026-11.db".to_owned()));
    sound(&trial);
}

#[test]
fn a_clock_that_nobody_vouches_for_closes_and_forgets_nothing() {
    let mut trial = three_months(7);
    trial.live(&mut SeededRng::new(1), 5);
    trial.all_safe();
    trial.pass_days(900);
    let now = Now {
        utc_trusted: false,
        ..trial.store().now()
    };
    let closer = Closer::of(trial.store()).unwrap();
    let kept = closer.keep(now, 0, &mut |_at| Ok(())).unwrap();
    assert_eq!(kept, super::Kept::default());
}

#[test]
fn a_file_that_went_missing_while_the_hot_file_still_held_its_facts_is_made_again() {
    let mut trial = Trial::new();
    trial.live(&mut SeededRng::new(8), 200);
    let upto = trial.store().head().seq;
    let before = read(&trial, upto);
    let mut closer = Closer::of(trial.store()).unwrap();
    closer.pace.let_go_at_once = 50;
    let now = trial.store().now();
    let stopped = closer.close(now, &mut |at| match at {
        Point::Stated => Err(StoreError::Busy),
        Point::StateCopied
        | Point::Copying
        | Point::Checked
        | Point::Named
        | Point::StateNamed
        | Point::LettingGo
        | Point::StatedPruned => Ok(()),
    });
    assert!(stopped.is_err());
    drop(closer);
    let file = trial.data().join("journal-2026-11.db");
    std::fs::write(&file, b"half a file").unwrap();
    trial.store().keep_months(0).unwrap();
    assert_eq!(hot_first(&trial), upto + 1);
    assert_eq!(read(&trial, upto), before);
    sound(&trial);
}

#[test]
fn a_foreign_file_of_the_months_name_is_moved_aside_and_kept() {
    let mut trial = Trial::new();
    trial.live(&mut SeededRng::new(9), 30);
    let file = trial.data().join("journal-2026-11.db");
    std::fs::write(&file, b"somebody's").unwrap();
    trial.store().close_month().unwrap();
    sound(&trial);
    let aside = trial.data().join("journal-2026-11.db.aside-1");
    assert_eq!(std::fs::read(aside).unwrap(), b"somebody's");
}
