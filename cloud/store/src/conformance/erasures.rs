//! Persons that a branch erased.
use super::lists::customers_of;
use super::{Opener, hq, story::Story};
use crate::{CustomerRecord, Erased, Store};
use messages::fact::{CustomerErased, ErasureConfirmed};
use messages::{CustomerId, DataCopy, PartyId, Personal, Stage, UtcMs};

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
    let waiting = |store: &dyn Store| -> Vec<DataCopy> {
        let all = store.unconfirmed_erasures().unwrap();
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
