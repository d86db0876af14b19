//! Persons that a branch erased: headquarters drops its keys of them, and what a restored database still has.
use hq_store::{KeyBook, KeyBookError, Sign, Store, StoreError};
use messages::directive::ErasureReceipt;
use messages::{BoxId, DataCopy, PartyId, UtcMs};
use std::collections::BTreeMap;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ForgettingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeyBookError),
}

/// Before anything is served: neither side may have come back from a backup with somebody whom the other side knows to be erased.
pub fn replay(store: &dyn Store, keys: &KeyBook, now: UtcMs) -> Result<(), ForgettingError> {
    store.erase_again(&keys.erased(), now)?;
    drop_keys(store, keys, now)
}

/// The keys of everybody whose erasure waits for them, and of branches that show nothing any more.
pub fn drop_keys(store: &dyn Store, keys: &KeyBook, now: UtcMs) -> Result<(), ForgettingError> {
    let mut boxes: BTreeMap<BoxId, Vec<PartyId>> = BTreeMap::new();
    for waiting in store.unconfirmed_erasures(now)? {
        if waiting.copy == DataCopy::HqKeys {
            boxes.entry(waiting.box_id).or_default().push(waiting.party);
        }
    }
    for (box_id, parties) in boxes {
        keys.erase(&box_id, &parties)?;
    }
    for box_id in store.silent_boxes()? {
        if keys.count(&box_id)? > 0 {
            keys.forget_box(&box_id)?;
        }
    }
    Ok(())
}

/// Right behind `drop_keys`: each branch hears which of headquarters' copies hold nothing more of whom it erased. One that
/// came back from a backup hears everybody who is erased. True if there was something to say.
pub fn tell(
    store: &dyn Store,
    keys: &KeyBook,
    now: UtcMs,
    sign: &Sign,
) -> Result<bool, ForgettingError> {
    let mut receipts: BTreeMap<BoxId, Vec<ErasureReceipt>> = BTreeMap::new();
    for waiting in store.untold_erasures(now)? {
        receipts
            .entry(waiting.box_id)
            .or_default()
            .push(ErasureReceipt {
                party: waiting.party,
                copy: waiting.copy,
                on: now,
            });
    }
    let forgetful = store.forgetful_boxes()?;
    for box_id in &forgetful {
        let erased = keys.erased().into_iter();
        let of_box = erased.filter(|(of, _)| of == box_id);
        let parties: Vec<PartyId> = of_box.map(|(_, party)| party).collect();
        store.tell_erased(box_id, &parties, now, sign)?;
    }
    for (box_id, receipts) in &receipts {
        match store.tell_receipts(box_id, receipts, now, sign) {
            // it is told once it has said what it has
            Err(StoreError::InboxUnsure) => {}
            told => told?,
        }
    }
    Ok(!receipts.is_empty() || !forgetful.is_empty())
}
