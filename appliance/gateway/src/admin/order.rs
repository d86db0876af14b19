//! What the command line can have done, and what it is told: the same words over the control socket and in one process.
use messages::command::Role;
use messages::{CustomerId, Extension, RecordingId, UserName};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Rows of one import order at most: one commit each.
pub const IMPORT_ROWS_MAX: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Apply {
        /// The name that errors carry.
        file: String,
        text: String,
        dry_run: bool,
    },
    Import {
        batch: String,
        rows: Vec<OrderRow>,
    },
    /// `refuses`: no call from now on; else it may be called again.
    SetContact {
        number: String,
        refuses: bool,
        reason: String,
    },
    CreateUser {
        user: UserName,
        role: Role,
        extension: Option<Extension>,
        password: String,
    },
    ResetPassword {
        user: UserName,
        password: String,
    },
    ListUsers,
    Verify,
    /// Forget a person for good, and wait for the vault.
    EraseCustomer {
        customer: CustomerId,
        reason: String,
        never_call: bool,
    },
    EraseNumber {
        number: String,
        reason: String,
        never_call: bool,
    },
    /// Wrap every key of the vault anew, and wait for it.
    RotateVault,
    /// Into a file, or into a folder under a name of its time.
    BackUp {
        to: PathBuf,
        vault: bool,
    },
    CloseMonth,
    Rebuild,
    ListMonths,
    ListRecordings {
        max: usize,
    },
    /// The answer is followed by the WAV.
    ExportRecording {
        recording: RecordingId,
    },
}

/// A row of an import that was read without error.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderRow {
    pub name: String,
    pub number: String,
    pub stage: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// What was changed, or would be.
    Configured {
        changes: Vec<ChangeLine>,
    },
    /// The file is wrong: nothing was changed. One line each.
    PlanWrong {
        errors: Vec<String>,
    },
    Imported {
        new: usize,
        known: usize,
    },
    Done,
    /// It was begun and goes on by itself.
    GoesOn,
    Users(Vec<UserLine>),
    Verified {
        /// The first fact that is kept.
        first: u64,
        checked: u64,
        /// The first bad seq, and why.
        bad: Option<(u64, String)>,
        /// The digest of what stands.
        state: String,
    },
    BackedUp {
        file: PathBuf,
        bytes: u64,
        /// The last fact in it.
        upto: u64,
        /// How many it names; it holds none.
        recordings: u64,
    },
    Months(Vec<MonthLine>),
    Rebuilt {
        /// The checkpoint that it began behind; 0: at the first fact.
        from: u64,
        facts: u64,
        /// Digests of the tables as they are kept, and as they were made again.
        kept: String,
        rebuilt: String,
        /// Tables that are not equal.
        different: Vec<String>,
    },
    Recordings(Vec<RecordingLine>),
    /// The WAV was written whole.
    Exported {
        segments: u32,
        duration_ms: u64,
        /// `complete`, `cut`, `tampered`
        ended: String,
    },
    /// A refusal of the rules, by its code.
    Refused {
        code: String,
    },
    /// Trouble of the machine.
    Failed {
        code: String,
        why: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    /// `policy`, `phone`, `trunk`, `rules`
    pub what: String,
    pub which: String,
    /// `added`, `changed`, `removed`
    pub part: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthLine {
    /// `2026-11`
    pub month: String,
    pub first: u64,
    pub last: u64,
    pub state: String,
    /// It is no longer kept here.
    pub pruned: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserLine {
    pub user: UserName,
    pub role: Role,
    pub extension: Option<Extension>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingLine {
    pub recording: RecordingId,
    /// ms UTC
    pub started: i64,
    pub extension: Option<Extension>,
    /// `open`, `closed`, `cut`, `failed`, `erased`
    pub status: String,
    pub duration_ms: u64,
}
