//! Facts that waited as bytes for a headquarters that can read them: taken up at the start, before anything new comes in.
use hq_store::{Store, StoreError};

pub fn take_up(store: &dyn Store) -> Result<(), StoreError> {
    for record in store.boxes()?.into_iter().filter(|one| one.raw > 0) {
        loop {
            let taken = store.take_up_raw(&record.id)?;
            if taken.applied + taken.dead == 0 {
                tracing::warn!(box_id = %record.id, left = taken.left, "facts wait for a newer headquarters");
                break;
            }
            tracing::info!(
                box_id = %record.id,
                applied = taken.applied,
                dead = taken.dead,
                left = taken.left,
                "facts that waited as bytes were taken up"
            );
            if taken.left == 0 {
                break;
            }
        }
    }
    Ok(())
}
