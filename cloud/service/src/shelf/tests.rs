//! A snapshot comes in pieces, is whole only when it is what its hashes say, and replaces the one before.
use super::Shelf;
use messages::snapshot::{
    Snapshot, SnapshotKind, SnapshotPart, SnapshotPiece, SnapshotRead, SnapshotRefused,
};
use messages::{BoxId, UtcMs};
use sha2::{Digest as _, Sha256};

const DAY_MS: i64 = 86_400_000;

fn sz() -> BoxId {
    BoxId::parse("sz-01").unwrap()
}

fn parts(seed: u8) -> Vec<(SnapshotPart, Vec<u8>)> {
    let of = |(at, kind): (usize, &SnapshotKind)| {
        let bytes: Vec<u8> = (0..1_000 * (at + 1))
            .map(|n| u8::try_from(n % 251).unwrap() ^ seed)
            .collect();
        let part = SnapshotPart {
            kind: *kind,
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(&bytes).into(),
        };
        (part, bytes)
    };
    SnapshotKind::ALL.iter().enumerate().map(of).collect()
}

fn snapshot(parts: &[(SnapshotPart, Vec<u8>)], made: i64) -> Snapshot {
    Snapshot {
        made: UtcMs(made),
        head: 7,
        generation: 1,
        parts: parts.iter().map(|(part, _)| part.clone()).collect(),
    }
}

fn piece(part: &SnapshotPart, offset: usize, bytes: &[u8]) -> SnapshotPiece {
    SnapshotPiece {
        sha256: part.sha256,
        offset: offset as u64,
        bytes: bytes.to_vec(),
    }
}

fn send(shelf: &Shelf, parts: &[(SnapshotPart, Vec<u8>)]) {
    for (part, bytes) in parts {
        for (at, chunk) in bytes.chunks(333).enumerate() {
            shelf.put(&sz(), &piece(part, at * 333, chunk)).unwrap();
        }
    }
}

#[test]
fn pieces_make_a_whole_and_go_on_where_they_were_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path().to_owned());
    let first = parts(0);
    let stands = shelf.offer(&sz(), &snapshot(&first, 1), UtcMs(1)).unwrap();
    assert_eq!((stands.have, stands.whole), (vec![0, 0, 0], false));
    let (part, bytes) = &first[2];
    shelf.put(&sz(), &piece(part, 0, &bytes[..500])).unwrap();
    for offset in [0, 499, 501] {
        let again = shelf.put(&sz(), &piece(part, offset, &bytes[..10]));
        assert_eq!(again, Err(SnapshotRefused::Offset));
    }
    // the process ended: another one goes on
    let shelf = Shelf::new(folder.path().to_owned());
    let stands = shelf.offer(&sz(), &snapshot(&first, 1), UtcMs(1)).unwrap();
    assert_eq!(stands.have, [0, 0, 500]);
    let rest = shelf.put(&sz(), &piece(part, 500, &bytes[500..])).unwrap();
    assert!(!rest.whole && shelf.newest(&sz()).unwrap().is_none());
    send(&shelf, &first[..2]);
    assert_eq!(shelf.newest(&sz()).unwrap(), Some(snapshot(&first, 1)));
    let ask = SnapshotRead {
        sha256: part.sha256,
        offset: 100,
    };
    assert_eq!(shelf.get(&sz(), &ask).unwrap(), bytes[100..]);
    let other = BoxId::parse("sz-02").unwrap();
    assert_eq!(shelf.get(&other, &ask), Err(SnapshotRefused::UnknownPart));
}

#[test]
fn the_next_one_keeps_what_it_shares_and_nothing_of_the_one_before_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path().to_owned());
    let first = parts(0);
    shelf.offer(&sz(), &snapshot(&first, 1), UtcMs(1)).unwrap();
    send(&shelf, &first);
    let mut second = parts(9);
    second[2] = first[2].clone();
    let stands = shelf.offer(&sz(), &snapshot(&second, 2), UtcMs(2)).unwrap();
    assert_eq!(stands.have, [0, 0, 3_000]);
    send(&shelf, &second[..2]);
    assert_eq!(shelf.newest(&sz()).unwrap(), Some(snapshot(&second, 2)));
    let files = std::fs::read_dir(folder.path().join("sz-01")).unwrap();
    assert_eq!(files.count(), 4, "its list and three parts");
    // keys are not kept for longer than their backups may live
    assert_eq!(shelf.forget_old(UtcMs(2 + 7 * DAY_MS - 1)).unwrap(), []);
    assert_eq!(shelf.forget_old(UtcMs(2 + 7 * DAY_MS)).unwrap(), [sz()]);
    let files = std::fs::read_dir(folder.path().join("sz-01")).unwrap();
    assert_eq!(files.count(), 0);
}

#[test]
fn what_is_not_what_it_says_begins_anew_and_what_does_not_fit_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path().to_owned());
    let good = parts(0);
    let mut two = snapshot(&good, 1);
    two.parts.pop();
    let old = snapshot(&good, 1);
    for (bad, now) in [(two, 1), (old, 8 * DAY_MS)] {
        let offered = shelf.offer(&sz(), &bad, UtcMs(now));
        assert_eq!(offered, Err(SnapshotRefused::Unfit));
    }
    let (part, bytes) = &good[0];
    let unknown = shelf.put(&sz(), &piece(part, 0, bytes));
    assert_eq!(unknown, Err(SnapshotRefused::UnknownPart));
    shelf.offer(&sz(), &snapshot(&good, 1), UtcMs(1)).unwrap();
    let mut forged = bytes.clone();
    forged[5] ^= 1;
    let damaged = shelf.put(&sz(), &piece(part, 0, &forged));
    assert_eq!(damaged, Err(SnapshotRefused::Damaged));
    let again = shelf.put(&sz(), &piece(part, 0, bytes)).unwrap();
    assert_eq!(again.have, [1_000, 0, 0]);
}
