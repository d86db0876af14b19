//! What headquarters keeps: the branches' journals and everything counted and listed from them, behind one `Store`.
#![forbid(unsafe_code)]

mod call;
pub mod conformance;
mod customer;
mod day;
mod dead_letter;
mod erasure;
mod error;
mod intake;
mod keys;
mod limit;
mod line;
mod recording;
mod register;
pub mod rollup;
mod sqlite;
mod store;
mod user;
mod walk;
mod wish;

pub use call::{CallCursor, CallEnd, CallQuery, CallRecord};
pub use customer::{CustomerCursor, CustomerQuery, CustomerRecord};
pub use day::{HOUR_MS, day_of, hour_of};
pub use dead_letter::{
    CODES as DEAD_LETTER_CODES, DeadLetter, DeadLetterCursor, DeadLetterQuery, RETRY_MAX, Retried,
    Retry,
};
pub use erasure::{Erased, Unconfirmed};
pub use error::StoreError;
pub use intake::{BoxRecord, FactBatch, Greeting, Ingested, JournalRow, Unfit};
pub use keys::{KeyBook, KeyBookError, Offered};
pub use limit::{PAGE_MAX, PageLimit};
pub use line::{
    BreakKind, BreakQuery, CloseBreak, Closed, LineBreak, LineChange, LineFact, LineMove,
    NotClosed, RawTaken,
};
pub use recording::{RecordingCursor, RecordingQuery, RecordingRecord, RecordingState};
pub use register::{
    By, CertificateRecord, Enrolment, NewCertificate, NewEnrolment, Register, TRIES_MAX, Tried,
};
pub use rollup::{RollupQuery, RollupRow, Tally};
pub use sqlite::SqliteStore;
pub use store::{Rebuilt, Store};
pub use user::{AuditRow, Deed, UserRecord};
pub use walk::{BackupRecord, RestoredRecord, Walk};
pub use wish::{
    CommandAnswer, CommandRecord, DirectiveQuery, DirectiveRecord, DncAuthor, DncRecord,
    InboxState, Issued, PolicyRecord, Receipt, Sign, Wanted,
};
