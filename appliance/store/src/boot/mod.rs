//! Opening the store: lock, migrate, check, recover what a crash left open, start the writer.
mod blind;
mod check;
pub(crate) mod load;
mod recover;
mod restored;

pub(crate) use load::link_cursor;
pub use recover::{OpenDialog, OpenRecording, Recovered};
pub use restored::{Restored, is_restored};

use crate::checkpoint::Checkpointer;
use crate::config::StoreConfig;
use crate::database;
use crate::error::{StoreError, io};
use crate::folder;
use crate::job::Job;
use crate::key_ring::KeyRing;
use crate::keys::{GivenKeys, Keys};
use crate::month::Ledger;
use crate::query::erasures::unconfirmed;
use crate::queue::Queue;
use crate::readers::Readers;
use crate::search::SearchIndex;
use crate::shared::Shared;
use crate::store::Store;
use crate::writer::{Clock, Standing, Writer};
use messages::journal::Head;
use messages::registry::Decider;
use messages::{DataCopy, IdMint, UtcMs};
use rusqlite::Connection;
use sansio::Secrets;
use seal::KeyStore;
use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::time::Instant;

/// Why the store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A run of the gateway: it begins and ends with a fact, and what the last run left open is ended.
    Run,
    /// One order of the command line while no gateway runs: only its own facts.
    Console,
    /// The data came back from a backup, and what was lost behind it may still lie at headquarters: nothing of our own
    /// is written before that is back, else it would fit nowhere.
    CatchUp,
}

/// Everything the store needs from outside.
pub struct Parts {
    pub config: StoreConfig,
    pub key_store: Box<dyn KeyStore>,
    pub decider: Box<dyn Decider>,
    pub clock: Clock,
    pub secrets: Box<dyn Secrets>,
}

/// A running store, and what the last run left.
pub struct Opened {
    pub store: Store,
    pub recovered: Recovered,
}

pub(crate) fn open(parts: Parts, purpose: Purpose) -> Result<Opened, StoreError> {
    let (mut writer, lock) = assemble(parts)?;
    let restored = match purpose {
        Purpose::Run | Purpose::Console => restored::settle(&mut writer)?,
        Purpose::CatchUp => restored::waits(&mut writer)?,
    };
    let mut recovered = recover::recover(&mut writer, purpose)?;
    recovered.restored = restored;
    let readers = Readers::open(&writer.config.branch_file(), writer.config.limits.readers)?;
    let standing = writer.standing;
    writer.shared.stands(standing.head, standing.cursor);
    let store = Store::start(writer, readers, lock, purpose)?;
    Ok(Opened { store, recovered })
}

/// Everything is checked and loaded; nothing was written yet but migrations and missing keys.
pub(crate) fn assemble(mut parts: Parts) -> Result<(Writer, File), StoreError> {
    let config = parts.config.clone();
    let lock = lock(&config)?;
    check::disk_floor(&config)?;
    check::files_there(&config, &*parts.key_store)?;
    let mut conn = database::open_branch_checked(&config.branch_file())?;
    let vault = database::open_vault_checked(&config.vault_file())?;
    private(&config)?;
    crate::month::remove_parts(&config.folder)?;
    check::sound(&conn, &config, &*parts.key_store)?;
    let standing = load::standing(&conn)?;
    let keys = Keys::load(
        &mut *parts.key_store,
        &config.tenant,
        standing.head.seq == 0,
        &mut *parts.secrets,
    )?;
    keys.give(GivenKeys {
        headquarters: None,
        tenant_blind: config.tenant_blind.clone(),
    });
    let keys = Arc::new(keys);
    check::vault_opens(&vault, &keys)?;
    check::vault_keeps_up(&conn, &vault, &*parts.key_store)?;
    let ring = Arc::new(KeyRing::open(Arc::clone(&keys), &config.vault_file())?);
    // before anything is opened: a database that came back from a backup may not know of them
    ring.forget(parts.key_store.erased()?);
    ring.forget(unconfirmed(&conn, DataCopy::BranchVault, UtcMs(i64::MAX))?);
    blind::fill(&mut conn, &ring, &keys)?;
    let shared = Arc::new(Shared::new(Queue::new(config.limits)));
    shared.load_refusals(load::refusals(&conn)?, load::tenant_refusals(&conn)?);
    fill_search(&shared, &conn, &ring, &config)?;
    let writer = writer(parts, conn, vault, keys, ring, shared, standing)?;
    Ok((writer, lock))
}

pub(crate) fn lock(config: &StoreConfig) -> Result<File, StoreError> {
    folder::make(&config.folder).map_err(io(&config.folder))?;
    let path = config.lock_file();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse(config.folder.clone())),
        Err(fs::TryLockError::Error(bad)) => Err(io(&path)(bad)),
    }
}

/// The databases are for the gateway's user only; SQLite gives its side files the same mode.
fn private(config: &StoreConfig) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    for file in [config.branch_file(), config.vault_file()] {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).map_err(io(&file))?;
    }
    Ok(())
}

fn fill_search(
    shared: &Shared,
    conn: &Connection,
    ring: &KeyRing,
    config: &StoreConfig,
) -> Result<(), StoreError> {
    let mut index = SearchIndex::with_room_for(config.limits.search_customers_max);
    index.extend(load::search_entries(conn, ring)?);
    let mut search = shared
        .search
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    *search = index;
    Ok(())
}

fn writer(
    parts: Parts,
    conn: Connection,
    vault: Connection,
    keys: Arc<Keys>,
    ring: Arc<KeyRing>,
    shared: Arc<Shared>,
    standing: Standing,
) -> Result<Writer, StoreError> {
    let Parts {
        config,
        key_store,
        decider,
        clock,
        mut secrets,
    } = parts;
    let mut prefix = [0; 6];
    secrets.fill(&mut prefix);
    let checkpointer =
        Checkpointer::start(&config.branch_file(), config.limits, Arc::clone(&shared))?;
    let vault_work = {
        let ledger = Ledger::of(&conn, &config.folder)?;
        load::vault_work(&ledger, &vault, &keys, &key_store.erased()?)?
    };
    let head_put = (key_store.head()?.unwrap_or(Head::EMPTY), Instant::now());
    Ok(Writer {
        config,
        conn,
        vault,
        keys,
        ring,
        key_store,
        decider,
        clock,
        secrets: RefCell::new(secrets),
        mint: IdMint::new(prefix),
        shared,
        checkpointer,
        standing,
        trusted: true,
        refreshed: Vec::new(),
        head_put,
        vault_work,
        still: false,
        vault_rests_until: Instant::now(),
        receipts_at: Instant::now(),
        vault_awaited: Vec::new(),
    })
}

/// A commit before the writer's thread runs: it fails instead of trying again.
pub(crate) fn commit_now(writer: &mut Writer, jobs: Vec<Job>) -> Result<(), StoreError> {
    writer.write_once(jobs)
}
