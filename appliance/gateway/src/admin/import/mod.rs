//! Customers from a CSV file: every row is imported, known already, repeated, or written to a file of errors with its reason.
mod columns;
mod errors_file;
mod row;
mod text;

pub use columns::HeaderError;
pub use errors_file::write_errors;
pub use row::{GoodRow, RowError};
pub use text::{decode, is_too_long};

use super::lines::Lines;
use columns::Columns;
use messages::PartyNumber;
use std::collections::BTreeMap;

/// Larger files are refused before they are read.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A file, read. `good.len() + repeated.len() + bad.len() == rows`.
#[derive(Debug, Default)]
pub struct Sheet {
    pub rows: usize,
    pub good: Vec<GoodRow>,
    /// The line, and the line on which the number stood first.
    pub repeated: Vec<(usize, usize)>,
    pub bad: Vec<BadRow>,
    /// Columns that nobody reads, as the file names them.
    pub ignored: Vec<String>,
    /// As the file names them.
    pub header: Vec<String>,
}

/// A row that was not imported, whole.
#[derive(Debug)]
pub struct BadRow {
    pub line: usize,
    pub error: RowError,
    pub fields: Vec<String>,
}

/// Reads a whole sheet. Nothing is imported yet.
pub fn read(text: &str) -> Result<Sheet, HeaderError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(columns::delimiter(text))
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = loop {
        match records.next() {
            Some(Ok(record)) if record.iter().all(str::is_empty) => {}
            Some(Ok(record)) => break record,
            Some(Err(_)) | None => return Err(HeaderError::Empty),
        }
    };
    let columns = Columns::of(&header)?;
    let mut sheet = Sheet {
        ignored: columns.ignored(&header),
        header: header.iter().map(str::to_owned).collect(),
        ..Sheet::default()
    };
    let lines = Lines::of_text(text);
    let line_of = |at: Option<&csv::Position>| {
        let byte = at.map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
        lines.of_row(text, byte)
    };
    let mut seen: BTreeMap<PartyNumber, usize> = BTreeMap::new();
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(bad) => {
                sheet.rows += 1;
                sheet.bad.push(BadRow {
                    line: line_of(bad.position()),
                    error: RowError::Unreadable,
                    fields: Vec::new(),
                });
                continue;
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = line_of(record.position());
        sheet.rows += 1;
        match row::read(&record, &columns, line) {
            Err(error) => sheet.bad.push(BadRow {
                line,
                error,
                fields: record.iter().map(str::to_owned).collect(),
            }),
            Ok(good) => match seen.get(&good.number) {
                Some(first) => sheet.repeated.push((line, *first)),
                None => {
                    seen.insert(good.number.clone(), line);
                    sheet.good.push(good);
                }
            },
        }
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests;
