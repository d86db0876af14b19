//! The tables that no fact moves: dialogs, refreshed registrations, the link's cursor.
use super::batch::Batch;
use crate::column::int;
use crate::error::StoreError;
use crate::job::{BindingKept, LinkCursor, Side};
use messages::command::Secret;
use rusqlite::params;

/// The place that a dialog's text is sealed for.
pub(crate) const DIALOG_PLACE: &str = "dialog";

impl Batch<'_> {
    pub(super) fn side(&mut self, side: &Side) -> Result<(), StoreError> {
        match side {
            Side::DialogOpened { leg, record, utc } => {
                let record = Secret::new(record.clone());
                let mut secrets = self.secrets.borrow_mut();
                let sealed = self
                    .keys
                    .box_key
                    .seal(DIALOG_PLACE, &record, &mut **secrets);
                self.conn
                    .prepare_cached(
                        "INSERT OR REPLACE INTO dialog (boot, leg, record, opened)
                         VALUES (?, ?, ?, ?)",
                    )?
                    .execute(params![self.boot.as_bytes(), int(*leg), sealed.0, utc.0])?;
            }
            Side::DialogClosed(id) => {
                self.conn
                    .prepare_cached("DELETE FROM dialog WHERE boot = ? AND leg = ?")?
                    .execute(params![id.boot.as_bytes(), int(id.leg)])?;
            }
            Side::BindingKept(kept) => self.binding_kept(kept)?,
            Side::LinkCursor(cursor) => self.link_cursor(*cursor)?,
            Side::RestoreSettled => {
                self.conn.execute("DELETE FROM restored", [])?;
            }
            Side::FactsLetGo { upto, rows_max } => {
                self.conn
                    .prepare_cached(
                        "DELETE FROM journal WHERE seq IN
                         (SELECT seq FROM journal WHERE seq <= ? ORDER BY seq LIMIT ?)",
                    )?
                    .execute(params![int(*upto), rows_max])?;
            }
        }
        Ok(())
    }

    /// Refreshes of a place that is no binding (any longer) change nothing.
    pub(super) fn binding_kept(&self, kept: &BindingKept) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "UPDATE phone_binding SET contact = COALESCE(?3, contact), expires = ?4
                 WHERE extension = ?1 AND source = ?2",
            )?
            .execute(params![
                kept.extension.as_str(),
                kept.source.to_string(),
                kept.contact,
                kept.expires.0
            ])?;
        Ok(())
    }

    fn link_cursor(&mut self, cursor: LinkCursor) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT OR REPLACE INTO link_cursor (one, epoch, seq, hash, safe)
                 VALUES (1, ?, ?, ?, ?)",
            )?
            .execute(params![
                cursor.epoch,
                int(cursor.applied.seq),
                cursor.applied.hash.0,
                int(cursor.safe)
            ])?;
        self.standing.cursor = cursor;
        Ok(())
    }
}
