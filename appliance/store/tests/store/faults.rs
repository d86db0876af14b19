//! The disk fails at any one moment: nothing acknowledged is lost, nothing is written twice, commands get their answer.
use super::cuts::Cuts;
use super::stage::row;
use super::watched::{World, facts};
use faulty_disk::{Fault, Harm};
use messages::command::Command;
use messages::fact::{Body, HangUpAsked, SealedFact};
use messages::{CallId, Refusal};
use std::collections::BTreeMap;

const HARMS: [Harm; 4] = [
    Harm::SyncFails,
    Harm::WriteFails,
    Harm::DiskFull,
    Harm::ShortWrite,
];

/// What the journal has to hold once the disk is whole again.
#[derive(Default)]
struct Books {
    happened: Vec<CallId>,
    imported: usize,
    refused: usize,
}

/// Facts and commands in turn, while the disk does what it was told.
fn load(world: &World, books: &mut Books) {
    for n in 0..6_u8 {
        let mut call = [0; 16];
        call[..8].copy_from_slice(&(books.happened.len() as u64).to_be_bytes());
        call[15] = n;
        let call = CallId::from_bytes(call);
        books.happened.push(call);
        let fact = world.stage.fact(HangUpAsked { call });
        world.stage.store().append(vec![fact]).unwrap();
        let rows = vec![row(
            "王小芳",
            &format!("1380000{:04}", books.happened.len()),
        )];
        let batch = "test".to_owned();
        match world.stage.ask(Command::ImportCustomers { batch, rows }) {
            Ok(_done) => books.imported += 1,
            Err(Refusal::JournalUnavailable) => books.refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// Each fact is there once, and each command that was said to be done; no other.
#[track_caller]
fn assert_kept(world: &World, books: &Books, what: &str) {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut happened = Vec::new();
    for (_, bytes) in facts(world.stage.store()) {
        let body = SealedFact::decode(bytes).unwrap().body().unwrap().unwrap();
        *kinds.entry(body.kind()).or_default() += 1;
        if let Body::HangUpAsked(asked) = body {
            happened.push(asked.call);
        }
    }
    assert_eq!(happened, books.happened, "{what}");
    let imported = kinds.get("customer_imported").copied().unwrap_or(0);
    assert_eq!(imported, books.imported, "{what}");
    assert_eq!(world.stage.store().verify().unwrap().bad, None, "{what}");
}

/// One story: healthy, then the fault, then healthy again; then the power goes. False: the fault never came.
fn story(fault: Fault) -> bool {
    let what = format!("{fault:?}");
    let mut world = World::new();
    let mut books = Books::default();
    load(&world, &mut books);
    world.disk.fail(fault);
    load(&world, &mut books);
    world.stage.store().flush();
    let failed = world.disk.heal();
    load(&world, &mut books);
    world.stage.store().flush();
    let store = world.stage.store();
    assert_eq!(store.trouble(), None, "{what}");
    assert_kept(&world, &books, &what);
    let faults = store.disk_faults();
    if faults.commits_failed > 0 {
        assert!(
            faults.reopened > 0,
            "{what}: the handle that failed is not used again"
        );
    } else {
        assert_eq!(books.refused, 0, "{what}");
    }
    let seed = fault.nth as u64;
    Cuts::at_end(&world, seed, 2).assert_good(1);
    world.stage.close();
    Cuts::at_end(&world, seed, 1).assert_good(1);
    failed > 0
}

/// Every operation of the load, one after the other, fails once.
fn every_one(harm: Harm) {
    let mut nth = 1;
    while story(Fault {
        harm,
        nth,
        times: 1,
    }) {
        nth += 1;
    }
    assert!(nth > 12, "only {nth} operations of {harm:?}");
}

#[test]
fn any_one_sync_may_fail() {
    every_one(Harm::SyncFails);
}

#[test]
fn any_one_write_may_fail() {
    every_one(Harm::WriteFails);
}

#[test]
fn the_disk_may_be_full_at_any_one_write() {
    every_one(Harm::DiskFull);
}

#[test]
fn any_one_write_may_be_short() {
    every_one(Harm::ShortWrite);
}

#[test]
fn a_disk_that_stays_bad_refuses_commands_and_says_why_until_it_is_whole() {
    for (harm, code) in
        HARMS
            .into_iter()
            .zip(["disk_sync_failed", "disk_io", "disk_full", "disk_full"])
    {
        let world = World::new();
        let mut books = Books::default();
        let store = world.stage.store();
        world.disk.fail(Fault {
            harm,
            nth: 1,
            times: usize::MAX,
        });
        load(&world, &mut books);
        assert_eq!((books.imported, books.refused), (0, 6), "{harm:?}");
        assert_eq!(store.trouble(), Some(code));
        assert!(!store.has_room_for_new_call());
        let head = store.head();
        assert!(world.disk.heal() > 0);
        store.flush();
        assert_eq!(store.trouble(), None, "{harm:?}: it recovers by itself");
        assert!(store.head().seq >= head.seq + 6);
        load(&world, &mut books);
        assert_eq!(books.imported, 6);
        store.flush();
        assert_kept(&world, &books, "a disk that was bad for long");
        Cuts::at_end(&world, 1, 2).assert_good(1);
    }
}
