//! Dead letters tried again. What applies now must leave what a history without the trouble would have left,
//! so the tables of that box are made again from its whole journal, the letters in their places.
use super::journal::{self, Spot};
use super::{boxes, dead_letters, ingest, rebuild, users};
use crate::{Deed, RETRY_MAX, Retried, Retry, StoreError};
use messages::BoxId;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Epoch and seq.
type Place = (u32, u64);

pub(super) fn retry(db: &Connection, tenant: &str, retry: &Retry) -> Result<Retried, StoreError> {
    let record = boxes::one(db, tenant, &retry.box_id)?.ok_or(StoreError::UnknownBox)?;
    let chosen = match retry.only {
        Some(place) => vec![place],
        None => dead_letters::to_try(db, tenant, &retry.box_id, RETRY_MAX)?,
    };
    let mut trial = BTreeSet::new();
    for place in &chosen {
        if put_on_trial(db, tenant, retry, *place)? {
            trial.insert(*place);
        }
    }
    let applied = if trial.is_empty() {
        0
    } else {
        let failed = replay(db, tenant, retry, &trial)?;
        trial.len() - failed
    };
    settle(db, tenant, retry, applied)?;
    let (tried, applied) = (len(chosen.len()), len(applied));
    Ok(Retried {
        applied,
        left: tried - applied,
        waiting: match retry.only {
            Some(_) => 0,
            None => record.dead_letters.saturating_sub(tried),
        },
    })
}

fn len(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

const fn spot(box_id: &BoxId, (epoch, seq): Place) -> Spot<'_> {
    Spot { box_id, epoch, seq }
}

/// Puts a letter that can be read now into the journal; the others say why they cannot.
fn put_on_trial(
    db: &Connection,
    tenant: &str,
    retry: &Retry,
    place: Place,
) -> Result<bool, StoreError> {
    let spot = spot(&retry.box_id, place);
    let letter = dead_letters::one(db, tenant, spot)?.ok_or(StoreError::UnknownDeadLetter)?;
    match ingest::read(spot, letter.bytes) {
        Ok((fact, _body)) => {
            let hash = dead_letters::hash(db, tenant, spot)?;
            journal::append(db, tenant, spot, &fact, hash)?;
            Ok(true)
        }
        Err(why) => {
            dead_letters::note_tried(db, tenant, spot, &why, retry.at)?;
            Ok(false)
        }
    }
}

/// Makes the box's tables again; hands back how many letters on trial did not fit.
fn replay(
    db: &Connection,
    tenant: &str,
    retry: &Retry,
    trial: &BTreeSet<Place>,
) -> Result<usize, StoreError> {
    let mut failed = Vec::new();
    rebuild::of_box(db, tenant, &retry.box_id, &mut |place, why| {
        if trial.contains(&place) {
            failed.push((place, why));
        }
    })?;
    for (place, why) in &failed {
        let spot = spot(&retry.box_id, *place);
        journal::remove(db, tenant, spot)?;
        dead_letters::note_tried(db, tenant, spot, why, retry.at)?;
    }
    let failed: BTreeSet<Place> = failed.into_iter().map(|(place, _)| place).collect();
    for place in trial.difference(&failed) {
        dead_letters::remove(db, tenant, spot(&retry.box_id, *place))?;
    }
    Ok(failed.len())
}

/// The box's record follows, and the deed is written down.
fn settle(db: &Connection, tenant: &str, retry: &Retry, applied: usize) -> Result<(), StoreError> {
    let box_id = &retry.box_id;
    if applied > 0 {
        db.prepare_cached(
            "UPDATE box SET dead_letters = dead_letters - ?3,
                 fact_utc = (SELECT utc FROM journal WHERE tenant = ?1 AND box = ?2
                     ORDER BY seq DESC, epoch DESC LIMIT 1)
             WHERE tenant = ?1 AND box = ?2",
        )?
        .execute(params![
            tenant,
            box_id.as_str(),
            super::column::int(len(applied))
        ])?;
    }
    let deed = Deed::DeadLettersRetried {
        box_id: box_id.clone(),
    };
    users::note_deed(db, tenant, Some(&retry.by), &deed, retry.from_ip, retry.at)
}

#[cfg(test)]
mod tests;
