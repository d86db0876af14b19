//! PEM files, written whole or not at all; keys for their owner only.
use super::EnrollError;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

pub(super) const PRIVATE: u32 = 0o600;
pub(super) const PUBLIC: u32 = 0o644;

/// Writes beside the target, syncs, renames, syncs the folder.
pub(super) fn write(path: &Path, pem: &str, mode: u32) -> Result<(), EnrollError> {
    write_whole(path, pem, mode).map_err(|source| EnrollError::File {
        path: path.to_owned(),
        source,
    })
}

fn write_whole(path: &Path, pem: &str, mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    match fs::remove_file(&beside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&beside)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}

pub(super) fn read(path: &Path) -> Result<String, EnrollError> {
    fs::read_to_string(path).map_err(|source| EnrollError::File {
        path: path.to_owned(),
        source,
    })
}

pub(super) fn make_folder(folder: &Path) -> Result<(), EnrollError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(folder)
        .map_err(|source| EnrollError::File {
            path: folder.to_owned(),
            source,
        })
}
