//! One digest of everything that stands: equal for two databases exactly if facts have brought them to the same place.
//!
//! SHA-256 over `zhunkehu state 1` and, for each table in the order of names, its name and its own digest. A table's
//! digest is SHA-256 over its column names and its rows in the order of the primary key; each text, each blob and each
//! number stands behind a byte that says what it is and its length (4 bytes, big endian), so that nothing runs
//! together. Sealed columns count as the bytes they are. What no fact moves is left out: `NOT_MOVED`.
//! Rows are streamed: 100,000 customers need no more memory than one.
use crate::error::StoreError;
use rusqlite::{Connection, types::ValueRef};
use sha2::{Digest as _, Sha256};

/// Tables and columns (`table.column`) that no fact moves, or that follow from what is hashed already.
/// A table that is not named here is part of the hash, and a rebuild from facts has to bring it back.
const NOT_MOVED: &[&str] = &[
    "journal",                 // the facts themselves
    "month",                   // where they lie
    "refinery_schema_history", // the schema's own book
    "dialog",
    "link_cursor",
    "directive", // the inbox: its effects are facts
    "box_command",
    "key_offer", // counted on from what each database has offered before
    "restored",
    "party.blind", // follows from the sealed number and the branch's key; goes when the person is erased
    "phone_binding.contact", // refreshes are no facts
    "phone_binding.expires",
];

/// A digest of the current-state tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateHash(pub [u8; 32]);

impl core::fmt::Display for StateHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl core::fmt::Debug for StateHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "StateHash({self})")
    }
}

/// The digest, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) hash: StateHash,
    /// By name.
    pub(crate) tables: Vec<TableHash>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableHash {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) digest: [u8; 32],
}

/// A table that facts move, and the columns of it that count.
pub(crate) struct MovedTable {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    key: Vec<String>,
}

/// Reads every row. Inside of a read transaction it is the state of one moment.
pub(crate) fn state_hash(conn: &Connection) -> Result<State, StoreError> {
    let mut all = Sha256::new();
    text(&mut all, "zhunkehu state 1");
    let mut tables = Vec::new();
    for table in moved_tables(conn)? {
        let hashed = table_hash(conn, &table)?;
        text(&mut all, &hashed.name);
        all.update(hashed.digest);
        tables.push(hashed);
    }
    let hash = StateHash(all.finalize().into());
    Ok(State { hash, tables })
}

/// In the order of names.
pub(crate) fn moved_tables(conn: &Connection) -> Result<Vec<MovedTable>, StoreError> {
    let mut found = conn.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY name",
    )?;
    let names = found.query_map([], |row| row.get::<_, String>(0))?;
    let mut tables = Vec::new();
    for name in names {
        let name = name?;
        if !NOT_MOVED.contains(&name.as_str()) {
            tables.push(moved_table(conn, name)?);
        }
    }
    Ok(tables)
}

fn moved_table(conn: &Connection, name: String) -> Result<MovedTable, StoreError> {
    let mut found = conn.prepare("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid")?;
    let columns = found.query_map([&name], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?))
    })?;
    let columns: Vec<(String, u32)> = columns.collect::<Result<_, _>>()?;
    let mut key: Vec<_> = columns.iter().filter(|(_, at)| *at > 0).collect();
    key.sort_by_key(|(_, at)| *at);
    let key = key.into_iter().map(|(column, _)| quoted(column)).collect();
    let counts = |column: &String| !NOT_MOVED.contains(&format!("{name}.{column}").as_str());
    let columns = columns.iter().map(|(column, _)| column.clone());
    Ok(MovedTable {
        columns: columns.filter(counts).collect(),
        key,
        name,
    })
}

impl MovedTable {
    /// Its rows in the order of its key.
    pub(crate) fn select(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            quoted(&self.name),
            self.key.join(", ")
        )
    }

    pub(crate) fn insert(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let places = vec!["?"; columns.len()];
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quoted(&self.name),
            columns.join(", "),
            places.join(", ")
        )
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn table_hash(conn: &Connection, table: &MovedTable) -> Result<TableHash, StoreError> {
    let mut digest = Sha256::new();
    for column in &table.columns {
        text(&mut digest, column);
    }
    let mut found = conn.prepare(&table.select())?;
    let mut raw = found.query([])?;
    let mut rows = 0;
    while let Some(row) = raw.next()? {
        rows += 1;
        digest.update(b"r");
        for at in 0..table.columns.len() {
            value(&mut digest, row.get_ref(at)?);
        }
    }
    Ok(TableHash {
        name: table.name.clone(),
        rows,
        digest: digest.finalize().into(),
    })
}

fn value(digest: &mut Sha256, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => digest.update(b"n"),
        ValueRef::Integer(number) => part(digest, b'i', &number.to_be_bytes()),
        ValueRef::Real(number) => part(digest, b'f', &number.to_be_bytes()),
        ValueRef::Text(bytes) => part(digest, b't', bytes),
        ValueRef::Blob(bytes) => part(digest, b'b', bytes),
    }
}

fn text(digest: &mut Sha256, text: &str) {
    part(digest, b't', text.as_bytes());
}

fn part(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    digest.update([kind]);
    digest.update(len.to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests;
