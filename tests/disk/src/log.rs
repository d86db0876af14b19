//! What happened to the files of a watched folder, in one order.

/// One file from its making to its end, whatever it is called meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Names are relative to the watched folder.
    Made {
        file: FileId,
        name: String,
    },
    Written {
        file: FileId,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: FileId,
        size: usize,
    },
    /// What was written to the file before is on the disk.
    Synced {
        file: FileId,
    },
    /// The sync failed: what it was to bring to the disk may never come there, and no later sync cares for it.
    NotSynced {
        file: FileId,
    },
    Named {
        file: FileId,
        name: String,
    },
    Removed {
        name: String,
    },
    /// Makings, renamings and removals in this folder (empty: the watched one) are on the disk.
    FolderSynced {
        folder: String,
    },
    /// Something that the test wants to find again: the disk owes it everything from here on.
    Note {
        number: usize,
    },
}

/// The folder that a name lies in.
pub(crate) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}
