//! Recordings: pages by customer or phone, one by id.
use super::calls::bind;
use super::{Page, Reader, ext, page, size};
use crate::column;
use crate::error::StoreError;
use messages::{
    CallId, CustomerId, Direction, Extension, PartyId, PartyNumber, PersonName, Personal,
    RecordingId, UtcMs,
};
use rusqlite::{OptionalExtension as _, Row};

/// One recording and the call it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingRow {
    pub recording: RecordingId,
    pub call: CallId,
    pub party: Option<PartyId>,
    pub number: Option<Personal<PartyNumber>>,
    pub customer: Option<CustomerId>,
    pub customer_name: Option<Personal<PersonName>>,
    pub direction: Option<Direction>,
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
    pub started: UtcMs,
    pub status: RecordingStatus,
    /// 20 ms frames that came and could not be kept.
    pub lost_frames: u64,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingStatus {
    Open,
    Closed {
        segments: u32,
        last_tag: Vec<u8>,
        duration_ms: u64,
        bytes: u64,
    },
    /// The process ended with the recording open: what is there plays.
    Cut {
        segments: u32,
        duration_ms: u64,
        bytes: u64,
    },
    Failed {
        code: String,
    },
    /// Its person was erased: the container is off the disk.
    Erased,
}

impl RecordingStatus {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed { .. } => "closed",
            Self::Cut { .. } => "cut",
            Self::Failed { .. } => "failed",
            Self::Erased => "erased",
        }
    }

    /// 0 while it is open and where nothing was kept.
    #[must_use]
    pub const fn duration_ms(&self) -> u64 {
        match self {
            Self::Closed { duration_ms, .. } | Self::Cut { duration_ms, .. } => *duration_ms,
            Self::Open | Self::Failed { .. } | Self::Erased => 0,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct RecordingFilter {
    /// Of calls of this phone, on either side.
    pub extension: Option<Extension>,
    pub customer: Option<CustomerId>,
    /// Behind this one (`Page::next`).
    pub after: Option<RecordingId>,
}

const COLUMNS: &str = "SELECT recording.id, recording.call, recording.party, party.number,
    recording.customer, customer.name, call.direction, recording.extension,
    recording.other_extension, recording.started, recording.lost_frames, recording.state,
    recording.segments, recording.last_tag, recording.duration_ms, recording.bytes, recording.code
    FROM recording LEFT JOIN call ON call.id = recording.call
    LEFT JOIN party ON party.id = recording.party
    LEFT JOIN customer ON customer.id = recording.customer";

const ALL: &str = "WHERE recording.id < ?3 ORDER BY recording.id DESC LIMIT ?4";
const OF_CUSTOMER: &str =
    "WHERE recording.customer = ?1 AND recording.id < ?3 ORDER BY recording.id DESC LIMIT ?4";
const OF_PHONE: &str = "WHERE recording.id IN (
        SELECT id FROM (SELECT id FROM recording WHERE extension = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4)
        UNION
        SELECT id FROM (SELECT id FROM recording WHERE other_extension = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4))
    ORDER BY recording.id DESC LIMIT ?4";
const OF_CUSTOMER_AND_PHONE: &str = "WHERE recording.customer = ?1 AND recording.id < ?3
    AND (recording.extension = ?2 OR recording.other_extension = ?2)
    ORDER BY recording.id DESC LIMIT ?4";

impl Reader {
    /// Newest first, at most `PAGE_MAX`.
    pub fn recordings(
        &self,
        filter: &RecordingFilter,
        max: usize,
    ) -> Result<Page<RecordingRow, RecordingId>, StoreError> {
        let (max, limit) = size(max);
        let which = match (&filter.customer, &filter.extension) {
            (None, None) => ALL,
            (Some(_), None) => OF_CUSTOMER,
            (None, Some(_)) => OF_PHONE,
            (Some(_), Some(_)) => OF_CUSTOMER_AND_PHONE,
        };
        let after = filter.after.map_or([0xff; 16], |id| *id.as_bytes());
        let customer = filter.customer.as_ref().map(CustomerId::as_bytes);
        let mut found = self.conn.prepare_cached(&format!("{COLUMNS} {which}"))?;
        bind(
            &mut found,
            customer,
            ext(filter.extension.as_ref()),
            &after,
            limit,
        )?;
        let mut raw = found.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = raw.next()? {
            rows.push(self.opened_recording(read(row)?));
        }
        Ok(page(rows, max, |row| row.recording))
    }

    pub fn recording(&self, id: RecordingId) -> Result<Option<RecordingRow>, StoreError> {
        let row = self
            .conn
            .prepare_cached(&format!("{COLUMNS} WHERE recording.id = ?"))?
            .query_row([id.as_bytes()], read)
            .optional()?;
        Ok(row.map(|row| self.opened_recording(row)))
    }

    fn opened_recording(&self, mut row: RecordingRow) -> RecordingRow {
        row.number = row.number.map(|number| self.open(number));
        row.customer_name = row.customer_name.map(|name| self.open(name));
        row
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<RecordingRow> {
    Ok(RecordingRow {
        recording: column::id(row, 0, RecordingId::from_bytes)?,
        call: column::id(row, 1, CallId::from_bytes)?,
        party: column::id_or_none(row, 2, PartyId::from_bytes)?,
        number: column::personal_or_none(row, 3)?,
        customer: column::id_or_none(row, 4, CustomerId::from_bytes)?,
        customer_name: column::personal_or_none(row, 5)?,
        direction: column::text_or_none(row, 6, Direction::parse)?,
        extension: column::extension(row, 7)?,
        other_extension: column::extension(row, 8)?,
        started: column::utc(row, 9)?,
        lost_frames: column::count(row, 10)?,
        status: status(row)?,
    })
}

fn status(row: &Row<'_>) -> rusqlite::Result<RecordingStatus> {
    let state: String = row.get(11)?;
    Ok(match state.as_str() {
        "open" => RecordingStatus::Open,
        "closed" => RecordingStatus::Closed {
            segments: row.get(12)?,
            last_tag: row.get(13)?,
            duration_ms: column::count(row, 14)?,
            bytes: column::count(row, 15)?,
        },
        "cut" => RecordingStatus::Cut {
            segments: row.get(12)?,
            duration_ms: column::count(row, 14)?,
            bytes: column::count(row, 15)?,
        },
        "failed" => RecordingStatus::Failed { code: row.get(16)? },
        "erasing" | "erased" => RecordingStatus::Erased,
        _ => return Err(column::unreadable(11, rusqlite::types::Type::Text)),
    })
}

/// For the test that reads their plans.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    [ALL, OF_CUSTOMER, OF_PHONE, OF_CUSTOMER_AND_PHONE]
        .map(|which| format!("{COLUMNS} {which}"))
        .to_vec()
}
