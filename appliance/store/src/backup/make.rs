//! Making a backup while the gateway works: a copy of one moment, checked, sealed, written beside its name, read again.
use super::archive::{Header, SealedReader, SealedWriter};
use super::{BackupError, Kind, Made, Manifest, Part};
use crate::error::{StoreError, io as io_at};
use crate::month::{Ledger, newest_snapshot};
use crate::store::Store;
use crate::{database, journal, verify};
use messages::UtcMs;
use messages::journal::Head;
use rusqlite::Connection;
use sansio::Secrets;
use seal::Key;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file that goes in, and the name it has there.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Whose backup, of which kind, under which key.
pub(super) struct Order<'a> {
    pub(super) store: &'a Store,
    pub(super) kind: Kind,
    pub(super) key: Key,
    pub(super) file: &'a Path,
}

/// Journal and tables.
pub(crate) fn make(
    store: &Store,
    file: &Path,
    recordings: &Path,
    secrets: &mut dyn Secrets,
) -> Result<Made, StoreError> {
    let _one_at_a_time = store.months_lock();
    store.flush();
    let config = store.config();
    let stage = config.folder.join("branch.db.part-backup");
    let order = Order {
        store,
        kind: Kind::Data,
        key: store.backup_key(Kind::Data),
        file,
    };
    staged(&config.branch_file(), &stage, |stage| {
        without_blind_indexes(stage)?;
        let (head, sources) = sources(stage, &config.folder)?;
        order.write(head, &sources, listed(recordings)?, secrets)
    })
}

/// One moment of a database, in a file of its own for as long as `with` needs it.
pub(super) fn staged<T>(
    from: &Path,
    stage: &Path,
    with: impl FnOnce(&Path) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let gone = |path: &Path| match fs::remove_file(path) {
        Err(bad) if bad.kind() != io::ErrorKind::NotFound => Err(io_at(path)(bad)),
        Ok(()) | Err(_) => Ok(()),
    };
    gone(stage)?;
    let done = database::open_checkpointer(from).and_then(|conn| {
        let name = stage.to_str().ok_or(StoreError::Row("path".to_owned()))?;
        conn.execute("VACUUM INTO ?", [name])?;
        with(stage)
    });
    gone(stage)?;
    done
}

/// They are pseudonyms of persons who may be erased while the backup lives; a start makes them again.
fn without_blind_indexes(stage: &Path) -> Result<(), StoreError> {
    let conn = Connection::open(stage)?;
    conn.pragma_update(None, "journal_mode", "OFF")?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.execute("UPDATE party SET blind = NULL", [])?;
    Ok(())
}

/// The copy is sound and the chain holds through all months; then they are what goes in.
fn sources(stage: &Path, folder: &Path) -> Result<(Head, Vec<Source>), StoreError> {
    let conn = database::open_month(stage)?;
    database::quick_check(&conn, "branch.db")?;
    let ledger = Ledger::of(&conn, folder)?;
    let head = journal::head(&conn)?;
    if let Some(bad) = verify::verify(&ledger, &[])?.bad {
        return Err(StoreError::ChainBroken(bad.seq));
    }
    let mut paths: Vec<PathBuf> = ledger.filed().map(|month| month.file(folder)).collect();
    paths.extend(newest_snapshot(folder, &ledger.months).map(|(_, _, path)| path));
    let mut sources: Vec<Source> = paths.into_iter().filter_map(named).collect();
    sources.push(Source {
        name: "branch.db".to_owned(),
        path: stage.to_owned(),
    });
    Ok((head, sources))
}

fn named(path: PathBuf) -> Option<Source> {
    let name = path.file_name()?.to_str()?.to_owned();
    Some(Source { name, path })
}

/// Names below the folder, and sizes.
fn listed(folder: &Path) -> Result<Vec<(String, u64)>, StoreError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        let entries = match fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(bad) if bad.kind() == io::ErrorKind::NotFound => continue,
            Err(bad) => return Err(io_at(&at)(bad)),
        };
        for entry in entries {
            let path = entry.map_err(io_at(&at))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let (Ok(name), Ok(about)) = (path.strip_prefix(folder), path.metadata()) {
                found.push((name.display().to_string(), about.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

impl Order<'_> {
    /// Written beside its name, synced, read again, then named.
    pub(super) fn write(
        &self,
        head: Head,
        sources: &[Source],
        recordings: Vec<(String, u64)>,
        secrets: &mut dyn Secrets,
    ) -> Result<Made, StoreError> {
        let made = self.store.now().utc;
        let manifest = Manifest {
            box_id: self.store.config().box_id.clone(),
            made,
            head,
            files: sources.iter().map(measured).collect::<Result<_, _>>()?,
            recordings,
        };
        let mut part = self.file.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let written = self
            .seal(&part, made, &manifest, sources, secrets)
            .and_then(|()| check(&part, self.kind, &self.key, &manifest));
        if let Err(bad) = written {
            let _may_not_be_there = fs::remove_file(&part);
            return Err(bad);
        }
        fs::rename(&part, self.file).map_err(io_at(self.file))?;
        sync_folder(self.file)?;
        let bytes = self.file.metadata().map_err(io_at(self.file))?.len();
        Ok(Made {
            file: self.file.to_owned(),
            bytes,
            manifest,
        })
    }

    fn seal(
        &self,
        part: &Path,
        made: UtcMs,
        manifest: &Manifest,
        sources: &[Source],
        secrets: &mut dyn Secrets,
    ) -> Result<(), StoreError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(part)
            .map_err(io_at(part))?;
        let header = Header {
            kind: self.kind,
            made,
        };
        let to = BufWriter::with_capacity(1 << 18, file);
        let mut to = SealedWriter::begin(to, header, &self.key, secrets).map_err(io_at(part))?;
        manifest.write(&mut to)?;
        for source in sources {
            let mut from = File::open(&source.path).map_err(io_at(&source.path))?;
            io::copy(&mut from, &mut to).map_err(io_at(part))?;
        }
        let file = to.end().map_err(io_at(part))?.into_inner();
        let file = file.map_err(|bad| io_at(part)(bad.into_error()))?;
        file.sync_all().map_err(io_at(part))
    }
}

fn measured(source: &Source) -> Result<Part, StoreError> {
    let mut file = File::open(&source.path).map_err(io_at(&source.path))?;
    let mut digest = Digest::default();
    let bytes = io::copy(&mut file, &mut digest).map_err(io_at(&source.path))?;
    Ok(Part {
        name: source.name.clone(),
        bytes,
        sha256: digest.0.finalize().into(),
    })
}

/// Counts what is written to it into a hash.
#[derive(Default)]
pub(super) struct Digest(pub(super) Sha256);

impl Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens every segment from the disk: it is what it was to be, to its end.
fn check(part: &Path, kind: Kind, key: &Key, expected: &Manifest) -> Result<(), StoreError> {
    let (mut from, manifest) = open(part, kind, key)?;
    if manifest != *expected {
        return Err(BackupError::NotWhole("its list".to_owned()).into());
    }
    for file in &manifest.files {
        take(&mut from, file, &mut io::sink())?;
    }
    at_end(&mut from)
}

pub(super) type Opened = SealedReader<BufReader<File>>;

/// A backup up to where its files begin.
pub(super) fn open(path: &Path, kind: Kind, key: &Key) -> Result<(Opened, Manifest), StoreError> {
    let file = File::open(path).map_err(io_at(path))?;
    let mut from = BufReader::with_capacity(1 << 18, file);
    let header = Header::read(&mut from)?;
    if header.kind != kind {
        return Err(BackupError::OtherKind.into());
    }
    let mut from = SealedReader::begin(from, header, key).map_err(opening)?;
    let manifest = Manifest::read(&mut from)?;
    Ok((from, manifest))
}

/// One file out of it, which has to be what the list says.
pub(super) fn take(from: &mut Opened, part: &Part, to: &mut dyn Write) -> Result<(), StoreError> {
    let mut digest = Digest::default();
    let mut left = part.bytes;
    let mut buffer = vec![0; 1 << 16];
    while left > 0 {
        let want = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let got = from.read(&mut buffer[..want]).map_err(opening)?;
        if got == 0 {
            return Err(BackupError::NotWhole(part.name.clone()).into());
        }
        digest.0.update(&buffer[..got]);
        to.write_all(&buffer[..got]).map_err(sealing)?;
        left -= got as u64;
    }
    if digest.0.finalize()[..] != part.sha256 {
        return Err(BackupError::NotWhole(part.name.clone()).into());
    }
    Ok(())
}

pub(super) fn at_end(from: &mut Opened) -> Result<(), StoreError> {
    match from.read(&mut [0]).map_err(opening)? {
        0 => Ok(()),
        _more => Err(BackupError::NotWhole("bytes behind its files".to_owned()).into()),
    }
}

pub(super) fn sync_folder(of: &Path) -> Result<(), StoreError> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(io_at(folder))
}

/// Trouble while reading: what is not authentic is said as such.
pub(super) fn opening(bad: io::Error) -> StoreError {
    let forged = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    if forged.contains(&bad.kind()) {
        BackupError::NotAuthentic.into()
    } else {
        io_at(Path::new("backup"))(bad)
    }
}

pub(super) fn sealing(bad: io::Error) -> StoreError {
    io_at(Path::new("backup"))(bad)
}
