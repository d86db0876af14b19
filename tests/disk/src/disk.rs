//! A watched folder: its log, its orders to fail, and the register of all watched folders of the process.
use crate::log::{FileId, Op, folder_of};
use crate::vfs;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// EIO of fsync: what was to be synced may be lost, and the kernel holds it for clean.
    SyncFails,
    /// EIO of a write: nothing of it was written.
    WriteFails,
    /// ENOSPC: nothing of it was written.
    DiskFull,
    /// ENOSPC after the first half.
    ShortWrite,
}

/// The operations that a harm concerns are counted from the order on.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub harm: Harm,
    /// The first one that fails; 1 is the next.
    pub nth: usize,
    /// How many fail from there on.
    pub times: usize,
}

/// Cheap to clone. The folder is watched for as long as the process lives.
#[derive(Clone)]
pub struct Disk(Arc<Inner>);

struct Inner {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Vec<Op>,
    files: usize,
    names: BTreeMap<String, FileId>,
    fault: Option<Fault>,
    /// Operations of the fault's kind since the order.
    seen: usize,
    done: usize,
}

static WATCHED: OnceLock<RwLock<Vec<Disk>>> = OnceLock::new();

impl Disk {
    /// From now on everything that SQLite does below `root` is written down. The folder has to exist and to be empty.
    #[must_use]
    pub fn watch(root: &Path) -> Self {
        vfs::install();
        let root = root.canonicalize().expect("the watched folder exists");
        let disk = Self(Arc::new(Inner {
            root,
            state: Mutex::default(),
        }));
        let watched = WATCHED.get_or_init(RwLock::default);
        watched
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(disk.clone());
        disk
    }

    /// The disk that this path lies on, and its name there.
    pub(crate) fn of(path: &Path) -> Option<(Self, String)> {
        let watched = WATCHED
            .get()?
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        watched.iter().find_map(|disk| {
            let name = path.strip_prefix(&disk.0.root).ok()?;
            Some((disk.clone(), name.to_string_lossy().into_owned()))
        })
    }

    /// Forgets an earlier order.
    pub fn fail(&self, fault: Fault) {
        let mut state = self.state();
        (state.fault, state.seen, state.done) = (Some(fault), 0, 0);
    }

    /// The disk is whole again; how many operations failed.
    #[must_use]
    pub fn heal(&self) -> usize {
        let mut state = self.state();
        state.fault = None;
        state.done
    }

    /// Operations that failed since the order.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.state().done
    }

    /// Puts a note between the operations.
    pub fn note(&self, number: usize) {
        self.state().log.push(Op::Note { number });
    }

    /// A file that somebody else replaces as a whole: written beside it, synced, renamed, its folder synced.
    pub fn replaced(&self, name: &str, bytes: &[u8]) {
        let mut state = self.state();
        let beside = format!("{name}.new");
        let file = state.made(&beside);
        let bytes = bytes.to_vec();
        state.log.push(Op::Written { file, at: 0, bytes });
        state.log.push(Op::Synced { file });
        state.names.remove(&beside);
        state.names.insert(name.to_owned(), file);
        let name = name.to_owned();
        let folder = folder_of(&name).to_owned();
        state.log.push(Op::Named { file, name });
        state.log.push(Op::FolderSynced { folder });
    }

    /// A file that somebody else overwrites with zeros and removes, each of it synced.
    pub fn destroyed(&self, name: &str, size: usize) {
        let mut state = self.state();
        let Some(file) = state.names.get(name).copied() else {
            return;
        };
        let bytes = vec![0; size];
        state.log.push(Op::Written { file, at: 0, bytes });
        state.log.push(Op::Synced { file });
        drop(state);
        self.removed(name, true);
    }

    /// Everything so far.
    #[must_use]
    pub fn log(&self) -> Vec<Op> {
        self.state().log.clone()
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    pub(crate) fn opened(&self, name: &str) -> FileId {
        let mut state = self.state();
        match state.names.get(name) {
            Some(file) => *file,
            None => state.made(name),
        }
    }

    pub(crate) fn removed(&self, name: &str, synced: bool) {
        let mut state = self.state();
        state.names.remove(name);
        state.log.push(Op::Removed {
            name: name.to_owned(),
        });
        if synced {
            let folder = folder_of(name).to_owned();
            state.log.push(Op::FolderSynced { folder });
        }
    }

    pub(crate) fn cut(&self, file: FileId, size: usize) {
        self.state().log.push(Op::Cut { file, size });
    }

    /// Carries out `work` and writes it down, with nothing of another file in between.
    pub(crate) fn write(
        &self,
        file: FileId,
        at: usize,
        bytes: &[u8],
        work: impl FnOnce(&[u8]) -> bool,
    ) -> Result<(), Harm> {
        let mut state = self.state();
        let harm = state.harm(&[Harm::WriteFails, Harm::DiskFull, Harm::ShortWrite]);
        let part = match harm {
            Some(Harm::ShortWrite) => &bytes[..bytes.len() / 2],
            Some(Harm::WriteFails | Harm::DiskFull | Harm::SyncFails) => &[],
            None => bytes,
        };
        if !part.is_empty() {
            if !work(part) {
                return Err(Harm::WriteFails);
            }
            let bytes = part.to_vec();
            state.log.push(Op::Written { file, at, bytes });
        }
        harm.map_or(Ok(()), Err)
    }

    /// `with_folder`: the folder is synced, too, as SQLite does behind a new log.
    pub(crate) fn sync(
        &self,
        file: FileId,
        with_folder: Option<&str>,
        work: impl FnOnce() -> bool,
    ) -> Result<(), Harm> {
        let mut state = self.state();
        if let Some(harm) = state.harm(&[Harm::SyncFails]) {
            state.log.push(Op::NotSynced { file });
            return Err(harm);
        }
        if !work() {
            return Err(Harm::SyncFails);
        }
        state.log.push(Op::Synced { file });
        if let Some(name) = with_folder {
            let folder = folder_of(name).to_owned();
            state.log.push(Op::FolderSynced { folder });
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn made(&mut self, name: &str) -> FileId {
        let file = FileId(self.files);
        self.files += 1;
        let name = name.to_owned();
        self.names.insert(name.clone(), file);
        self.log.push(Op::Made { file, name });
        file
    }

    fn harm(&mut self, concerned: &[Harm]) -> Option<Harm> {
        let fault = self.fault.filter(|fault| concerned.contains(&fault.harm))?;
        self.seen += 1;
        let due = fault.nth..fault.nth.saturating_add(fault.times);
        due.contains(&self.seen).then(|| {
            self.done += 1;
            fault.harm
        })
    }
}
