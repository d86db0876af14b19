//! Where the generations' keys of headquarters lie: `BOX-GENERATION.key`, readable by the service alone.
use super::KeyBookError;
use messages::BoxId;
use seal::{Key, VaultKey, VaultKeys};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(super) struct KeyFolder {
    folder: PathBuf,
}

impl KeyFolder {
    pub(super) fn open(folder: &Path) -> Result<Self, KeyBookError> {
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder);
        made.map_err(bad(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Every box that has a key here.
    pub(super) fn all(&self) -> Result<BTreeMap<BoxId, VaultKeys>, KeyBookError> {
        let mut boxes: BTreeMap<BoxId, VaultKeys> = BTreeMap::new();
        for entry in fs::read_dir(&self.folder).map_err(bad(&self.folder))? {
            let path = entry.map_err(bad(&self.folder))?.path();
            let Some((box_id, generation)) = name_of(&path) else {
                continue;
            };
            let key = VaultKey::new(generation, read(&path)?);
            match boxes.get_mut(&box_id) {
                Some(keys) => keys.add(key),
                None => {
                    boxes.insert(box_id, VaultKeys::new(key));
                }
            }
        }
        Ok(boxes)
    }

    /// All or nothing, and durable.
    pub(super) fn put(
        &self,
        box_id: &BoxId,
        generation: u32,
        key: &Key,
    ) -> Result<(), KeyBookError> {
        let path = self.path(box_id, generation);
        let new = path.with_extension("new");
        let written = (|| {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(key.expose())?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.folder)?.sync_all()
        })();
        written.map_err(bad(&path))
    }

    /// Gone for good, as far as the medium allows; twice is once.
    pub(super) fn destroy(&self, box_id: &BoxId, generation: u32) -> Result<(), KeyBookError> {
        let path = self.path(box_id, generation);
        let destroyed: io::Result<()> = (|| {
            let mut file = match OpenOptions::new().write(true).open(&path) {
                Err(bad) if bad.kind() == ErrorKind::NotFound => return Ok(()),
                other => other?,
            };
            file.write_all(&[0; Key::LEN])?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            File::open(&self.folder)?.sync_all()
        })();
        destroyed.map_err(bad(&path))
    }

    fn path(&self, box_id: &BoxId, generation: u32) -> PathBuf {
        self.folder.join(format!("{box_id}-{generation}.key"))
    }
}

fn name_of(path: &Path) -> Option<(BoxId, u32)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".key")?;
    let (box_id, generation) = name.rsplit_once('-')?;
    Some((BoxId::parse(box_id)?, generation.parse().ok()?))
}

fn read(path: &Path) -> Result<Key, KeyBookError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(Key::LEN + 1));
    File::open(path)
        .and_then(|file| file.take(Key::LEN as u64 + 1).read_to_end(&mut bytes))
        .map_err(bad(path))?;
    Key::from_slice(&bytes).ok_or_else(|| KeyBookError::Damaged(path.to_owned()))
}

fn bad(path: &Path) -> impl FnOnce(io::Error) -> KeyBookError {
    let path = path.to_owned();
    move |why| KeyBookError::Io { path, why }
}
