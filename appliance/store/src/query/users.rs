//! People who sign in. The password's hash leaves only to the portal, which compares it.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::command::{Role, Secret};
use messages::fact::BoxSealed;
use messages::{Extension, UserName, UtcMs};
use rusqlite::{OptionalExtension as _, Row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserName,
    pub role: Role,
    pub extension: Option<Extension>,
    pub created: UtcMs,
    pub signed_in: Option<UtcMs>,
    /// Failed sign-ins since the last good one.
    pub failures: u32,
    pub locked_until: Option<UtcMs>,
}

const COLUMNS: &str = "SELECT name, role, extension, created, signed_in, failures, locked_until, password_hash FROM user";

impl Reader {
    /// By name.
    pub fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        let mut found = self
            .conn
            .prepare_cached(&format!("{COLUMNS} ORDER BY name"))?;
        let rows = found.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn user(&self, name: &UserName) -> Result<Option<UserRow>, StoreError> {
        Ok(self.user_with_hash(name)?.map(|(row, _hash)| row))
    }

    /// For signing in.
    pub fn user_with_hash(&self, name: &UserName) -> Result<Option<(UserRow, Secret)>, StoreError> {
        let found = self
            .conn
            .prepare_cached(&format!("{COLUMNS} WHERE name = ?"))?
            .query_row([name.as_str()], |row| {
                Ok((read(row)?, BoxSealed(row.get(7)?)))
            })
            .optional()?;
        let Some((row, sealed)) = found else {
            return Ok(None);
        };
        let hash = self.keys.box_key.open(&format!("user:{name}"), &sealed);
        let hash = hash.or(Err(StoreError::VaultKeys("box key")))?;
        Ok(Some((row, hash)))
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        user: column::text(row, 0, UserName::parse)?,
        role: column::text(row, 1, Role::parse)?,
        extension: column::extension(row, 2)?,
        created: column::utc(row, 3)?,
        signed_in: column::utc_or_none(row, 4)?,
        failures: row.get(5)?,
        locked_until: column::utc_or_none(row, 6)?,
    })
}
