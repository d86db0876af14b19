//! Two customers, one of them erased; then everything is tried.
use super::attack::{Loot, Opened, files};
use super::world::{World, box_id, copy_tree};
use hq_store::Store as _;
use messages::command::Command;
use messages::fact::ErasureConfirmed;
use messages::{DataCopy, UtcMs};
use std::fs;
use std::path::Path;

const WANG: (&str, &str) = ("欧阳小芳", "13800138000");
const LI: (&str, &str) = ("司马长青", "13900139000");

fn all_of(opened: Opened) -> bool {
    opened.values == opened.of_values && opened.containers == opened.of_containers
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn nothing_lies_in_clear(folder: &Path) {
    for path in files(folder) {
        let bytes = fs::read(&path).unwrap();
        for text in [WANG.0, WANG.1, LI.0, LI.1, "3800138000", "小芳"] {
            assert!(!holds(&bytes, text), "{text} in {}", path.display());
        }
    }
}

/// What headquarters does on the fact, and its receipts on their way back.
fn headquarters_confirms(world: &World) {
    let late = UtcMs(i64::MAX);
    for waiting in world.hq.unconfirmed_erasures(late).unwrap() {
        world.keys.erase(&box_id(), &[waiting.party]).unwrap();
        let on = match waiting.copy {
            DataCopy::HqBackups => messages::backups_gone(waiting.asked),
            DataCopy::HqTables
            | DataCopy::HqKeys
            | DataCopy::BranchVault
            | DataCopy::BranchBackups => world.utc(),
        };
        world.happened(ErasureConfirmed {
            party: waiting.party,
            copy: waiting.copy,
            on,
        });
    }
}

#[test]
fn with_every_file_from_before_and_every_key_still_held_nothing_of_an_erased_person_opens() {
    let mut world = World::new();
    let (wang, wang_party) = world.person(WANG.0, WANG.1);
    let (_li, li_party) = world.person(LI.0, LI.1);
    world.sync();
    assert_eq!(world.keys.count(&box_id()).unwrap(), 2);
    let before = tempfile::tempdir().unwrap();
    copy_tree(world.folder.path(), before.path());

    // the attack is a real one: with the keys of that day it opens everything of both
    let mut all = Loot::default();
    all.take_data(before.path());
    all.take_keys(before.path());
    all.open_everything();
    let (of_wang, of_li) = (all.opened_of(wang_party), all.opened_of(li_party));
    assert!(all_of(of_wang) && all_of(of_li), "{of_wang:?} {of_li:?}");
    assert!(
        of_wang.of_values >= 8 && of_wang.of_containers == 1,
        "{of_wang:?}"
    );

    world.ask(Command::EraseCustomer {
        customer: wang,
        reason: "asked for it".to_owned(),
        never_call: true,
    });
    world.delete_containers();
    world.at_rest();
    world.sync();
    headquarters_confirms(&world);
    world.days_later(7);
    world.sync();
    let reader = world.branch().reader().unwrap();
    let receipt = reader.erasure(wang_party).unwrap().unwrap();
    drop(reader);
    let complete: Option<UtcMs> = receipt.complete();
    assert_eq!(complete, Some(receipt.due()), "{receipt:?}");

    // every file of both days, but of the keys only those that are still held: backups of keys are past their days
    let mut left = Loot::default();
    left.take_data(before.path());
    left.take_data(world.folder.path());
    left.take_keys(world.folder.path());
    left.open_everything();
    let (of_wang, of_li) = (left.opened_of(wang_party), left.opened_of(li_party));
    assert!(of_wang.of_values >= 8 && of_wang.of_containers == 1);
    assert_eq!((of_wang.values, of_wang.containers), (0, 0), "{of_wang:?}");
    assert!(of_li.of_values > 8 && of_li.of_containers == 2);
    assert!(all_of(of_li), "{of_li:?}");

    let verdict = world.branch().verify().unwrap();
    assert_eq!(verdict.bad, None);
    let (head, kept) = world.hq_chain();
    assert_eq!(head, world.branch().head());
    let own = world.branch().facts_after(0, 100_000, 100_000_000).unwrap();
    let own: Vec<Vec<u8>> = own.into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(kept, own, "byte for byte");
    nothing_lies_in_clear(world.folder.path());
    nothing_lies_in_clear(before.path());
}
