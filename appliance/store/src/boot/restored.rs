//! The first start behind a restore: what has to be done before anything is served, and that it is said once.
use super::commit_now;
use crate::backup::BackupError;
use crate::column::{self, count};
use crate::config::StoreConfig;
use crate::database;
use crate::error::StoreError;
use crate::job::{Job, Side};
use crate::writer::Writer;
use messages::UtcMs;
use messages::fact::{Actor, Fact, RuleSkipped};
use messages::journal::{ChainHash, Head};
use rusqlite::{Connection, OptionalExtension as _};

/// The data came out of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The last fact of the backup: what came later was lost here. Headquarters may have it.
    pub head: Head,
    /// When the backup was made.
    pub made: UtcMs,
}

pub(super) fn restored(conn: &Connection) -> Result<Option<Restored>, StoreError> {
    let found = conn.query_row("SELECT seq, hash, made FROM restored", [], |row| {
        Ok(Restored {
            head: Head {
                seq: count(row, 0)?,
                hash: ChainHash(row.get(1)?),
            },
            made: column::utc(row, 2)?,
        })
    });
    Ok(found.optional()?)
}

/// Did the data come out of a backup, and has no run begun since?
pub fn is_restored(config: &StoreConfig) -> Result<bool, StoreError> {
    if !config.branch_file().exists() {
        return Ok(false);
    }
    let conn = database::open_reader(&config.branch_file())?;
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'restored')";
    // older than this mark: the database has not been opened by this version yet
    let marked: bool = conn.query_row(sql, [], |row| row.get(0))?;
    Ok(marked && restored(&conn)?.is_some())
}

/// The mark stays; the writer does no work of its own.
pub(super) fn waits(writer: &mut Writer) -> Result<Option<Restored>, StoreError> {
    writer.still = true;
    keys_fit(writer)?;
    restored(&writer.conn)
}

/// `None` at every start but the first one behind a restore. The key store's head follows before the mark goes:
/// a crash in between only says it twice.
pub(super) fn settle(writer: &mut Writer) -> Result<Option<Restored>, StoreError> {
    let Some(restored) = restored(&writer.conn)? else {
        return Ok(None);
    };
    keys_fit(writer)?;
    let now = (writer.clock)();
    let body = RuleSkipped {
        code: "journal_restored".to_owned(),
        about: format!("journal {}", restored.head.seq),
    };
    let fact = Fact::new(now.utc, now.utc_trusted, Actor::System, body);
    commit_now(writer, vec![Job::Append(vec![fact])])?;
    writer.key_store.put_head(writer.standing.head)?;
    commit_now(writer, vec![Job::Side(Side::RestoreSettled)])?;
    Ok(Some(restored))
}

/// Who was erased since the backup was made is erased again, before anybody is served. The key store's list names
/// them; what the restored vault still holds of them is taken up by the vault's own work at every start.
fn keys_fit(writer: &Writer) -> Result<(), StoreError> {
    let parties: i64 = writer.conn.query_row(
        "SELECT COUNT(*) FROM party WHERE id NOT IN (SELECT party FROM erasure)",
        [],
        |row| row.get(0),
    )?;
    let keys: i64 = writer
        .vault
        .query_row("SELECT COUNT(*) FROM party_key", [], |row| row.get(0))?;
    if parties > 0 && keys == 0 {
        return Err(BackupError::VaultMissing.into());
    }
    Ok(())
}
