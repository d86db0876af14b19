//! What the cloud does not take: each fault by name, nothing by panic.
#![allow(clippy::unwrap_used)] // a test's harness
use link::{CloudBook, CloudEnd, Form, Judged, ProtocolFault, Refused, Unreadable, pack_batch};
use messages::{
    BootId, BoxId, UtcMs,
    fact::{Actor, BoxStopped, Fact, Place, SealedFact},
    journal::{ChainHash, Head},
    lane::{Batch, Hello, Lane, PROTOCOL, SCHEMA, Verdict, Welcome},
    wire,
};
use proptest::prelude::*;

const NOW: UtcMs = UtcMs(1_772_416_800_000);

fn facts(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n; 50]).collect()
}

fn end_of(facts: &[Vec<u8>]) -> Head {
    pack_batch(1, Head::EMPTY, facts).unwrap().1
}

/// A cloud that has applied the first ten facts.
fn cloud() -> CloudEnd {
    let book = CloudBook {
        epoch: 1,
        applied: end_of(&facts(10)),
        safe: 4,
        boot: Some(BootId::from_bytes([1; 16])),
        ..CloudBook::NEW
    };
    CloudEnd::new(BoxId::parse("sz-01").unwrap(), book)
}

fn batch(prev: u8, last: u8) -> Batch {
    let before = if prev == 0 {
        Head::EMPTY
    } else {
        end_of(&facts(prev))
    };
    let all = facts(last);
    let (bytes, _) = pack_batch(1, before, &all[usize::from(prev)..]).unwrap();
    wire::decode(&bytes).unwrap()
}

fn judge(batch: &Batch) -> Judged {
    cloud().batch(&wire::encode(batch).unwrap(), NOW)
}

fn refusal(batch: &Batch) -> Refused {
    match judge(batch) {
        Judged::Refuse { why, .. } => why,
        taken @ (Judged::Apply { .. } | Judged::Skip { .. }) => panic!("{taken:?}"),
    }
}

#[test]
fn what_stands_is_acknowledged_again_and_what_overlaps_gives_its_new_part() {
    assert!(matches!(judge(&batch(0, 10)), Judged::Skip { .. }));
    assert!(matches!(judge(&batch(3, 9)), Judged::Skip { .. }));
    for prev in [0, 7, 10] {
        let Judged::Apply {
            facts: new,
            head,
            form,
        } = judge(&batch(prev, 15))
        else {
            panic!("not applied");
        };
        assert_eq!((new.len(), form), (5, Form::Read));
        assert_eq!(new[0].head.seq, 11);
        assert_eq!(head, end_of(&facts(15)));
    }
}

#[test]
fn a_gap_is_answered_with_where_the_cloud_stands() {
    let Judged::Refuse { why, reply } = judge(&batch(11, 15)) else {
        panic!("taken");
    };
    assert_eq!(why, Refused::Gap);
    assert_eq!(reply, Some((Lane::Ack, cloud().ack().unwrap())));
}

#[test]
fn another_history_is_answered_with_diverged() {
    let mut other = batch(10, 15);
    other.hash_before = ChainHash([9; 32]);
    let Judged::Refuse { why, reply } = judge(&other) else {
        panic!("taken");
    };
    assert_eq!(why, Refused::Hash);
    let (lane, bytes) = reply.unwrap();
    let welcome: Welcome = wire::decode(&bytes).unwrap();
    assert_eq!((lane, welcome.verdict), (Lane::Welcome, Verdict::Diverged));
}

#[test]
fn a_changed_byte_of_a_fact_breaks_the_chain() {
    let mut forged = batch(10, 15);
    let mut opened = link::unpack_payload(forged.codec, &forged.payload).unwrap();
    opened[2][7] ^= 1;
    forged.codec = messages::lane::Codec::Plain;
    forged.payload = wire::encode_byte_strings(&opened).unwrap();
    assert_eq!(refusal(&forged), Refused::Hash);
}

#[test]
fn headers_that_do_not_fit_are_refused_by_name() {
    type Change = fn(&mut Batch);
    let table: [(Change, ProtocolFault); 9] = [
        (|b| b.protocol = 2, ProtocolFault::Version),
        (|b| b.epoch = 2, ProtocolFault::Epoch),
        (|b| b.first = 12, ProtocolFault::Count),
        (|b| b.last = 14, ProtocolFault::Count),
        (|b| b.last = 500, ProtocolFault::Count),
        (|b| b.last = 0, ProtocolFault::Count),
        (|b| b.prev_seq = u64::MAX, ProtocolFault::Count),
        (|b| b.payload.truncate(9), ProtocolFault::Compression),
        (|b| b.payload.clear(), ProtocolFault::Undecodable),
    ];
    for (change, expected) in table {
        let mut batch = batch(10, 15);
        change(&mut batch);
        assert_eq!(refusal(&batch), Refused::Protocol(expected), "{batch:?}");
    }
    let fresh = CloudEnd::new(BoxId::parse("sz-01").unwrap(), CloudBook::NEW);
    let bytes = wire::encode(&batch(0, 5)).unwrap();
    assert!(matches!(
        fresh.batch(&bytes, NOW),
        Judged::Refuse {
            why: Refused::Protocol(ProtocolFault::NotGreeted),
            reply: None
        }
    ));
    let large = vec![0; link::BATCH_MESSAGE_BYTES_MAX + 1];
    assert!(matches!(
        cloud().batch(&large, NOW),
        Judged::Refuse {
            why: Refused::Protocol(ProtocolFault::TooLarge),
            ..
        }
    ));
}

#[test]
fn a_schema_beyond_the_neighbours_is_kept_as_bytes_and_all_behind_it_too() {
    for (schema, expected) in [
        (SCHEMA - 1, Form::Read),
        (SCHEMA, Form::Read),
        (SCHEMA + 1, Form::Read),
        (SCHEMA + 2, Form::Raw { schema: SCHEMA + 2 }),
        (99, Form::Raw { schema: 99 }),
    ] {
        let mut skewed = batch(10, 15);
        skewed.schema = schema;
        assert!(matches!(judge(&skewed), Judged::Apply { form, .. } if form == expected));
    }
    let book = CloudBook {
        raw: true,
        ..*cloud().book()
    };
    let end = CloudEnd::new(BoxId::parse("sz-01").unwrap(), book);
    let bytes = wire::encode(&batch(10, 15)).unwrap();
    assert!(matches!(
        end.batch(&bytes, NOW),
        Judged::Apply {
            form: Form::Raw { .. },
            ..
        }
    ));
}

#[test]
fn nothing_of_a_quarantined_box_is_taken_and_it_is_told_so() {
    let book = CloudBook {
        quarantined: true,
        ..*cloud().book()
    };
    let end = CloudEnd::new(BoxId::parse("sz-01").unwrap(), book);
    let bytes = wire::encode(&batch(10, 15)).unwrap();
    let Judged::Refuse { why, reply } = end.batch(&bytes, NOW) else {
        panic!("taken");
    };
    let welcome: Welcome = wire::decode(&reply.unwrap().1).unwrap();
    assert_eq!(
        (why, welcome.verdict),
        (Refused::Quarantined, Verdict::Cloned)
    );
}

#[test]
fn a_hello_of_another_box_or_version_changes_nothing() {
    let hello = Hello {
        protocol: PROTOCOL,
        schema: SCHEMA,
        box_id: BoxId::parse("sz-01").unwrap(),
        boot: BootId::from_bytes([2; 16]),
        epoch: 1,
        head: end_of(&facts(10)),
        oldest: 1,
        utc: UtcMs(NOW.0 + 5_000),
        version: "1".to_owned(),
        marks: Vec::new(),
        asks_to_branch: false,
        proof: None,
        directives: None,
    };
    let mut end = cloud();
    let before = *end.book();
    let mut other = hello.clone();
    other.box_id = BoxId::parse("sz-02").unwrap();
    let mut newer = hello.clone();
    newer.protocol = 2;
    for (bad, expected) in [
        (wire::encode(&other).unwrap(), ProtocolFault::OtherBox),
        (wire::encode(&newer).unwrap(), ProtocolFault::Version),
        (b"\xff".to_vec(), ProtocolFault::Undecodable),
    ] {
        assert_eq!(
            end.hello(&bad, NOW, |_| None),
            Err(Refused::Protocol(expected))
        );
        assert_eq!(*end.book(), before);
    }
    let greeted = end
        .hello(&wire::encode(&hello).unwrap(), NOW, |_| None)
        .unwrap();
    assert_eq!(greeted.clock_offset_ms, 5_000);
    assert!(!greeted.clock_is_off() && !greeted.upgrade);
    assert_eq!(greeted.book.boot_before, before.boot);
}

#[test]
fn a_fact_that_cannot_be_applied_still_has_its_place_and_says_why() {
    let box_id = BoxId::parse("sz-01").unwrap();
    let sealed = |box_id: &BoxId, seq| -> SealedFact {
        let body = BoxStopped {
            reason: "test".to_owned(),
        };
        let place = Place {
            box_id,
            epoch: 1,
            seq,
            boot: BootId::from_bytes([1; 16]),
            policy_version: 0,
        };
        struct Nothing;
        impl messages::Sealer for Nothing {
            fn seal(
                &mut self,
                _: messages::PartyId,
                _: messages::Field,
                _: &str,
            ) -> Result<messages::Sealed, messages::SealFailed> {
                Err(messages::SealFailed("nothing personal here".to_owned()))
            }
        }
        Fact::new(NOW, true, Actor::System, body)
            .seal(&place, &mut Nothing)
            .unwrap()
    };
    let other = BoxId::parse("sz-02").unwrap();
    let facts = vec![
        sealed(&box_id, 11).bytes().to_vec(),
        sealed(&other, 12).bytes().to_vec(),
        sealed(&box_id, 99).bytes().to_vec(),
        b"poison".to_vec(),
    ];
    let (bytes, _) = pack_batch(1, cloud().book().applied, &facts).unwrap();
    let Judged::Apply { facts: new, .. } = cloud().batch(&bytes, NOW) else {
        panic!("not applied");
    };
    assert!(new[0].open(&box_id).is_ok());
    assert_eq!(new[1].open(&box_id), Err(Unreadable::OtherBox));
    assert_eq!(new[2].open(&box_id), Err(Unreadable::OtherSeq));
    assert_eq!(new[3].open(&box_id).unwrap_err().code(), "fact_undecodable");
}

proptest! {
    #[test]
    fn no_bytes_make_the_cloud_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = (cloud().pull(&bytes), cloud().keys(&bytes), link::read_urgent(&bytes));
        let _ = cloud().hello(&bytes, NOW, |_| None);
        prop_assert!(matches!(cloud().batch(&bytes, NOW), Judged::Refuse { .. }), "taken");
    }

    #[test]
    fn no_changed_byte_gets_other_facts_in(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut bytes = wire::encode(&batch(10, 15)).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Judged::Apply { facts: new, head, .. } = cloud().batch(&bytes, NOW) {
            let new: Vec<Vec<u8>> = new.into_iter().map(|fact| fact.bytes).collect();
            prop_assert_eq!(&new, &facts(15)[10..]);
            prop_assert_eq!(head, end_of(&facts(15)));
        }
    }
}
