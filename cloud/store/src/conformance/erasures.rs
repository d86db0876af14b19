//! Persons that a branch erased.
use super::lists::customers_of;
use super::{Opener, hq, story::Story};
use crate::{CustomerRecord, Erased, Greeting, Issued, Sign, Store};
use messages::directive::{Directive, ErasureReceipt, ErasureReceipts, PartiesErase, Wish};
use messages::fact::{CustomerErased, ErasureConfirmed};
use messages::{BoxId, CustomerId, DataCopy, PartyId, Personal, Stage, UtcMs, wire};
use std::sync::Arc;

fn one(store: &dyn Store, customer: CustomerId) -> CustomerRecord {
    let mut all = customers_of(store).into_iter();
    all.find(|one| one.customer == customer).unwrap()
}

/// Two customers, the first one erased: ids and the party.
fn erased_one(store: &dyn Store, story: &mut Story) -> (CustomerId, CustomerId, PartyId) {
    let wang = story.import("13800138000", "王小芳", Stage::Lead);
    let li = story.import("13900139000", "李四", Stage::Lead);
    story.send(store);
    let party = one(store, wang).party;
    story.tell(CustomerErased {
        customer: wang,
        party,
        reason: "asked for it".to_owned(),
    });
    story.send(store);
    (wang, li, party)
}

pub(super) fn erased(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.send(&*store);
    let (wang, li, party) = erased_one(&*store, &mut story);
    for rebuilt in [false, true] {
        let gone = one(&*store, wang);
        assert_eq!(
            (gone.name, gone.number),
            (Personal::Erased, Personal::Erased)
        );
        assert_eq!(gone.erased, Some(Erased::Pending), "rebuilt: {rebuilt}");
        let kept = one(&*store, li);
        assert!(matches!(kept.name, Personal::Sealed(_)) && kept.erased.is_none());
        store.rebuild().unwrap();
    }
    // a list from outside of the database says it of the other one, too
    let other = one(&*store, li).party;
    assert_ne!(other, party);
    let list = [(story.box_id.clone(), other)];
    for _twice in 0..2 {
        store.erase_again(&list, UtcMs(1)).unwrap();
        assert_eq!(one(&*store, li).name, Personal::Erased);
    }
}

pub(super) fn receipts(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.send(&*store);
    let (wang, _li, party) = erased_one(&*store, &mut story);
    let late = UtcMs(i64::MAX);
    assert_eq!(
        store.unconfirmed_erasures(UtcMs(0)).unwrap().len(),
        2,
        "backups are kept for a while"
    );
    let waiting = |store: &dyn Store| -> Vec<DataCopy> {
        let all = store.unconfirmed_erasures(late).unwrap();
        assert!(all.iter().all(|one| one.party == party));
        all.iter().map(|one| one.copy).collect()
    };
    assert_eq!(waiting(&*store).len(), 3);
    for copy in DataCopy::ALL {
        assert_eq!(one(&*store, wang).erased, Some(Erased::Pending));
        story.tell(ErasureConfirmed {
            party,
            copy,
            on: UtcMs(1),
        });
        story.send(&*store);
        assert!(!waiting(&*store).contains(&copy));
    }
    assert_eq!(one(&*store, wang).erased, Some(Erased::Complete));
}

/// Signs as the tests read it: what is signed, as it is.
fn sign() -> Sign {
    Arc::new(|directive| wire::encode(directive).ok())
}

fn said(store: &dyn Store, box_id: &BoxId) -> Vec<Wish> {
    let issued = store.directives_behind(box_id, 0, 100).unwrap().into_iter();
    let read = |one: Issued| {
        wire::decode::<Directive>(&one.bytes)
            .unwrap()
            .wish()
            .unwrap()
    };
    issued.map(|one| read(one).unwrap()).collect()
}

pub(super) fn told(open: &Opener) {
    let store = hq(open);
    let mut story = Story::of("sz-01");
    story.send(&*store);
    let (_wang, _li, party) = erased_one(&*store, &mut story);
    let late = UtcMs(i64::MAX);
    let receipt = |copy| ErasureReceipt {
        party,
        copy,
        on: UtcMs(5),
    };
    let copies = |store: &dyn Store| -> Vec<DataCopy> {
        let untold = store.untold_erasures(late).unwrap();
        untold.into_iter().map(|one| one.copy).collect()
    };
    assert_eq!(copies(&*store).len(), 3);
    let first = [receipt(DataCopy::HqTables), receipt(DataCopy::HqKeys)];
    let box_id = story.box_id.clone();
    let tell = || store.tell_receipts(&box_id, &first, UtcMs(5), &sign());
    tell().unwrap();
    assert_eq!(copies(&*store), [DataCopy::HqBackups]);
    let receipts = first.to_vec();
    assert_eq!(
        said(&*store, &box_id),
        [Wish::from(ErasureReceipts { receipts })]
    );
    // a box that comes back from a backup begins a new epoch: it may have lost both
    assert_eq!(store.forgetful_boxes().unwrap(), []);
    let greeting = Greeting {
        epoch: 2,
        ..story.greeting()
    };
    store.greet(&greeting).unwrap();
    assert_eq!(copies(&*store).len(), 3);
    assert_eq!(
        store.forgetful_boxes().unwrap(),
        std::slice::from_ref(&box_id)
    );
    let parties = vec![party];
    store
        .tell_erased(&box_id, &parties, UtcMs(6), &sign())
        .unwrap();
    assert_eq!(store.forgetful_boxes().unwrap(), []);
    let last = said(&*store, &box_id).pop();
    assert_eq!(last, Some(PartiesErase { parties }.into()));
}
