//! The folder of one box: `current.cbor` names the whole snapshot, `incoming.cbor` the next one, each part lies under its hash.
use core::fmt::Write as _;
use identity::whole_file;
use messages::snapshot::{
    PIECE_BYTES_MAX, Snapshot, SnapshotPart, SnapshotPiece, SnapshotRead, SnapshotRefused,
    SnapshotStands,
};
use messages::{BoxId, KEY_BACKUP_DAYS_MAX, UtcMs, wire};
use serde::de::DeserializeOwned;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const CURRENT: &str = "current.cbor";
const INCOMING: &str = "incoming.cbor";
const DAY_MS: i64 = 86_400_000;

pub struct Shelf {
    folder: PathBuf,
    /// One change at a time.
    busy: Mutex<()>,
}

/// A box's whole snapshot, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub box_id: BoxId,
    pub snapshot: Snapshot,
    /// From then on it is gone: keys are not kept longer.
    pub expires: UtcMs,
}

type Done<T> = Result<T, SnapshotRefused>;

fn bad(path: &Path) -> impl FnOnce(io::Error) -> SnapshotRefused {
    let path = path.display().to_string();
    move |bad| {
        tracing::warn!(path, %bad, "a snapshot's file");
        SnapshotRefused::Unavailable
    }
}

/// Behind the time after which no backup of keys may live.
const fn expires(made: UtcMs) -> UtcMs {
    UtcMs(made.0.saturating_add(KEY_BACKUP_DAYS_MAX * DAY_MS))
}

impl Shelf {
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            busy: Mutex::new(()),
        }
    }

    /// The whole snapshot of a box.
    pub fn newest(&self, box_id: &BoxId) -> Done<Option<Snapshot>> {
        read(&self.of(box_id).join(CURRENT))
    }

    /// A snapshot is to come. What is here of its parts stays; parts of another one that never became whole go.
    pub fn offer(&self, box_id: &BoxId, snapshot: &Snapshot, now: UtcMs) -> Done<SnapshotStands> {
        if !snapshot.fits() || expires(snapshot.made) <= now {
            return Err(SnapshotRefused::Unfit);
        }
        let _alone = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.of(box_id);
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        made.map_err(bad(&folder))?;
        write(&folder.join(INCOMING), snapshot)?;
        let current: Option<Snapshot> = read(&folder.join(CURRENT))?;
        sweep(&folder, [Some(snapshot), current.as_ref()])?;
        self.settle(&folder, snapshot)
    }

    /// The next piece of a part of what was offered.
    pub fn put(&self, box_id: &BoxId, piece: &SnapshotPiece) -> Done<SnapshotStands> {
        let _alone = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.of(box_id);
        let incoming: Option<Snapshot> = read(&folder.join(INCOMING))?;
        let incoming = incoming.ok_or(SnapshotRefused::UnknownPart)?;
        let part = incoming
            .parts
            .iter()
            .find(|part| part.sha256 == piece.sha256)
            .ok_or(SnapshotRefused::UnknownPart)?;
        let have = have(&folder, part)?;
        let end = have.saturating_add(piece.bytes.len() as u64);
        if piece.offset != have || end > part.bytes || piece.bytes.len() > PIECE_BYTES_MAX {
            return Err(SnapshotRefused::Offset);
        }
        let path = folder.join(partly(part));
        append(&path, &piece.bytes).map_err(bad(&path))?;
        if end == part.bytes {
            check(&folder, part)?;
        }
        self.settle(&folder, &incoming)
    }

    /// A piece of a part of the whole snapshot.
    pub fn get(&self, box_id: &BoxId, ask: &SnapshotRead) -> Done<Vec<u8>> {
        let folder = self.of(box_id);
        let current: Option<Snapshot> = read(&folder.join(CURRENT))?;
        let part = current
            .as_ref()
            .and_then(|one| one.parts.iter().find(|part| part.sha256 == ask.sha256))
            .ok_or(SnapshotRefused::UnknownPart)?;
        if ask.offset > part.bytes {
            return Err(SnapshotRefused::Offset);
        }
        let path = folder.join(whole(part));
        let mut bytes = Vec::new();
        let taken = (|| {
            let mut file = File::open(&path)?;
            file.seek(SeekFrom::Start(ask.offset))?;
            file.take(PIECE_BYTES_MAX as u64).read_to_end(&mut bytes)
        })();
        taken.map_err(bad(&path))?;
        Ok(bytes)
    }

    /// Every box's whole snapshot, by id.
    pub fn all(&self) -> Done<Vec<Kept>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(bad(&self.folder))?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let name = entry.map_err(bad(&self.folder))?.file_name();
            let Some(box_id) = name.to_str().and_then(BoxId::parse) else {
                continue;
            };
            if let Some(snapshot) = self.newest(&box_id)? {
                all.push(Kept {
                    box_id,
                    expires: expires(snapshot.made),
                    snapshot,
                });
            }
        }
        all.sort_by(|a, b| a.box_id.cmp(&b.box_id));
        Ok(all)
    }

    /// Snapshots hold keys: none is kept longer than a backup of keys may be.
    pub fn forget_old(&self, now: UtcMs) -> Done<Vec<BoxId>> {
        let mut gone = Vec::new();
        for kept in self.all()? {
            if kept.expires > now {
                continue;
            }
            let _alone = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            let folder = self.of(&kept.box_id);
            remove(&folder.join(CURRENT))?;
            let incoming: Option<Snapshot> = read(&folder.join(INCOMING))?;
            sweep(&folder, [incoming.as_ref(), None])?;
            gone.push(kept.box_id);
        }
        Ok(gone)
    }

    fn of(&self, box_id: &BoxId) -> PathBuf {
        self.folder.join(box_id.as_str())
    }

    /// Whole when each part is: then it is the one that counts, and what was before it goes.
    fn settle(&self, folder: &Path, incoming: &Snapshot) -> Done<SnapshotStands> {
        let parts = incoming.parts.iter();
        let have: Vec<u64> = parts.map(|part| have(folder, part)).collect::<Done<_>>()?;
        let whole = incoming
            .parts
            .iter()
            .all(|part| folder.join(whole(part)).exists());
        if whole {
            write(&folder.join(CURRENT), incoming)?;
            remove(&folder.join(INCOMING))?;
            sweep(folder, [Some(incoming), None])?;
        }
        Ok(SnapshotStands { have, whole })
    }
}

fn hex(part: &SnapshotPart) -> String {
    part.sha256.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

fn whole(part: &SnapshotPart) -> String {
    hex(part)
}

fn partly(part: &SnapshotPart) -> String {
    format!("{}.part", hex(part))
}

fn have(folder: &Path, part: &SnapshotPart) -> Done<u64> {
    if folder.join(whole(part)).exists() {
        return Ok(part.bytes);
    }
    let path = folder.join(partly(part));
    match path.metadata() {
        Ok(about) => Ok(about.len()),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(0),
        Err(why) => Err(bad(&path)(why)),
    }
}

/// Durable before it is acknowledged.
fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let before = file.metadata()?.len();
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    if written.is_err() {
        // a full disk leaves nothing half
        let _as_it_was = file.set_len(before);
    }
    written
}

/// It is what its hash says; else it begins anew.
fn check(folder: &Path, part: &SnapshotPart) -> Done<()> {
    let path = folder.join(partly(part));
    let (_, sha256) = whole_file::measure(&path).map_err(bad(&path))?;
    if sha256 != part.sha256 {
        remove(&path)?;
        return Err(SnapshotRefused::Damaged);
    }
    let to = folder.join(whole(part));
    fs::rename(&path, &to).map_err(bad(&to))?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(bad(folder))
}

/// Everything goes that is of none of these.
fn sweep(folder: &Path, keep: [Option<&Snapshot>; 2]) -> Done<()> {
    let parts = keep.iter().flatten().flat_map(|one| &one.parts);
    let kept: Vec<String> = parts.flat_map(|part| [whole(part), partly(part)]).collect();
    for entry in fs::read_dir(folder).map_err(bad(folder))? {
        let path = entry.map_err(bad(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let ours = |name: &str| {
            [CURRENT, INCOMING].contains(&name) || kept.iter().any(|kept| kept == name)
        };
        if !name.is_some_and(ours) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Done<()> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(bad(path)(why)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, snapshot: &Snapshot) -> Done<()> {
    let bytes = wire::encode(snapshot).map_err(|_bad| SnapshotRefused::Unfit)?;
    whole_file::write(path, &bytes, whole_file::PRIVATE).map_err(|why| {
        tracing::warn!(%why, "a snapshot's list");
        SnapshotRefused::Unavailable
    })
}

fn read<T: DeserializeOwned>(path: &Path) -> Done<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(wire::decode(&bytes).ok()),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(bad(path)(why)),
    }
}
