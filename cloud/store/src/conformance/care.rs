//! Cases of care: chains walked again, backups and restores remembered.
use super::story::Story;
use super::{Opener, hq};
use crate::{BackupRecord, RestoredRecord, StoreError};
use messages::journal::{ChainHash, Head};
use messages::{BoxId, UtcMs};

fn backup(at: i64) -> BackupRecord {
    BackupRecord {
        taken: UtcMs(at),
        verified: UtcMs(at + 5),
        name: format!("hq-{at}"),
        bytes: 4_096,
    }
}

pub(super) fn walks(open: &Opener) {
    let store = hq(open);
    for (name, turns) in [("bj-02", 7), ("sz-01", 3)] {
        let mut story = Story::of(name);
        story.day(turns);
        story.facts.push(b"poison".to_vec());
        story.day(turns);
        let end = story.send(&*store).applied;
        let walk = store.walk(&story.box_id).unwrap();
        assert_eq!(
            (walk.claimed, walk.proved, walk.broken_at),
            (end, end, None)
        );
        assert!(walk.is_whole());
    }
    let silent = Story::of("gz-03");
    store.greet(&silent.greeting()).unwrap();
    assert_eq!(store.walk(&silent.box_id).unwrap().proved, Head::EMPTY);
    let nobody = BoxId::parse("nobody").unwrap();
    assert!(matches!(store.walk(&nobody), Err(StoreError::UnknownBox)));
}

pub(super) fn backups(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(2);
    let covered = story.send(&*store).applied;
    story.day(2);
    story.send(&*store);
    let safe = || store.box_record(&story.box_id).unwrap().unwrap().safe;
    assert_eq!(store.last_backup().unwrap(), None);
    let id = story.box_id.clone();
    store
        .note_backup(&backup(10), &[(id.clone(), covered)])
        .unwrap();
    assert_eq!(safe(), covered.seq);
    let other_history = Head {
        seq: covered.seq + 1,
        hash: ChainHash([9; 32]),
    };
    store
        .note_backup(&backup(20), &[(id.clone(), other_history)])
        .unwrap();
    assert_eq!(
        safe(),
        covered.seq,
        "a head of another history proves nothing"
    );
    store.note_backup(&backup(5), &[(id, Head::EMPTY)]).unwrap();
    assert_eq!(safe(), covered.seq);
    assert_eq!(store.last_backup().unwrap(), Some(backup(20)));
}

pub(super) fn restores(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.day(2);
    let applied = story.send(&*store).applied;
    assert_eq!(store.last_restored().unwrap(), None);
    let restored = RestoredRecord {
        restored: UtcMs(99),
        taken: UtcMs(10),
        name: "hq-10".to_owned(),
    };
    store.note_restored(&restored).unwrap();
    assert_eq!(store.last_restored().unwrap(), Some(restored));
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((record.safe, record.link_up), (applied.seq, false));
}
