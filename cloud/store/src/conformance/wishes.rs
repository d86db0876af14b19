//! Cases of what headquarters wants: directives in order, one policy, refusals of contact for all, commands for once.
use super::story::Story;
use super::{Opener, hq};
use crate::{
    CommandRecord, DirectiveQuery, DncAuthor, Issued, PageLimit, RestoredRecord, Sign, Store,
    StoreError, Wanted,
};
use messages::directive::{Directive, DncSet, FieldPolicySet, HqSees, LogLevelSet, Wish};
use messages::fact::{DirectiveApplied, DirectiveRefused};
use messages::lane::{BoxCommand, CommandCode, CommandResult, DncChange, Order};
use messages::{BoxId, CommandId, UserName, UtcMs, wire};
use std::sync::Arc;

/// Stands for a signature: the directive's own bytes.
fn sign() -> Sign {
    Arc::new(|directive: &Directive| wire::encode(directive).ok())
}

fn li() -> UserName {
    UserName::parse("li").unwrap()
}

fn wish_of(issued: &Issued) -> Wish {
    let directive: Directive = wire::decode(&issued.bytes).unwrap();
    assert_eq!((directive.seq, &directive.kind), (issued.seq, &issued.kind));
    directive.wish().unwrap().unwrap()
}

fn policy(number: HqSees) -> FieldPolicySet {
    FieldPolicySet {
        name: HqSees::Never,
        number,
    }
}

fn greeted(store: &dyn Store, name: &str) -> BoxId {
    let story = Story::of(name);
    store.greet(&story.greeting()).unwrap();
    story.box_id
}

pub(super) fn one_policy(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    assert_eq!(store.policy().unwrap(), None);
    let set = |number, by: Option<&UserName>, at| {
        let set = store.set_policy(policy(number), by, None, UtcMs(at));
        set.unwrap().version
    };
    assert_eq!(set(HqSees::Never, None, 1), 1);
    assert_eq!(set(HqSees::Masked, Some(&li()), 2), 2);
    assert_eq!(set(HqSees::Masked, Some(&li()), 3), 2, "nothing new");
    let stands = store.policy().unwrap().unwrap();
    assert_eq!(
        (stands.policy, stands.changed),
        (policy(HqSees::Masked), UtcMs(2))
    );
    let issued = store.dispatch(&id, UtcMs(5), &sign()).unwrap();
    assert_eq!(issued.len(), 1, "a new branch hears only what counts now");
    assert_eq!(wish_of(&issued[0]), policy(HqSees::Masked).into());
    assert_eq!(store.dispatch(&id, UtcMs(6), &sign()).unwrap(), []);
    set(HqSees::Clear, Some(&li()), 7);
    let next = store.dispatch(&id, UtcMs(8), &sign()).unwrap();
    assert_eq!(
        (next[0].seq, wish_of(&next[0])),
        (2, policy(HqSees::Clear).into())
    );
    let deeds: Vec<_> = store
        .audit(10)
        .unwrap()
        .into_iter()
        .map(|row| row.about)
        .collect();
    assert_eq!(
        deeds,
        [
            Some("field_policy:3".to_owned()),
            Some("field_policy:2".to_owned())
        ]
    );
}

fn says(index: u8, refused: bool, utc: i64) -> DncChange {
    DncChange {
        index: vec![index; 16],
        refused,
        reason: "asked".to_owned(),
        utc: UtcMs(utc),
    }
}

/// What a branch has heard: number → refused.
fn heard(store: &dyn Store, id: &BoxId, known: &mut std::collections::BTreeMap<Vec<u8>, bool>) {
    for issued in store.dispatch(id, UtcMs(1), &sign()).unwrap() {
        if let Wish::DncSet(DncSet { changes }) = wish_of(&issued) {
            known.extend(changes.into_iter().map(|one| (one.index, one.refused)));
        }
    }
}

pub(super) fn deny_wins(open: &Opener) {
    let store = hq(open);
    let (a, b) = (greeted(&*store, "bj-02"), greeted(&*store, "sz-01"));
    let (of_a, of_b) = (DncAuthor::Branch(a.clone()), DncAuthor::Branch(b.clone()));
    let of_hq = DncAuthor::Hq {
        by: li(),
        from_ip: None,
    };
    let say = |author: &DncAuthor, change: DncChange| {
        store.change_dnc(author, &[change], UtcMs(1)).unwrap()
    };
    let (mut known_a, mut known_b) = (Default::default(), Default::default());
    assert_eq!(say(&of_a, says(1, true, 10)), 1);
    assert_eq!(say(&of_a, says(1, true, 10)), 0, "twice is once");
    assert_eq!(say(&of_b, says(1, true, 20)), 0);
    heard(&*store, &b, &mut known_b);
    assert!(known_b[&vec![1; 16]]);
    assert_eq!(say(&of_a, says(1, false, 5)), 0, "older than what it said");
    assert_eq!(
        say(&of_a, says(1, false, 30)),
        1,
        "the other still refuses, and the first hears it"
    );
    heard(&*store, &a, &mut known_a);
    assert!(known_a[&vec![1; 16]]);
    say(&of_b, says(1, false, 40));
    for (id, known) in [(&a, &mut known_a), (&b, &mut known_b)] {
        heard(&*store, id, known);
        assert!(!known[&vec![1; 16]]);
    }
    assert_eq!(say(&of_hq, says(2, true, 50)), 1);
    let late = greeted(&*store, "gz-03");
    let mut known = Default::default();
    heard(&*store, &late, &mut known);
    assert!(
        known[&vec![2; 16]],
        "a branch that comes later hears all that counts"
    );
    let newest = &store.dnc(1).unwrap()[0];
    assert_eq!(
        (&newest.change, &newest.author),
        (&says(2, true, 50), &None)
    );
    assert_eq!(store.audit(1).unwrap()[0].what, "dnc_changed");
}

pub(super) fn many_refusals(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    let author = DncAuthor::Branch(id.clone());
    let number = |n: u32| DncChange {
        index: n.to_be_bytes().repeat(4),
        ..says(0, true, 1)
    };
    for thousand in 0..3 {
        let changes: Vec<_> = (0..700).map(|n| number(thousand * 700 + n)).collect();
        store.change_dnc(&author, &changes, UtcMs(1)).unwrap();
    }
    let issued = store.dispatch(&id, UtcMs(1), &sign()).unwrap();
    let sizes: Vec<_> = issued
        .iter()
        .map(|one| {
            let Wish::DncSet(set) = wish_of(one) else {
                panic!("something else was wanted")
            };
            set.changes.len()
        })
        .collect();
    assert_eq!(sizes, [1_000, 1_000, 100]);
}

fn level() -> Wish {
    Wish::from(LogLevelSet {
        filter: "debug".to_owned(),
        until_utc: UtcMs(99),
    })
}

fn wanted(id: &BoxId) -> Wanted {
    Wanted {
        box_id: id.clone(),
        wish: level(),
        by: li(),
        from_ip: None,
        at: UtcMs(4),
    }
}

pub(super) fn directives_in_order(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    store.greet(&story.greeting()).unwrap();
    let id = story.box_id.clone();
    for seq in 1..=3 {
        assert_eq!(store.issue(&wanted(&id), &sign()).unwrap().seq, seq);
    }
    let behind = store.directives_behind(&id, 1, 10).unwrap();
    assert_eq!([behind[0].seq, behind[1].seq], [2, 3]);
    // An acknowledgement goes neither back nor beyond what there is.
    for upto in [2, 1, 900] {
        store.note_inbox(&id, upto, false).unwrap();
        assert_eq!(store.inbox(&id).unwrap().upto, 2);
    }
    story.tell(DirectiveApplied {
        seq: 1,
        kind: "log_level_set".to_owned(),
        code: "done".to_owned(),
    });
    story.tell(DirectiveRefused {
        seq: 2,
        code: "older".to_owned(),
    });
    story.send(&*store);
    let query = DirectiveQuery {
        box_id: id.clone(),
        before: None,
        limit: PageLimit::new(2).unwrap(),
    };
    let rows = store.directives(&query).unwrap();
    let receipts: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.seq,
                row.receipt
                    .as_ref()
                    .map(|one| (one.applied, one.code.as_str())),
            )
        })
        .collect();
    assert_eq!(
        receipts,
        [
            (3, None),
            (2, Some((false, "older"))),
            (1, Some((true, "done")))
        ]
    );
    assert_eq!(store.inbox(&id).unwrap().refused, 1);
    store.rebuild().unwrap();
    assert_eq!(store.directives(&query).unwrap(), rows);
}

pub(super) fn signed_or_not_at_all(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    store.issue(&wanted(&id), &sign()).unwrap();
    let nobody = BoxId::parse("nobody").unwrap();
    assert!(matches!(
        store.issue(&wanted(&nobody), &sign()),
        Err(StoreError::UnknownBox)
    ));
    let unsigned: Sign = Arc::new(|_| None);
    assert!(matches!(
        store.issue(&wanted(&id), &unsigned),
        Err(StoreError::NotSigned)
    ));
    assert_eq!(store.inbox(&id).unwrap().newest, 1);
}

pub(super) fn inbox_beyond_ours(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    store
        .set_policy(policy(HqSees::Masked), None, None, UtcMs(1))
        .unwrap();
    assert_eq!(store.dispatch(&id, UtcMs(1), &sign()).unwrap()[0].seq, 1);
    store.note_inbox(&id, 7, true).unwrap();
    assert_eq!(store.pass_over(&id, 7, UtcMs(2), &sign()).unwrap(), 7);
    let again = store.dispatch(&id, UtcMs(2), &sign()).unwrap();
    assert_eq!(
        again.len(),
        1,
        "put back from a backup, it says again what counts"
    );
    assert_eq!(
        (again[0].seq, wish_of(&again[0])),
        (8, policy(HqSees::Masked).into())
    );
    store.note_inbox(&id, 0, true).unwrap();
    assert_eq!(
        store.inbox(&id).unwrap().upto,
        0,
        "a greeting says how it is"
    );
    store.note_inbox(&id, u64::MAX, true).unwrap();
    assert_eq!(store.inbox(&id).unwrap().upto, 0);
}

pub(super) fn no_number_means_two_things(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    store.issue(&wanted(&id), &sign()).unwrap();
    store.issue(&wanted(&id), &sign()).unwrap();
    let restored = RestoredRecord {
        restored: UtcMs(5),
        taken: UtcMs(4),
        name: "a backup".to_owned(),
    };
    store.note_restored(&restored).unwrap();
    store
        .set_policy(policy(HqSees::Masked), None, None, UtcMs(5))
        .unwrap();
    assert!(matches!(
        store.issue(&wanted(&id), &sign()),
        Err(StoreError::InboxUnsure)
    ));
    assert!(!store.inbox(&id).unwrap().waiting);
    assert_eq!(store.dispatch(&id, UtcMs(5), &sign()).unwrap(), []);
    // an acknowledgement that was on its way says nothing for sure
    store.note_inbox(&id, 2, false).unwrap();
    assert!(store.issue(&wanted(&id), &sign()).is_err());
    store.note_inbox(&id, 6_000, true).unwrap();
    let mut newest = 0;
    while newest < 6_000 {
        assert!(store.issue(&wanted(&id), &sign()).is_err());
        let now = store.pass_over(&id, 6_000, UtcMs(6), &sign()).unwrap();
        assert!(now > newest, "{now} behind {newest}");
        newest = now;
    }
    assert_eq!(
        store.pass_over(&id, 9_000, UtcMs(6), &sign()).unwrap(),
        6_000
    );
    assert_eq!(store.issue(&wanted(&id), &sign()).unwrap().seq, 6_001);
    let all = store.directives_behind(&id, 0, 10_000).unwrap();
    assert!(all.iter().zip(1..).all(|(one, seq)| one.seq == seq));
    assert_eq!(all.len(), 6_001);
    assert!(all[2..6_000].iter().all(|one| one.kind == "passed"));
}

pub(super) fn commands_once(open: &Opener) {
    let store = hq(open);
    let id = greeted(&*store, "sz-01");
    let command = |n: u8, not_after: i64| {
        let id = CommandId::from_bytes([n; 16]);
        let command = BoxCommand::new(id, UtcMs(not_after), &Order::Report);
        CommandRecord {
            id,
            kind: command.kind.clone(),
            issued: UtcMs(n.into()),
            author: li(),
            not_after: UtcMs(not_after),
            bytes: wire::encode(&command).unwrap(),
            answer: None,
        }
    };
    for (n, not_after) in [(1, 100), (2, 200)] {
        store.order(&id, &command(n, not_after), None).unwrap();
    }
    let open_at = |now| store.open_commands(&id, UtcMs(now), 10).unwrap();
    assert_eq!(open_at(50), [command(1, 100), command(2, 200)]);
    assert_eq!(open_at(150), [command(2, 200)], "too late is not sent");
    let result = |code, detail: &str| CommandResult {
        id: CommandId::from_bytes([2; 16]),
        utc: UtcMs(60),
        code,
        detail: detail.to_owned(),
    };
    store
        .note_result(&id, &result(CommandCode::Done, "0.1.0"), UtcMs(61))
        .unwrap();
    store
        .note_result(&id, &result(CommandCode::Failed, "again"), UtcMs(62))
        .unwrap();
    let newest = store.commands(&id, 1).unwrap().remove(0);
    let answer = newest.answer.unwrap();
    assert_eq!(
        (answer.code, answer.detail.as_str(), answer.at),
        (CommandCode::Done, "0.1.0", UtcMs(61))
    );
    assert_eq!(open_at(150), []);
    assert_eq!(
        store.audit(1).unwrap()[0].about.as_deref(),
        Some("branch:sz-01 report")
    );
    let nobody = BoxId::parse("nobody").unwrap();
    assert!(matches!(
        store.order(&nobody, &command(3, 9), None),
        Err(StoreError::UnknownBox)
    ));
}
