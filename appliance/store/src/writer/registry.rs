//! What stands, as the rules ask for it, inside the writer's transaction.
use crate::column;
use crate::error::StoreError;
use crate::keys::Keys;
use crate::query::{branch, call_settings, devices};
use messages::command::{BranchPlan, HuntGroup, Role, Secret};
use messages::fact::BoxSealed;
use messages::registry::{CustomerState, PartyState, RecordingState, Registry, UserState};
use messages::{
    CallId, CustomerId, Device, Extension, Mac, PartyId, PartyNumber, RecordingId, Refusal, Stage,
    UserName,
};
use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use sansio::Secrets;
use seal::BlindIndex;
use std::cell::{Cell, RefCell};

/// Refuses what it cannot read, and keeps why.
pub(super) struct View<'a> {
    conn: &'a Connection,
    keys: &'a Keys,
    secrets: &'a RefCell<Box<dyn Secrets>>,
    trouble: Cell<Option<StoreError>>,
}

impl<'a> View<'a> {
    pub(super) const fn new(
        conn: &'a Connection,
        keys: &'a Keys,
        secrets: &'a RefCell<Box<dyn Secrets>>,
    ) -> Self {
        Self {
            conn,
            keys,
            secrets,
            trouble: Cell::new(None),
        }
    }

    pub(super) fn trouble(&self) -> Option<StoreError> {
        self.trouble.take()
    }

    fn answer<T>(&self, read: Result<T, StoreError>) -> Result<T, Refusal> {
        read.map_err(|bad| {
            self.trouble.set(Some(bad));
            Refusal::JournalUnavailable
        })
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Refusal> {
        self.answer(one(self.conn, sql, params, read))
    }
}

impl Registry for View<'_> {
    fn party_of(&self, number: &PartyNumber) -> Result<Option<PartyId>, Refusal> {
        self.answer(party_of(self.conn, self.keys.blind.index(number)))
    }

    fn party(&self, id: PartyId) -> Result<Option<PartyState>, Refusal> {
        let sql = "SELECT blind,
                EXISTS (SELECT 1 FROM erasure WHERE party = ?1),
                EXISTS (SELECT 1 FROM call WHERE ended IS NULL AND party = ?1)
                    OR EXISTS (SELECT 1 FROM recording WHERE state = 'open' AND party = ?1),
                EXISTS (SELECT 1 FROM dnc WHERE dnc.blind = party.blind)
             FROM party WHERE id = ?1";
        self.one(sql, [id.as_bytes()], |row| {
            Ok(PartyState {
                blind: row.get(0)?,
                erased: row.get(1)?,
                in_call: row.get(2)?,
                refuses_contact: row.get(3)?,
            })
        })
    }

    fn customer(&self, id: CustomerId) -> Result<Option<CustomerState>, Refusal> {
        let sql = "SELECT party, stage FROM customer WHERE id = ?";
        self.one(sql, [id.as_bytes()], |row| {
            Ok(CustomerState {
                party: column::id(row, 0, PartyId::from_bytes)?,
                stage: column::text(row, 1, Stage::parse)?,
            })
        })
    }

    fn customer_of(&self, party: PartyId) -> Result<Option<CustomerId>, Refusal> {
        self.answer(customer_of(self.conn, party))
    }

    fn user(&self, name: &UserName) -> Result<Option<UserState>, Refusal> {
        let sql = "SELECT role, extension FROM user WHERE name = ?";
        self.one(sql, [name.as_str()], |row| {
            Ok(UserState {
                role: column::text(row, 0, Role::parse)?,
                extension: column::extension(row, 1)?,
            })
        })
    }

    fn has_extension(&self, extension: &Extension) -> Result<bool, Refusal> {
        let sql = "SELECT 1 FROM phone WHERE extension = ?";
        let found = self.one(sql, [extension.as_str()], |_row| Ok(()))?;
        Ok(found.is_some())
    }

    fn device(&self, mac: Mac) -> Result<Option<Device>, Refusal> {
        self.answer(devices::device(self.conn, mac).map_err(StoreError::from))
    }

    fn has_call(&self, call: CallId) -> Result<bool, Refusal> {
        let found = self.one(
            "SELECT 1 FROM call WHERE id = ?",
            [call.as_bytes()],
            |_row| Ok(()),
        )?;
        Ok(found.is_some())
    }

    fn recording(&self, recording: RecordingId) -> Result<Option<RecordingState>, Refusal> {
        let sql = "SELECT extension, other_extension FROM recording WHERE id = ?";
        self.one(sql, [recording.as_bytes()], |row| {
            Ok(RecordingState {
                extension: column::extension(row, 0)?,
                other_extension: column::extension(row, 1)?,
            })
        })
    }

    fn refuses_contact(&self, number: &PartyNumber) -> Result<bool, Refusal> {
        let blind = self.keys.blind.index(number);
        let sql = "SELECT 1 FROM dnc WHERE blind = ?";
        let found = self.one(sql, [blind.as_bytes()], |_row| Ok(()))?;
        Ok(found.is_some())
    }

    fn hunt_group(&self, number: &Extension) -> Result<Option<HuntGroup>, Refusal> {
        self.answer(call_settings::hunt_group(self.conn, number))
    }

    fn plan(&self) -> Result<BranchPlan, Refusal> {
        self.answer(branch::plan(self.conn, self.keys))
    }

    fn blind_index(&self, number: &PartyNumber) -> Vec<u8> {
        self.keys.blind.index(number).as_bytes().to_vec()
    }

    fn tenant_index(&self, number: &PartyNumber) -> Option<Vec<u8>> {
        let key = self.keys.tenant_blind()?;
        Some(key.index(number).as_bytes().to_vec())
    }

    fn seal_secret(&self, place: &str, secret: &Secret) -> BoxSealed {
        let mut secrets = self.secrets.borrow_mut();
        self.keys.box_key.seal(place, secret, &mut **secrets)
    }
}

pub(crate) fn party_of(
    conn: &Connection,
    blind: BlindIndex,
) -> Result<Option<PartyId>, StoreError> {
    let sql = "SELECT id FROM party WHERE blind = ?";
    one(conn, sql, [blind.as_bytes()], |row| {
        column::id(row, 0, PartyId::from_bytes)
    })
}

pub(crate) fn customer_of(
    conn: &Connection,
    party: PartyId,
) -> Result<Option<CustomerId>, StoreError> {
    let sql = "SELECT id FROM customer WHERE party = ?";
    one(conn, sql, [party.as_bytes()], |row| {
        column::id(row, 0, CustomerId::from_bytes)
    })
}

fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    Ok(conn
        .prepare_cached(sql)?
        .query_row(params, read)
        .optional()?)
}
