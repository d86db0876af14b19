//! Where the socket lies. Socket addresses are short (108 bytes); a deep folder is reached through its descriptor.
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

const NAME: &str = "control.sock";
const ADDRESS_BYTES_MAX: usize = 100;

/// The socket's address, and what must stay open while it is used.
pub(super) struct Place {
    pub(super) path: PathBuf,
    _folder: Option<File>,
}

pub(super) fn place(data_dir: &Path) -> io::Result<Place> {
    let path = data_dir.join(NAME);
    if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok(Place {
            path,
            _folder: None,
        });
    }
    let folder = File::open(data_dir)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd()));
    Ok(Place {
        path,
        _folder: Some(folder),
    })
}
