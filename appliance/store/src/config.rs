//! Where the store lies, whose it is, and its limits.
use messages::{BootId, BoxId};
use seal::BlindKey;
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// The data folder: made if it is missing, locked while the store is open.
    pub folder: PathBuf,
    pub box_id: BoxId,
    /// Part of the associated data of everything sealed: never changes.
    pub tenant: String,
    pub version: String,
    pub boot: BootId,
    pub limits: StoreLimits,
    /// Takes the journal as it is, although its tail does not fit the head outside of it (after a restore, by hand).
    pub accept_tail: bool,
    /// The key of the tenant's blind index, where enrolment has brought it.
    pub tenant_blind: Option<BlindKey>,
}

#[derive(Clone, Copy, Debug)]
pub struct StoreLimits {
    /// Connections for reading.
    pub readers: usize,
    /// Facts waiting for the writer above which no new call is let in and no command is taken.
    pub waiting_facts_max: usize,
    /// Room above that for the remaining facts of calls that were let in.
    pub reserved_facts: usize,
    /// Facts in one commit, as far as they are not of one command.
    pub batch_facts_max: usize,
    /// The store does not open with less.
    pub disk_floor_bytes: u64,
    /// Customers held in the search index at most.
    pub search_customers_max: usize,
    /// Journal bytes between two checkpoints (tables and indexes make it about three times as many in the log).
    pub checkpoint_every_bytes: usize,
    /// A log longer than this is begun anew, which makes the writer wait once.
    pub log_bytes_max: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self {
            readers: 4,
            waiting_facts_max: 4_096,
            reserved_facts: 65_536,
            batch_facts_max: 200,
            disk_floor_bytes: 64 * 1024 * 1024,
            search_customers_max: 1_000_000,
            checkpoint_every_bytes: 1024 * 1024,
            log_bytes_max: 64 * 1024 * 1024,
        }
    }
}

impl StoreConfig {
    #[must_use]
    pub fn new(folder: PathBuf, box_id: BoxId, version: &str, boot: BootId) -> Self {
        Self {
            folder,
            tenant: seal::BRANCH_TENANT.to_owned(),
            box_id,
            version: version.to_owned(),
            boot,
            limits: StoreLimits::default(),
            accept_tail: false,
            tenant_blind: None,
        }
    }

    pub(crate) fn branch_file(&self) -> PathBuf {
        self.folder.join("branch.db")
    }

    pub(crate) fn vault_file(&self) -> PathBuf {
        self.folder.join("vault.db")
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.folder.join("lock")
    }
}
