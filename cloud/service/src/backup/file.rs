//! The file of a backup: `ZKHQBAK1 ‖ salt (32) ‖ nonce prefix (7) ‖ sealed segments`; sealed inside: the manifest's
//! length (4, big endian), the manifest (JSON), the database.
use super::manifest::{FORMAT, Manifest};
use super::{BackupError, at, key};
use seal::Key;
use seal::stream::{OpeningReader, PREFIX_BYTES, SALT_BYTES, SealingWriter, SegmentCipher};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

const MAGIC: &[u8; 8] = b"ZKHQBAK1";
/// Ten thousand boxes fit twice.
const MANIFEST_BYTES_MAX: u32 = 4 << 20;

/// A new file that only its owner reads.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Seals the manifest and the database into a new file, synced; hands back its length.
pub(super) fn seal(
    key: &Key,
    manifest: &Manifest,
    database: &Path,
    into: &Path,
) -> Result<u64, BackupError> {
    let head = serde_json::to_vec(manifest)
        .map_err(io::Error::other)
        .map_err(at(into))?;
    let length = u32::try_from(head.len())
        .ok()
        .filter(|length| *length <= MANIFEST_BYTES_MAX)
        .ok_or_else(|| at(into)(io::Error::other("too many boxes for one manifest")))?;
    let mut plain = File::open(database).map_err(at(database))?;
    let mut write = || {
        let mut salt = [0; SALT_BYTES];
        let mut prefix = [0; PREFIX_BYTES];
        key::random(&mut salt)?;
        key::random(&mut prefix)?;
        let mut file = BufWriter::new(create(into)?);
        for part in [&MAGIC[..], &salt, &prefix] {
            file.write_all(part)?;
        }
        let cipher = SegmentCipher::derive(key.expose(), &salt, prefix, MAGIC);
        let mut sealing = SealingWriter::new(file, cipher);
        sealing.write_all(&length.to_be_bytes())?;
        sealing.write_all(&head)?;
        io::copy(&mut plain, &mut sealing)?;
        let file = sealing.finish()?.into_inner().map_err(io::Error::other)?;
        file.sync_all()?;
        file.metadata().map(|about| about.len())
    };
    write().map_err(at(into))
}

/// Opens a backup and writes its database into a new file, synced; hands back its manifest.
pub(super) fn open(key: &Key, from: &Path, database: &Path) -> Result<Manifest, BackupError> {
    let mut file = BufReader::new(File::open(from).map_err(at(from))?);
    let mut head = [0; MAGIC.len() + SALT_BYTES + PREFIX_BYTES];
    let not_ours = |_short| BackupError::NotABackup(from.to_owned());
    file.read_exact(&mut head).map_err(not_ours)?;
    let (magic, rest) = head.split_at(MAGIC.len());
    let (salt, prefix) = rest.split_at(SALT_BYTES);
    let (Ok(salt), Ok(prefix)) = (salt.try_into(), prefix.try_into()) else {
        return Err(BackupError::NotABackup(from.to_owned()));
    };
    if magic != MAGIC {
        return Err(BackupError::NotABackup(from.to_owned()));
    }
    let cipher = SegmentCipher::derive(key.expose(), salt, prefix, MAGIC);
    let forged = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    let refused = |bad: io::Error| {
        if forged.contains(&bad.kind()) {
            BackupError::NotAuthentic(from.to_owned())
        } else {
            at(from)(bad)
        }
    };
    let mut opening = OpeningReader::new(file, cipher).map_err(refused)?;
    let manifest = manifest(&mut opening).map_err(refused)?;
    let manifest = manifest.ok_or_else(|| BackupError::NotABackup(from.to_owned()))?;
    let mut into = create(database).map_err(at(database))?;
    let bytes = io::copy(&mut opening, &mut into).map_err(refused)?;
    into.sync_all().map_err(at(database))?;
    if bytes == manifest.database_bytes {
        Ok(manifest)
    } else {
        Err(BackupError::NotItsManifest)
    }
}

/// `None`: authentic, but of a form that this version does not read.
fn manifest(opening: &mut impl Read) -> io::Result<Option<Manifest>> {
    let mut length = [0; 4];
    opening.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > MANIFEST_BYTES_MAX {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    opening.take(length.into()).read_to_end(&mut bytes)?;
    let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
    Ok(manifest.filter(|manifest| manifest.format == FORMAT))
}
