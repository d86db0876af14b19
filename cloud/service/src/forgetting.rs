//! Persons that a branch erased: headquarters drops its keys of them, and what a restored database still has.
use hq_store::{KeyBook, KeyBookError, Store, StoreError};
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
    drop_keys(store, keys)
}

/// The keys of everybody whose erasure waits for them, and of branches that show nothing any more.
pub fn drop_keys(store: &dyn Store, keys: &KeyBook) -> Result<(), ForgettingError> {
    let mut boxes: BTreeMap<BoxId, Vec<PartyId>> = BTreeMap::new();
    for waiting in store.unconfirmed_erasures()? {
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
