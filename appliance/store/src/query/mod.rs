//! Reading: typed questions, each answered by an index. Personal values come out `Clear` and leave only through `rights::view`.
pub(crate) mod alarms;
mod audit;
pub(crate) mod bans;
pub(crate) mod branch;
pub(crate) mod call_settings;
pub(crate) mod calls;
pub(crate) mod customers;
pub(crate) mod devices;
pub(crate) mod erasures;
mod hq;
pub(crate) mod offers;
#[cfg(test)]
mod plans;
pub(crate) mod recordings;
mod spending;
pub use alarms::AlarmRow;
pub use spending::SpentRow;
pub(crate) mod users;

pub use audit::{AuditFilter, AuditRow};
pub use bans::BanRow;
pub use branch::{BindingRow, PhoneRow, TrunkRow};
pub use calls::{AttemptRow, CallCounts, CallFilter, CallRow};
pub use customers::{CustomerFilter, CustomerRow, Erased};
pub use erasures::ErasureRow;
pub use recordings::{RecordingFilter, RecordingRow, RecordingStatus};
pub use users::UserRow;

use crate::error::StoreError;
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::readers::Lent;
use crate::shared::Shared;
use messages::{Extension, PartyId, PartyNumber, Personal};
use std::path::PathBuf;
use std::sync::Arc;

/// Rows of one page at most, whatever is asked for.
pub const PAGE_MAX: usize = 200;

/// Rows, newest first, and where the next page begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<Row, At> {
    pub rows: Vec<Row>,
    /// `None`: there are no more.
    pub next: Option<At>,
}

/// One connection that reads, for as long as it is kept: seconds, not more.
pub struct Reader {
    pub(crate) conn: Lent,
    pub(crate) keys: Arc<Keys>,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) shared: Arc<Shared>,
    /// Of the data: the files of months lie there.
    pub(crate) folder: PathBuf,
}

impl Reader {
    /// The party with this number.
    pub fn party_of(&self, number: &PartyNumber) -> Result<Option<PartyId>, StoreError> {
        crate::writer::party_of(&self.conn, self.keys.blind.index(number))
    }

    fn open<T: messages::PersonalValue>(&self, value: Personal<T>) -> Personal<T> {
        self.ring.open_value(value)
    }
}

/// Cuts one row too many off, and says where it goes on.
fn page<Row, At>(mut rows: Vec<Row>, max: usize, at: impl Fn(&Row) -> At) -> Page<Row, At> {
    let more = rows.len() > max;
    rows.truncate(max);
    let next = if more { rows.last().map(at) } else { None };
    Page { rows, next }
}

/// A page's size within its limits, and one more row to see whether there are more.
fn size(max: usize) -> (usize, i64) {
    let max = max.clamp(1, PAGE_MAX);
    (max, i64::try_from(max).unwrap_or(i64::MAX) + 1)
}

fn ext(extension: Option<&Extension>) -> Option<&str> {
    extension.map(Extension::as_str)
}
