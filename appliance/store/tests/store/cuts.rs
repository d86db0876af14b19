//! Cuts the power in every way that a log allows, and starts the store on what is left.
use super::stage::Stage;
use super::watched::{Owed, World, facts, folder, small};
use branch_store::Store;
use faulty_disk::{Dice, Image, Keep, Op, Platter};
use messages::Personal;
use messages::fact::{Body, SealedFact};
use std::collections::BTreeSet;

/// Starts the gateway's store on what the power cut left.
fn examine(image: &Image, owed: &[Owed]) -> Result<(), String> {
    let folder = folder();
    image.put(folder.path()).map_err(|bad| bad.to_string())?;
    let mut stage = Stage::over(folder, 200);
    stage
        .open_with(small)
        .map_err(|bad| format!("it does not start: {} {bad}", bad.code()))?;
    let store = stage.store();
    let verdict = store.verify().map_err(|bad| bad.to_string())?;
    if let Some(bad) = verdict.bad {
        return Err(format!("the chain breaks: {bad:?}"));
    }
    let there = facts(store);
    owed.iter().try_for_each(|one| is_there(store, &there, one))
}

fn is_there(store: &Store, there: &[(u64, Vec<u8>)], owed: &Owed) -> Result<(), String> {
    match owed {
        Owed::Fact { seq, bytes } => {
            let index = usize::try_from(*seq - 1).unwrap();
            if there.get(index).map(|(seq, bytes)| (seq, bytes)) != Some((seq, bytes)) {
                return Err(format!("fact {seq} is lost; there are {}", there.len()));
            }
            let fact = SealedFact::decode(bytes.clone()).map_err(|bad| bad.to_string())?;
            match fact.body().map_err(|bad| bad.to_string())? {
                Some(Body::PartyMet(met)) => match store.key_ring().open_value(met.number) {
                    Personal::Clear(_) => Ok(()),
                    Personal::Sealed(_) | Personal::Erased => {
                        Err(format!("the key of fact {seq}'s party is lost"))
                    }
                },
                Some(_) | None => Ok(()),
            }
        }
        Owed::RecordingKey { recording, key } => match store.open_recording_key(*recording) {
            Ok(Some(found)) if found == *key => Ok(()),
            Ok(_) => Err(format!("the key of recording {recording} is lost")),
            Err(bad) => Err(bad.to_string()),
        },
    }
}

/// Each way to cut the power around each sync, two after each other operation; images that were examined before
/// are left out.
pub(crate) struct Cuts {
    seen: BTreeSet<(u64, usize)>,
    failures: Vec<String>,
    dice: Dice,
}

impl Cuts {
    pub(crate) fn all(world: &World, seed: u64, rounds: usize) -> Self {
        let log = world.disk.log();
        let owed = world.owed.lock().unwrap().clone();
        let mut cuts = Self {
            seen: BTreeSet::new(),
            failures: Vec::new(),
            dice: Dice::new(seed),
        };
        let mut platter = Platter::default();
        let mut due = 0;
        for (at, op) in log.iter().enumerate() {
            let sync = matches!(
                op,
                Op::Synced { .. } | Op::NotSynced { .. } | Op::FolderSynced { .. }
            );
            if sync {
                cuts.around_sync(&platter, &owed[..due], at, rounds);
            }
            platter.take(op);
            if let Op::Note { number } = op {
                due = *number;
            }
            if sync {
                cuts.around_sync(&platter, &owed[..due], at, rounds);
            } else {
                cuts.cut(&platter, Keep::Some, &owed[..due], at);
                cuts.cut(&platter, Keep::Torn, &owed[..due], at);
            }
        }
        cuts
    }

    /// Only at the end of everything.
    pub(crate) fn at_end(world: &World, seed: u64, rounds: usize) -> Self {
        let mut platter = Platter::default();
        for op in world.disk.log() {
            platter.take(&op);
        }
        let mut cuts = Self {
            seen: BTreeSet::new(),
            failures: Vec::new(),
            dice: Dice::new(seed),
        };
        let owed = world.owed.lock().unwrap().clone();
        cuts.around_sync(&platter, &owed, 0, rounds);
        cuts
    }

    fn around_sync(&mut self, platter: &Platter, owed: &[Owed], at: usize, rounds: usize) {
        self.cut(platter, Keep::Nothing, owed, at);
        self.cut(platter, Keep::Everything, owed, at);
        for _ in 0..rounds {
            self.cut(platter, Keep::Some, owed, at);
            self.cut(platter, Keep::Torn, owed, at);
        }
    }

    fn cut(&mut self, platter: &Platter, keep: Keep, owed: &[Owed], at: usize) {
        let image = platter.cut(keep, &mut self.dice);
        if self.seen.insert((image.print(), owed.len()))
            && let Err(why) = examine(&image, owed)
        {
            self.failures
                .push(format!("cut at operation {at}, kept {keep:?}: {why}"));
        }
    }

    #[track_caller]
    pub(crate) fn assert_good(&self, images_min: usize) {
        let images = self.seen.len();
        assert!(
            self.failures.is_empty(),
            "{} of {images} images are bad:\n{}",
            self.failures.len(),
            self.failures[..self.failures.len().min(20)].join("\n")
        );
        assert!(images >= images_min, "only {images} different images");
    }
}
