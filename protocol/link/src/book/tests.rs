//! What each HELLO means beside the book, as tables.
use super::{CloudBook, Consequence};
use messages::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
    lane::{Hello, PROTOCOL, SCHEMA, Verdict},
};

fn head(seq: u64, line: u8) -> Head {
    let mut hash = [line; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    Head {
        seq,
        hash: ChainHash(hash),
    }
}

const BOOT: BootId = BootId::from_bytes([1; 16]);
const LAST_BOOT: BootId = BootId::from_bytes([2; 16]);
const THIRD: BootId = BootId::from_bytes([3; 16]);

fn hello(head: Head, oldest: u64, epoch: u32, boot: BootId) -> Hello {
    Hello {
        protocol: PROTOCOL,
        schema: SCHEMA,
        box_id: BoxId::parse("sz-01").unwrap(),
        boot,
        epoch,
        head,
        oldest,
        utc: UtcMs(0),
        version: "1".to_owned(),
        marks: Vec::new(),
        asks_to_branch: false,
        proof: None,
        directives: None,
    }
}

fn book() -> CloudBook {
    CloudBook {
        epoch: 2,
        applied: head(100, 1),
        safe: 50,
        boot: Some(BOOT),
        boot_before: Some(LAST_BOOT),
        ..CloudBook::NEW
    }
}

/// The cloud holds line 1 from its first fact.
#[allow(clippy::unnecessary_wraps)] // the shape of the question
fn line_1(seq: u64) -> Option<ChainHash> {
    Some(head(seq, 1).hash)
}

#[test]
fn each_row_of_the_table_has_its_verdict() {
    let table = [
        (hello(head(100, 1), 1, 2, BOOT), Verdict::Resume),
        (hello(head(150, 9), 1, 2, THIRD), Verdict::Resume),
        (hello(head(150, 9), 101, 2, BOOT), Verdict::Resume),
        (hello(head(150, 9), 1, 0, BOOT), Verdict::Resume),
        (hello(head(99, 1), 1, 2, THIRD), Verdict::Restored),
        (hello(Head::EMPTY, 1, 0, THIRD), Verdict::Restored),
        (hello(head(100, 2), 1, 2, THIRD), Verdict::Diverged),
        (hello(head(99, 2), 1, 2, THIRD), Verdict::Diverged),
        (hello(head(150, 9), 102, 2, BOOT), Verdict::Gap),
        (hello(head(150, 9), 1, 2, LAST_BOOT), Verdict::Cloned),
    ];
    for (hello, expected) in table {
        let (finding, _) = book().greeted(&hello, line_1);
        assert_eq!(finding.verdict, expected, "{hello:?}");
    }
}

#[test]
fn a_restored_box_gets_a_new_epoch_once_however_often_it_asks() {
    let (finding, after) = book().greeted(&hello(head(60, 1), 1, 2, THIRD), line_1);
    assert_eq!(finding.go_on, Some(head(100, 1)));
    assert_eq!(
        (after.epoch, after.epoch_from, after.applied.seq),
        (3, 100, 100)
    );
    let (again, after) = after.greeted(&hello(head(80, 1), 1, 2, THIRD), line_1);
    assert_eq!((again.go_on, after.epoch), (Some(head(100, 1)), 3));
    let (_, later) = CloudBook {
        applied: head(101, 1),
        ..after
    }
    .greeted(&hello(head(60, 1), 1, 2, THIRD), line_1);
    assert_eq!(
        later.epoch, 4,
        "facts stand in epoch 3: another life needs another"
    );
}

#[test]
fn where_the_cloud_cannot_look_nothing_is_allowed() {
    let (finding, after) = book().greeted(&hello(head(60, 1), 1, 2, THIRD), |_| None);
    assert_eq!((finding.verdict, finding.go_on), (Verdict::Restored, None));
    assert_eq!((after.epoch, after.applied), (2, head(100, 1)));
}

/// Line 2 leaves line 1 behind 37.
fn line_2(seq: u64) -> Head {
    match seq {
        0 => Head::EMPTY,
        1..=37 => head(seq, 1),
        _ => head(seq, 2),
    }
}

#[test]
fn the_branch_point_is_found_and_left_only_when_the_box_asks() {
    let mut greeting = hello(line_2(5_000), 1, 2, THIRD);
    let mut at = CloudBook {
        applied: head(4_000, 1),
        ..book()
    };
    greeting.marks = vec![line_2(4_000)];
    for _ in 0..5 {
        let (finding, next) = at.greeted(&greeting, line_1);
        assert_eq!((finding.verdict, finding.go_on), (Verdict::Diverged, None));
        assert_eq!(next.applied, head(4_000, 1), "nothing moves yet");
        assert!(finding.wanted.len() <= 32);
        greeting.marks = finding.wanted.iter().map(|seq| line_2(*seq)).collect();
        at = next;
    }
    greeting.asks_to_branch = true;
    let (finding, after) = at.greeted(&greeting, line_1);
    assert_eq!(finding.go_on, Some(head(37, 1)));
    assert_eq!(
        finding.consequence,
        Consequence::TailAside {
            at: head(37, 1),
            upto: 4_000,
            epoch: 2
        }
    );
    assert_eq!(
        (after.epoch, after.applied, after.safe),
        (3, head(37, 1), 37)
    );
    let (again, _) = after.greeted(&greeting, line_1);
    assert_eq!(
        again.verdict,
        Verdict::Resume,
        "the WELCOME was lost: asked again it just goes on"
    );
}

#[test]
fn facts_that_will_never_come_are_a_named_gap() {
    let mut greeting = hello(head(500, 1), 201, 2, BOOT);
    let (finding, after) = book().greeted(&greeting, line_1);
    assert_eq!((finding.wanted, after.applied.seq), (vec![200], 100));
    greeting.marks = vec![head(200, 1)];
    let (finding, after) = after.greeted(&greeting, line_1);
    assert_eq!(
        finding.consequence,
        Consequence::Gap {
            first: 101,
            last: 200
        }
    );
    assert_eq!(
        (finding.go_on, after.applied),
        (Some(head(200, 1)), head(200, 1))
    );
}

#[test]
fn a_new_box_gets_its_first_epoch() {
    let (finding, book) = CloudBook::NEW.greeted(&hello(head(5, 5), 1, 0, BOOT), |_| None);
    assert_eq!((finding.verdict, book.epoch), (Verdict::Resume, 1));
}

#[test]
fn two_living_copies_are_quarantined_and_a_late_message_is_not_one() {
    let greeting = hello(head(100, 1), 1, 2, LAST_BOOT);
    let (finding, suspected) = book().greeted(&greeting, line_1);
    assert_eq!((finding.verdict, finding.prove), (Verdict::Cloned, Some(1)));
    assert!(!suspected.quarantined && suspected.boot == Some(BOOT));
    let (_, still) = suspected.greeted(&greeting, line_1);
    assert!(!still.quarantined, "the same late message twice");
    let alive = Hello {
        proof: Some(still.suspected),
        ..greeting
    };
    let (finding, quarantined) = still.greeted(&alive, line_1);
    assert_eq!(finding.consequence, Consequence::Quarantine);
    let other = hello(head(100, 1), 1, 2, BOOT);
    let (finding, _) = quarantined.greeted(&other, line_1);
    assert_eq!(finding.verdict, Verdict::Cloned, "both of them");
    let (finding, _) = quarantined.released(BOOT).greeted(&other, line_1);
    assert_eq!(finding.verdict, Verdict::Resume);
}
