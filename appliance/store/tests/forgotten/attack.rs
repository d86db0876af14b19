//! Somebody who holds files and keys and tries every key on everything: written against the formats, not with the product's own code.
use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use media::recording::{Reader, RecordingHeader};
use messages::fact::{Body, SealedFact};
use messages::{PartyId, PartyNumber, PersonName, Personal, RecordingId, Sealed, wire};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

type Key = [u8; 32];

/// Whatever either side seals for.
const TENANTS: [&str; 3] = ["branch", "hq", "headquarters sz-01"];
const PURPOSES: [&str; 3] = [
    "zhunkehu box secrets 1",
    "zhunkehu box recordings 1",
    "zhunkehu hq box 1 sz-01",
];
const FIELDS: [&str; 2] = ["name", "number"];
/// More than there ever were.
const GENERATIONS: core::ops::Range<u32> = 0..12;
const VERSIONS: core::ops::Range<u32> = 0..4;

/// A key under another one, and every place that it could have been wrapped for.
struct Wrapped {
    bytes: Vec<u8>,
    places: Vec<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Loot {
    keys: BTreeSet<Key>,
    wrapped: Vec<Wrapped>,
    values: Vec<Sealed>,
    containers: Vec<(RecordingId, PartyId, Vec<u8>)>,
}

/// How much of what there is of a person opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) values: usize,
    pub(super) of_values: usize,
    pub(super) containers: usize,
    pub(super) of_containers: usize,
}

impl Loot {
    /// Every file below that is 32 bytes long is a key.
    pub(super) fn take_keys(&mut self, folder: &Path) {
        for path in files(folder) {
            let bytes = fs::read(&path).unwrap();
            self.keys.extend(Key::try_from(bytes.as_slice()).ok());
        }
    }

    /// Every database and every container below.
    pub(super) fn take_data(&mut self, folder: &Path) {
        for path in files(folder) {
            let name = path.file_name().unwrap().to_str().unwrap();
            match name {
                "vault.db" | "hq-keys.db" => self.take_wrapped(&path),
                "branch.db" | "hq.db" => self.take_values(&path),
                _ if name.ends_with(".zkr") => self.take_container(&path),
                _ => {}
            }
        }
    }

    fn take_wrapped(&mut self, path: &Path) {
        let (_copy, db) = opened(path);
        let mut found = db.prepare("SELECT party, wrapped FROM party_key").unwrap();
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        for row in rows.unwrap() {
            let (party, bytes): ([u8; 16], Vec<u8>) = row.unwrap();
            let places = party_places(party);
            self.wrapped.push(Wrapped { bytes, places });
        }
        if path.ends_with("hq-keys.db") {
            return;
        }
        let sql = "SELECT recording, party, wrapped FROM recording_key WHERE party IS NOT NULL";
        let mut found = db.prepare(sql).unwrap();
        let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        for row in rows.unwrap() {
            let (recording, party, bytes): ([u8; 16], [u8; 16], Vec<u8>) = row.unwrap();
            let places = recording_places(party, recording);
            self.wrapped.push(Wrapped { bytes, places });
        }
    }

    fn take_values(&mut self, path: &Path) {
        let (_copy, db) = opened(path);
        let mut found = db.prepare("SELECT bytes FROM journal").unwrap();
        let rows = found.query_map([], |row| row.get::<_, Vec<u8>>(0));
        for row in rows.unwrap() {
            let fact = SealedFact::decode(row.unwrap()).unwrap();
            let body = fact.body().unwrap();
            self.values.extend(body.into_iter().flat_map(sealed_in));
        }
        for sql in [
            "SELECT number FROM party WHERE number IS NOT NULL",
            "SELECT name FROM customer WHERE name IS NOT NULL",
        ] {
            let mut found = db.prepare(sql).unwrap();
            let rows = found.query_map([], |row| row.get::<_, Vec<u8>>(0));
            for row in rows.unwrap() {
                let value: Option<Sealed> = wire::decode(&row.unwrap()).unwrap();
                self.values.extend(value);
            }
        }
    }

    fn take_container(&mut self, path: &Path) {
        let bytes = fs::read(path).unwrap();
        let (header, _) = RecordingHeader::parse(&bytes).unwrap();
        let party = header.party.unwrap();
        self.wrapped.push(Wrapped {
            bytes: header.wrapped_key,
            places: recording_places(*party.as_bytes(), *header.recording.as_bytes()),
        });
        self.containers.push((header.recording, party, bytes));
    }

    /// Every key opens every other one that it can, until there is nothing new.
    pub(super) fn open_everything(&mut self) {
        let derived: Vec<Key> = self
            .keys
            .iter()
            .flat_map(|key| PURPOSES.map(|purpose| derive(key, purpose)))
            .collect();
        self.keys.extend(derived);
        loop {
            let mut new = Vec::new();
            for wrapped in &self.wrapped {
                for key in &self.keys {
                    let opened = wrapped
                        .places
                        .iter()
                        .find_map(|aad| open(key, aad, &wrapped.bytes));
                    new.extend(opened.and_then(|clear| Key::try_from(clear.as_slice()).ok()));
                }
            }
            let before = self.keys.len();
            self.keys.extend(new);
            if self.keys.len() == before {
                return;
            }
        }
    }

    pub(super) fn opened_of(&self, party: PartyId) -> Opened {
        let values: Vec<&Sealed> = self
            .values
            .iter()
            .filter(|one| one.party == party)
            .collect();
        let containers: Vec<_> = self
            .containers
            .iter()
            .filter(|one| one.1 == party)
            .collect();
        Opened {
            of_values: values.len(),
            values: values.iter().filter(|one| self.opens_value(one)).count(),
            of_containers: containers.len(),
            containers: containers
                .iter()
                .filter(|one| self.opens_container(&one.2))
                .count(),
        }
    }

    fn opens_value(&self, sealed: &Sealed) -> bool {
        let places: Vec<Vec<u8>> = TENANTS
            .iter()
            .flat_map(|tenant| FIELDS.map(|field| (*tenant, field)))
            .flat_map(|(tenant, field)| {
                VERSIONS.map(move |version| {
                    value_place(tenant, *sealed.party.as_bytes(), field, version)
                })
            })
            .collect();
        self.keys.iter().any(|key| {
            places
                .iter()
                .any(|aad| open(key, aad, &sealed.cipher).is_some())
        })
    }

    fn opens_container(&self, bytes: &[u8]) -> bool {
        self.keys.iter().any(|key| {
            Reader::open(Cursor::new(bytes.to_vec()), key, None)
                .and_then(|mut reader| reader.verify())
                .is_ok_and(|info| info.segments > 0)
        })
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // the others hold nothing personal
fn sealed_in(body: Body) -> Vec<Sealed> {
    fn of<T>(value: Personal<T>) -> Option<Sealed> {
        match value {
            Personal::Sealed(sealed) => Some(sealed),
            Personal::Clear(_) | Personal::Erased => None,
        }
    }
    let number = |value: Personal<PartyNumber>| of(value);
    let name = |value: Personal<PersonName>| of(value);
    let found = match body {
        Body::PartyMet(body) => vec![number(body.number)],
        Body::CustomerImported(body) => vec![name(body.name), number(body.number)],
        Body::CallStarted(body) => vec![body.outside.and_then(|outside| number(outside.number))],
        Body::DialBlocked(body) => vec![body.outside.and_then(|outside| number(outside.number))],
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// A copy is opened: looking at a file must not change it.
fn opened(path: &Path) -> (tempfile::TempDir, Connection) {
    let copy = tempfile::tempdir().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    for name in [name.to_owned(), format!("{name}-wal")] {
        let from = path.with_file_name(&name);
        if from.exists() {
            fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    let db = Connection::open(copy.path().join(name)).unwrap();
    (copy, db)
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = sealed.split_at_checked(12)?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt(&nonce.into(), Payload { msg, aad }).ok()
}

fn derive(key: &Key, purpose: &str) -> Key {
    *seal::Key::from_bytes(*key).derive(purpose).expose()
}

fn associated(parts: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    for part in parts {
        data.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

fn value_place(tenant: &str, party: [u8; 16], field: &str, version: u32) -> Vec<u8> {
    let version = version.to_be_bytes();
    associated(&[
        b"value",
        tenant.as_bytes(),
        &party,
        field.as_bytes(),
        &version,
    ])
}

fn party_places(party: [u8; 16]) -> Vec<Vec<u8>> {
    let mut places = Vec::new();
    for tenant in TENANTS {
        for version in VERSIONS {
            let version = version.to_be_bytes();
            places.push(associated(&[
                b"key offer",
                tenant.as_bytes(),
                &party,
                &version,
            ]));
            for generation in GENERATIONS {
                let generation = generation.to_be_bytes();
                let parts: [&[u8]; 5] = [
                    b"party key",
                    tenant.as_bytes(),
                    &party,
                    &version,
                    &generation,
                ];
                places.push(associated(&parts));
            }
        }
    }
    places
}

fn recording_places(party: [u8; 16], recording: [u8; 16]) -> Vec<Vec<u8>> {
    let mut places = vec![associated(&[b"box recording", &recording])];
    for tenant in TENANTS {
        for version in VERSIONS {
            let mut place = value_place(tenant, party, "recording key", version);
            place.extend_from_slice(&recording);
            places.push(place);
        }
    }
    places
}
