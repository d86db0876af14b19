//! The tables made again from the last checkpoint and the facts behind it: the proof that nothing else has moved them.
use crate::apply::{Context, follow};
use crate::config::StoreConfig;
use crate::error::{StoreError, io};
use crate::key_ring::KeyRing;
use crate::keys::Keys;
use crate::month::{Ledger, create, newest_snapshot};
use crate::state_hash::{State, StateHash, state_hash};
use crate::{column, database, journal};
use messages::fact::{Body, SealedFact};
use messages::journal::Head;
use messages::{PartyNumber, Personal};
use rusqlite::{Connection, params};
use seal::BlindIndex;
use std::fs;
use std::path::Path;

/// Facts and bytes that are held in memory at one time.
const FACTS_AT_ONCE: usize = 2_000;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The checkpoint's last fact; 0: from the first fact on.
    pub from: u64,
    /// Facts that were followed.
    pub facts: u64,
    pub head: Head,
    /// Of the tables as they are kept.
    pub kept: StateHash,
    /// Of the tables as they were made again.
    pub rebuilt: StateHash,
    /// Names of the tables that are not equal.
    pub different: Vec<String>,
}

/// What stands behind which fact: both of one moment.
pub(crate) fn standing(conn: &Connection) -> Result<(Head, State), StoreError> {
    let moment = conn.unchecked_transaction()?;
    Ok((journal::head(&moment)?, state_hash(&moment)?))
}

/// The digest of what stands in the files of a gateway that does not run.
pub fn state_of_folder(folder: &Path) -> Result<StateHash, StoreError> {
    let conn = database::open_reader(&folder.join("branch.db"))?;
    Ok(standing(&conn)?.1.hash)
}

pub(crate) fn rebuild(
    config: &StoreConfig,
    keys: &Keys,
    ring: &KeyRing,
) -> Result<Rebuilt, StoreError> {
    let live = database::open_reader(&config.branch_file())?;
    let (head, kept) = standing(&live)?;
    let scratch = config.folder.join("rebuild.db.part");
    let rebuilt = (|| {
        let mut tables = Tables::start(&live, config, &scratch, keys, ring)?;
        let from = tables.head.seq;
        tables.follow(&live, &config.folder, head.seq)?;
        if tables.head != head {
            return Err(StoreError::ChainBroken(head.seq));
        }
        Ok((from, state_hash(&tables.conn)?))
    })();
    let removed = fs::remove_file(&scratch).map_err(io(&scratch));
    let (from, made) = rebuilt?;
    removed?;
    let pairs = kept.tables.iter().zip(&made.tables);
    let different = pairs.filter(|(kept, made)| kept != made);
    Ok(Rebuilt {
        from,
        facts: head.seq - from,
        head,
        kept: kept.hash,
        rebuilt: made.hash,
        different: different.map(|(kept, _made)| kept.name.clone()).collect(),
    })
}

/// The scratch database.
struct Tables<'a> {
    conn: Connection,
    /// The last fact that was followed.
    head: Head,
    keys: &'a Keys,
    ring: &'a KeyRing,
}

impl<'a> Tables<'a> {
    fn start(
        live: &Connection,
        config: &StoreConfig,
        scratch: &Path,
        keys: &'a Keys,
        ring: &'a KeyRing,
    ) -> Result<Self, StoreError> {
        let (months, oldest) = {
            let ledger = Ledger::of(live, &config.folder)?;
            (ledger.months.clone(), ledger.oldest())
        };
        let mut tables = Self {
            conn: create(scratch)?,
            head: Head::EMPTY,
            keys,
            ring,
        };
        let snapshot = newest_snapshot(&config.folder, &months);
        let sound = snapshot.filter(|(_, hash, path)| is_sound(path, *hash));
        if let Some((head, _, path)) = sound {
            fs::copy(&path, scratch).map_err(io(&path))?;
            tables.conn = Connection::open(scratch)?;
            tables.head = head;
        } else if oldest > 1 {
            return Err(StoreError::NoCheckpoint);
        }
        tables.conn.pragma_update(None, "journal_mode", "MEMORY")?;
        tables.conn.pragma_update(None, "synchronous", "OFF")?;
        tables.conn.pragma_update(None, "foreign_keys", false)?;
        database::migrate_branch(&mut tables.conn)?;
        tables.find_parties_again()?;
        Ok(tables)
    }

    /// A snapshot does not hold the blind indexes: they follow from the sealed numbers.
    fn find_parties_again(&self) -> Result<(), StoreError> {
        let mut found = self.conn.prepare("SELECT id, number FROM party")?;
        let rows = found.query_map([], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, column::personal(row, 1)?))
        })?;
        let parties: Vec<(Vec<u8>, Personal<PartyNumber>)> = rows.collect::<Result<_, _>>()?;
        self.conn.execute_batch("BEGIN")?;
        let mut put = self
            .conn
            .prepare("UPDATE party SET blind = ? WHERE id = ?")?;
        for (id, number) in parties {
            put.execute(params![self.blind(number).map(|blind| blind.0), id])?;
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(())
    }

    fn blind(&self, number: Personal<PartyNumber>) -> Option<BlindIndex> {
        let number = self.ring.open_value(number);
        number.clear().map(|number| self.keys.blind.index(number))
    }

    fn follow(&mut self, live: &Connection, folder: &Path, upto: u64) -> Result<(), StoreError> {
        self.conn.execute_batch("BEGIN")?;
        while self.head.seq < upto {
            let ledger = Ledger::of(live, folder)?;
            let facts = ledger.facts_after(self.head.seq, FACTS_AT_ONCE, BYTES_AT_ONCE)?;
            if facts.is_empty() {
                return Err(StoreError::ChainBroken(self.head.seq + 1));
            }
            for (seq, bytes) in facts {
                if seq <= upto {
                    self.follow_one(seq, bytes)?;
                }
            }
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(())
    }

    /// A kind that this version does not know has moved nothing here either.
    fn follow_one(&mut self, seq: u64, bytes: Vec<u8>) -> Result<(), StoreError> {
        let broken = |_bad| StoreError::ChainBroken(seq);
        let fact = SealedFact::decode(bytes).map_err(broken)?;
        self.head = Head {
            seq,
            hash: fact.chained(self.head.hash),
        };
        let Some(body) = fact.body().map_err(broken)? else {
            return Ok(());
        };
        let context = Context {
            utc: fact.envelope().utc,
            blind: self.blind_of(&body),
        };
        follow(&self.conn, context, &body)?;
        Ok(())
    }

    #[allow(clippy::wildcard_enum_match_arm)] // only a party that is met has an index
    fn blind_of(&self, body: &Body) -> Option<BlindIndex> {
        match body {
            Body::PartyMet(met) => self.blind(met.number.clone()),
            _ => None,
        }
    }
}

/// The snapshot is what its checkpoint says.
fn is_sound(path: &Path, hash: StateHash) -> bool {
    let read = database::open_month(path).and_then(|conn| state_hash(&conn));
    read.is_ok_and(|state| state.hash == hash)
}

#[cfg(test)]
mod tests;
