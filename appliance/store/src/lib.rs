//! The appliance's only SQL: one journal, the tables that follow it, the vault beside it; one writer, many readers.
#![forbid(unsafe_code)]

mod apply;
mod backup;
mod boot;
mod checkpoint;
mod column;
mod config;
mod database;
mod error;
mod escrow;
mod faults;
mod folder;
mod job;
mod journal;
mod key_ring;
mod keys;
mod month;
mod query;
mod queue;
mod readers;
mod rebuild;
mod search;
mod shared;
mod soft_keys;
mod state_hash;
mod store;
#[cfg(test)]
mod trial;
mod vault;
mod verify;
mod writer;

pub use backup::{
    BackupError, Kind as BackupKind, Made as MadeBackup, Manifest as BackupManifest,
    Part as BackupPart, VAULT_BACKUP_DAYS, VaultBackup, remove_expired_vault_backups,
    restore as restore_backup, vault_backups,
};
pub use boot::{
    OpenDialog, OpenRecording, Opened, Parts, Purpose, Recovered, Restored, is_restored,
};
pub use config::{StoreConfig, StoreLimits};
pub use error::StoreError;
pub use escrow::{EscrowKeys, escrow_keys, take_escrow_keys};
pub use faults::{DiskFaults, Trouble};
pub use job::{
    Begun, BindingKept, CommittedFact, DialogId, DirectiveEffects, Done, KeyOwner, LinkCursor,
    RecordingKey, RecordingKeyOrder, Reply, Subscriber, TailFact, Taken,
};
pub use key_ring::KeyRing;
pub use keys::GivenKeys;
pub use month::{KEEP_DAYS_MIN, Kept, Month};
pub use query::{
    AlarmRow, AttemptRow, AuditFilter, AuditRow, BanRow, BindingRow, CallCounts, CallFilter,
    CallRow, CustomerFilter, CustomerRow, Erased, ErasureRow, PAGE_MAX, Page, PhoneRow, Reader,
    RecordingFilter, RecordingRow, RecordingStatus, SpentRow, TrunkRow, UserRow,
};
pub use queue::Full;
pub use rebuild::{Rebuilt, state_of_folder};
pub use soft_keys::SoftKeys;
pub use state_hash::StateHash;
pub use store::Store;
pub use verify::{Bad, BadWhy, Verdict, verify_folder};
pub use writer::Clock;
