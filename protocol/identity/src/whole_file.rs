//! Files of keys and certificates, written whole or not at all; keys for their owner only.
use crate::IdentityError;
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};
use zeroize::Zeroizing;

pub const PRIVATE: u32 = 0o600;
pub const PUBLIC: u32 = 0o644;

/// Writes beside the target, syncs, renames, syncs the folder.
pub fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), IdentityError> {
    write_whole(path, content, mode).map_err(of(path))
}

fn write_whole(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
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
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// What was renamed or removed there stays so after a power cut.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// How long a file is, and its SHA-256.
pub fn measure(path: &Path) -> io::Result<(u64, [u8; 32])> {
    let mut file = File::open(path)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let got = file.read(&mut buffer)?;
        if got == 0 {
            return Ok((bytes, digest.finalize().into()));
        }
        digest.update(&buffer[..got]);
        bytes += got as u64;
    }
}

pub fn read(path: &Path) -> Result<String, IdentityError> {
    fs::read_to_string(path).map_err(of(path))
}

/// A key of 32 bytes; `None` if there is no such file.
pub fn read_key(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, IdentityError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(bad) if bad.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(of(path)(source)),
    };
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Some(Zeroizing::new(key))),
        Err(_) => Err(IdentityError::Unreadable {
            path: path.to_owned(),
            why: format!("{} bytes instead of 32", bytes.len()),
        }),
    }
}

/// Readable by all: what is private in it says so itself.
pub fn make_folder(folder: &Path) -> Result<(), IdentityError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(folder)
        .map_err(of(folder))
}

fn of(path: &Path) -> impl Fn(io::Error) -> IdentityError {
    move |source| IdentityError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::{PRIVATE, read, read_key, write};
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box.pem");
        for text in ["first", "second"] {
            write(&path, text.as_bytes(), PRIVATE).unwrap();
            assert_eq!(read(&path).unwrap(), text);
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let missing = folder.path().join("no/such/folder/x.pem");
        assert_eq!(
            write(&missing, b"x", PRIVATE).unwrap_err().code(),
            "identity_file"
        );
    }

    #[test]
    fn a_key_has_32_bytes_or_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        assert!(read_key(&path).unwrap().is_none());
        write(&path, &[7; 32], PRIVATE).unwrap();
        assert_eq!(*read_key(&path).unwrap().unwrap(), [7; 32]);
        write(&path, &[7; 31], PRIVATE).unwrap();
        assert_eq!(read_key(&path).unwrap_err().code(), "identity_unreadable");
    }
}
