//! What lies on the disk at one moment of a log: what must be there, and what may be.
use crate::image::Image;
use crate::log::{FileId, Op, folder_of};
use std::collections::BTreeMap;

/// What a disk writes at once.
const SECTOR: usize = 512;

/// What the power cut leaves of everything that no sync has brought to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    Everything,
    /// Some of it, whatever the order was.
    Some,
    /// Some sectors of it.
    Torn,
}

impl Keep {
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Everything, Self::Some, Self::Torn];
}

/// A small generator of choices (xorshift64*); the same seed gives the same images.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub const fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    const fn yes(&mut self) -> bool {
        self.roll().is_multiple_of(2)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Platter {
    files: BTreeMap<FileId, File>,
    names: BTreeMap<String, FileId>,
    /// Not synced yet: the last one of a name counts.
    renames: Vec<(String, Option<FileId>)>,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// On the disk for certain.
    base: Vec<u8>,
    /// Later changes in their order; there are certain ones among them only behind doubtful ones.
    changes: Vec<(Change, Fate)>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Waits for a sync.
    Open,
    /// Its sync failed.
    Doubtful,
    Certain,
}

impl Platter {
    /// The next operation of the log.
    pub fn take(&mut self, op: &Op) {
        match op {
            Op::Made { file, name } => {
                self.files.insert(*file, File::default());
                self.renames.push((name.clone(), Some(*file)));
            }
            Op::Written { file, at, bytes } => {
                self.change(*file, Change::Write(*at, bytes.clone()))
            }
            Op::Cut { file, size } => self.change(*file, Change::Cut(*size)),
            Op::Synced { file } => self.file(*file).settle(Fate::Certain),
            Op::NotSynced { file } => self.file(*file).settle(Fate::Doubtful),
            Op::Named { file, name } => {
                let old = self.name_of(*file);
                self.renames.extend(old.map(|old| (old, None)));
                self.renames.push((name.clone(), Some(*file)));
            }
            Op::Removed { name } => self.renames.push((name.clone(), None)),
            Op::FolderSynced { folder } => {
                let (synced, open) = core::mem::take(&mut self.renames)
                    .into_iter()
                    .partition(|(name, _)| folder_of(name) == folder);
                self.renames = open;
                rename(&mut self.names, synced);
            }
            Op::Note { .. } => {}
        }
    }

    /// The power goes now.
    #[must_use]
    pub fn cut(&self, keep: Keep, dice: &mut Dice) -> Image {
        let mut names = self.names.clone();
        let mut renames = self.renames.clone();
        renames.retain(|_| match keep {
            Keep::Nothing => false,
            Keep::Everything => true,
            Keep::Some | Keep::Torn => dice.yes(),
        });
        rename(&mut names, renames);
        let files = names.into_iter().map(|(name, file)| {
            let bytes = self.files.get(&file).map(|file| file.left(keep, dice));
            (name, bytes.unwrap_or_default())
        });
        Image(files.collect())
    }

    fn file(&mut self, file: FileId) -> &mut File {
        self.files.entry(file).or_default()
    }

    fn change(&mut self, file: FileId, change: Change) {
        self.file(file).changes.push((change, Fate::Open));
    }

    fn name_of(&self, file: FileId) -> Option<String> {
        let mut names = self.names.clone();
        rename(&mut names, self.renames.clone());
        let mut named = names.into_iter().filter(|(_, named)| *named == file);
        named.next().map(|(name, _)| name)
    }
}

fn rename(names: &mut BTreeMap<String, FileId>, renames: Vec<(String, Option<FileId>)>) {
    for (name, file) in renames {
        match file {
            Some(file) => names.insert(name, file),
            None => names.remove(&name),
        };
    }
}

impl File {
    /// A sync ended: so, all open changes have this fate.
    fn settle(&mut self, fate: Fate) {
        for (_, open) in self
            .changes
            .iter_mut()
            .filter(|(_, open)| *open == Fate::Open)
        {
            *open = fate;
        }
        if self.changes.iter().all(|(_, fate)| *fate == Fate::Certain) {
            for (change, _) in core::mem::take(&mut self.changes) {
                change.apply(&mut self.base);
            }
        }
    }

    fn left(&self, keep: Keep, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.base.clone();
        for (change, fate) in &self.changes {
            match (fate, keep) {
                (Fate::Certain, _) | (Fate::Open | Fate::Doubtful, Keep::Everything) => {
                    change.apply(&mut bytes);
                }
                (Fate::Open | Fate::Doubtful, Keep::Nothing) => {}
                (Fate::Open | Fate::Doubtful, Keep::Some) => {
                    if dice.yes() {
                        change.apply(&mut bytes);
                    }
                }
                (Fate::Open | Fate::Doubtful, Keep::Torn) => change.tear(&mut bytes, dice),
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, new) => write(bytes, *at, new),
            Self::Cut(size) => bytes.resize(*size, 0),
        }
    }

    /// Some of its sectors reach the disk, as the file's place in it cuts them.
    fn tear(&self, bytes: &mut Vec<u8>, dice: &mut Dice) {
        let Self::Write(at, new) = self else {
            if dice.yes() {
                self.apply(bytes);
            }
            return;
        };
        let mut from = 0;
        while from < new.len() {
            let sector_end = ((at + from) / SECTOR + 1) * SECTOR - at;
            let to = sector_end.min(new.len());
            if dice.yes() {
                write(bytes, at + from, &new[from..to]);
            }
            from = to;
        }
    }
}

fn write(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    if bytes.len() < at + new.len() {
        bytes.resize(at + new.len(), 0);
    }
    bytes[at..at + new.len()].copy_from_slice(new);
}

#[cfg(test)]
mod tests {
    use super::{Dice, Keep, Platter};
    use crate::log::{FileId, Op};

    const FILE: FileId = FileId(0);

    fn written(at: usize, bytes: &[u8]) -> Op {
        let bytes = bytes.to_vec();
        Op::Written {
            file: FILE,
            at,
            bytes,
        }
    }

    fn after(ops: &[Op], keep: Keep) -> Option<Vec<u8>> {
        let mut platter = Platter::default();
        for op in ops {
            platter.take(op);
        }
        let image = platter.cut(keep, &mut Dice::new(1));
        image.0.get("a").cloned()
    }

    fn made() -> Op {
        let name = "a".to_owned();
        Op::Made { file: FILE, name }
    }

    fn folder() -> Op {
        let folder = String::new();
        Op::FolderSynced { folder }
    }

    #[test]
    fn only_what_was_synced_is_owed() {
        let synced = Op::Synced { file: FILE };
        let mut ops = vec![made(), written(0, b"one"), synced];
        assert_eq!(after(&ops, Keep::Nothing), None, "its name was not synced");
        ops.push(folder());
        ops.push(written(1, b"NE!"));
        assert_eq!(after(&ops, Keep::Nothing).unwrap(), b"one");
        assert_eq!(after(&ops, Keep::Everything).unwrap(), b"oNE!");
    }

    #[test]
    fn a_later_sync_does_not_bring_back_what_a_failed_one_lost() {
        let ops = [
            made(),
            folder(),
            written(0, b"lost"),
            Op::NotSynced { file: FILE },
            written(2, b"ST"),
            Op::Synced { file: FILE },
        ];
        assert_eq!(after(&ops, Keep::Nothing).unwrap(), b"\0\0ST");
        assert_eq!(after(&ops, Keep::Everything).unwrap(), b"loST");
    }

    #[test]
    fn a_rename_takes_the_old_name_away() {
        let ops = [
            Op::Made {
                file: FILE,
                name: "a.new".to_owned(),
            },
            folder(),
            Op::Named {
                file: FILE,
                name: "a".to_owned(),
            },
        ];
        assert_eq!(after(&ops, Keep::Nothing), None);
        assert_eq!(after(&ops, Keep::Everything), Some(Vec::new()));
    }

    #[test]
    fn a_write_tears_at_sectors_only() {
        let ops = [made(), folder(), written(500, &[7; 1_000])];
        let torn = after(&ops, Keep::Torn).unwrap();
        for sector in torn.chunks(512) {
            let touched = sector.iter().filter(|byte| **byte == 7).count();
            assert!([0, 12, 476, 512].contains(&touched), "{touched}");
        }
    }
}
