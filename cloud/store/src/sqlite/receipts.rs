//! What a branch is told of erasures: which copies of headquarters hold nothing more, and, behind a restore, who is erased.
use super::{column::int, erasures, wishes};
use crate::{Sign, StoreError, Unconfirmed};
use messages::directive::{ERASURES_MAX, ErasureReceipt, ErasureReceipts, PartiesErase};
use messages::{BoxId, PartyId, UtcMs};
use rusqlite::{Connection, params};

pub(super) fn untold(
    db: &Connection,
    tenant: &str,
    now: UtcMs,
) -> Result<Vec<Unconfirmed>, StoreError> {
    let unconfirmed = erasures::UNCONFIRMED;
    let sql = format!(
        "{unconfirmed} AND NOT EXISTS (SELECT 1 FROM erasure_told AS told
            JOIN box ON box.tenant = told.tenant AND box.box = told.box
            WHERE told.tenant = ?1 AND told.box = erasure.box AND told.party = erasure.party
                AND told.copy = needed.column1 AND told.epoch >= box.epoch)"
    );
    erasures::some(db, tenant, now, &sql)
}

pub(super) fn tell(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    receipts: &[ErasureReceipt],
    now: UtcMs,
    sign: &Sign,
) -> Result<(), StoreError> {
    let epoch = epoch(db, tenant, box_id)?;
    for some in receipts.chunks(ERASURES_MAX) {
        let receipts = some.to_vec();
        let wish = ErasureReceipts { receipts }.into();
        let issued = wishes::of_service(db, tenant, box_id, &wish, now, sign)?;
        for receipt in some {
            db.prepare_cached(
                "INSERT OR REPLACE INTO erasure_told (tenant, box, party, copy, epoch, seq)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                tenant,
                box_id.as_str(),
                receipt.party.as_bytes(),
                receipt.copy.code(),
                epoch,
                int(issued.seq)
            ])?;
        }
    }
    Ok(())
}

pub(super) fn forgetful(db: &Connection, tenant: &str) -> Result<Vec<BoxId>, StoreError> {
    let mut found = db.prepare_cached(
        "SELECT box.box FROM box LEFT JOIN inbox ON inbox.tenant = box.tenant AND inbox.box = box.box
         WHERE box.tenant = ? AND box.epoch > coalesce(inbox.erased_epoch, 1)
             AND NOT coalesce(inbox.unsure, 0) ORDER BY box.box",
    )?;
    let rows = found.query_and_then([tenant], |row| {
        let box_id: String = row.get(0)?;
        BoxId::parse(&box_id).ok_or(StoreError::Foreign("box"))
    })?;
    rows.collect()
}

pub(super) fn tell_erased(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    parties: &[PartyId],
    now: UtcMs,
    sign: &Sign,
) -> Result<(), StoreError> {
    let epoch = epoch(db, tenant, box_id)?;
    for some in parties.chunks(ERASURES_MAX) {
        let parties = some.to_vec();
        wishes::of_service(
            db,
            tenant,
            box_id,
            &PartiesErase { parties }.into(),
            now,
            sign,
        )?;
    }
    wishes::open_inbox(db, tenant, box_id)?;
    db.prepare_cached("UPDATE inbox SET erased_epoch = ? WHERE tenant = ? AND box = ?")?
        .execute(params![epoch, tenant, box_id.as_str()])?;
    Ok(())
}

fn epoch(db: &Connection, tenant: &str, box_id: &BoxId) -> Result<u32, StoreError> {
    let known = super::boxes::one(db, tenant, box_id)?;
    Ok(known.ok_or(StoreError::UnknownBox)?.epoch)
}
