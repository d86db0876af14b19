//! After a restart: calls do not survive, and that is said; what needs hands outside is handed out.
use super::{Purpose, commit_now};
use crate::column;
use crate::error::StoreError;
use crate::job::{DialogId, Job};
use crate::month::Ledger;
use crate::query::BindingRow;
use crate::query::branch::bindings;
use crate::query::erasures::not_erased;
use crate::writer::{DIALOG_PLACE, Writer};
use messages::fact::{
    Actor, AttemptEnded, Body, BoxSealed, BoxStarted, CallEnded, Fact, PartyErased, PhoneUnbound,
};
use messages::{
    AttemptId, BootId, CallId, HangUpCause, Now, RecordingId, ReleasedBy, SystemResult,
    UnbindReason, UtcMs,
};
use rusqlite::{Connection, OptionalExtension as _};

/// What the last run left.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    /// This is the first start behind a restore.
    pub restored: Option<super::Restored>,
    /// Did the last run end by its own will?
    pub clean: bool,
    /// For the machines' choices in this run; journaled.
    pub seed: u64,
    /// Measure what is on disk, then append `RecordingCut` for each.
    pub recordings: Vec<OpenRecording>,
    /// Send BYE, then `Store::dialog_closed`.
    pub dialogs: Vec<OpenDialog>,
    /// Registrations that are still good.
    pub bindings: Vec<BindingRow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRecording {
    pub recording: RecordingId,
    pub call: CallId,
}

#[derive(Clone, PartialEq, Eq)]
pub struct OpenDialog {
    pub id: DialogId,
    /// As it was given to `Store::dialog_opened`. Holds numbers.
    pub record: String,
}

impl core::fmt::Debug for OpenDialog {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "OpenDialog({:?})", self.id)
    }
}

pub(super) fn recover(writer: &mut Writer, purpose: Purpose) -> Result<Recovered, StoreError> {
    if purpose != Purpose::Run {
        return Ok(Recovered::default());
    }
    let now = (writer.clock)();
    let mut seed = [0; 8];
    writer.secrets.borrow_mut().fill(&mut seed);
    let conn = &writer.conn;
    let (good, expired): (Vec<_>, Vec<_>) = bindings(conn)?
        .into_iter()
        .partition(|binding| binding.contact.is_some() && binding.expires > Some(now.utc));
    let recovered = Recovered {
        restored: None,
        clean: clean(&Ledger::of(conn, &writer.config.folder)?)?,
        seed: u64::from_be_bytes(seed),
        recordings: open_recordings(conn)?,
        dialogs: open_dialogs(writer)?,
        bindings: good,
    };
    let mut bodies: Vec<Body> = vec![
        BoxStarted {
            version: writer.config.version.clone(),
            head: writer.standing.head.seq,
            seed: recovered.seed,
            clean: recovered.clean,
        }
        .into(),
    ];
    bodies.extend(erased_again(writer)?);
    bodies.extend(ended_attempts(conn)?);
    bodies.extend(ended_calls(conn)?);
    bodies.extend(expired.into_iter().map(unbound));
    let facts = bodies.into_iter().map(|body| fact(now, body)).collect();
    commit_now(writer, vec![Job::Append(facts)])?;
    Ok(recovered)
}

/// Whom the key store says to be erased and the tables do not: they came back from a backup.
fn erased_again(writer: &Writer) -> Result<Vec<Body>, StoreError> {
    let left = not_erased(&writer.conn, &writer.key_store.erased()?)?;
    let erased = left.into_iter().map(|party| {
        PartyErased {
            party,
            reason: "restored".to_owned(),
        }
        .into()
    });
    Ok(erased.collect())
}

fn fact(now: Now, body: Body) -> Fact {
    Fact::new(now.utc, now.utc_trusted, Actor::System, body)
}

fn unbound(binding: BindingRow) -> Body {
    PhoneUnbound {
        extension: binding.extension,
        source: binding.source,
        reason: UnbindReason::Expired,
    }
    .into()
}

/// The last run said that it stopped.
fn clean(ledger: &Ledger<'_>) -> Result<bool, StoreError> {
    Ok(ledger.last_of_kind("box_stopped")? >= ledger.last_of_kind("box_started")?)
}

fn open_recordings(conn: &Connection) -> Result<Vec<OpenRecording>, StoreError> {
    let mut found =
        conn.prepare("SELECT id, call FROM recording WHERE state = 'open' ORDER BY id")?;
    let rows = found.query_map([], |row| {
        Ok(OpenRecording {
            recording: column::id(row, 0, RecordingId::from_bytes)?,
            call: column::id(row, 1, CallId::from_bytes)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn open_dialogs(writer: &Writer) -> Result<Vec<OpenDialog>, StoreError> {
    let mut found = writer
        .conn
        .prepare("SELECT boot, leg, record FROM dialog ORDER BY boot, leg")?;
    let rows = found.query_map([], |row| {
        let id = DialogId {
            boot: column::id(row, 0, BootId::from_bytes)?,
            leg: column::count(row, 1)?,
        };
        Ok((id, BoxSealed(row.get(2)?)))
    })?;
    let mut dialogs = Vec::new();
    for row in rows {
        let (id, sealed) = row?;
        match writer.keys.box_key.open(DIALOG_PLACE, &sealed) {
            Ok(record) => dialogs.push(OpenDialog {
                id,
                record: record.expose().to_owned(),
            }),
            Err(seal::NotOpened) => tracing::warn!(?id, "a dialog of the last run does not open"),
        }
    }
    Ok(dialogs)
}

fn ended_attempts(conn: &Connection) -> Result<Vec<Body>, StoreError> {
    let mut found = conn.prepare("SELECT id, call FROM attempt WHERE ended IS NULL ORDER BY id")?;
    let rows = found.query_map([], |row| {
        Ok(AttemptEnded {
            attempt: column::id(row, 0, AttemptId::from_bytes)?,
            call: column::id(row, 1, CallId::from_bytes)?,
            result: SystemResult::Restarted,
            cause: HangUpCause::default(),
        })
    })?;
    rows.map(|row| Ok(row?.into())).collect()
}

/// They ended at the last sign of life, as far as anybody knows.
fn ended_calls(conn: &Connection) -> Result<Vec<Body>, StoreError> {
    let last_sign = conn
        .query_row(
            "SELECT utc FROM journal ORDER BY seq DESC LIMIT 1",
            [],
            |row| column::utc(row, 0),
        )
        .optional()?
        .unwrap_or(UtcMs(0));
    let mut found =
        conn.prepare("SELECT id, started, answered FROM call WHERE ended IS NULL ORDER BY id")?;
    let rows = found.query_map([], |row| {
        let started = column::utc(row, 1)?;
        let answered = column::utc_or_none(row, 2)?;
        Ok(CallEnded {
            call: column::id(row, 0, CallId::from_bytes)?,
            result: SystemResult::Restarted,
            cause: HangUpCause::default(),
            released_by: ReleasedBy::System,
            ring_ms: answered.unwrap_or(last_sign).ms_since(started),
            talk_ms: answered.map_or(0, |answered| last_sign.ms_since(answered)),
        })
    })?;
    rows.map(|row| Ok(row?.into())).collect()
}
