//! Headquarters opens what it was offered, and no copy of its key file opens an erased person.
use super::{KeyBook, Offered};
use messages::lane::{KeyOffer, OfferedKey};
use messages::{BoxId, Field, PartyId, PersonName, Personal, PersonalValue as _, Sealed};
use sansio::SeededSecrets;
use seal::{HqBoxKey, HqMaster, Key, PartyKey};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const TENANT: &str = "branch";

struct World {
    folder: TempDir,
    between: HqBoxKey,
    secrets: SeededSecrets,
}

impl World {
    fn new() -> Self {
        let mut secrets = SeededSecrets::new(1);
        let master = HqMaster::new(Key::random(&mut secrets));
        Self {
            folder: tempfile::tempdir().unwrap(),
            between: master.of_box(&sz()),
            secrets,
        }
    }

    fn book(&self) -> KeyBook {
        open(self.folder.path())
    }

    /// A party with a name, its offer.
    fn person(&mut self, n: u8, name: &str) -> (Sealed, KeyOffer) {
        let party = PartyId::from_bytes([n; 16]);
        let key = PartyKey::random(party, 1, &mut self.secrets);
        let sealed = key.seal(TENANT, Field::Name, name, &mut self.secrets);
        let wrapped = self.between.wrap(TENANT, &key);
        let offer = KeyOffer {
            party,
            version: 1,
            key: OfferedKey::Wrapped(wrapped),
        };
        (sealed, offer)
    }
}

/// As the first ones of an epoch.
fn batch(offers: &[KeyOffer]) -> Offered {
    Offered {
        offers: offers.to_vec(),
        epoch: 1,
        upto: offers.len() as u64,
        last: offers.last().map(KeyOffer::fingerprint),
    }
}

fn sz() -> BoxId {
    BoxId::parse("sz-01").unwrap()
}

fn open(folder: &Path) -> KeyBook {
    let secrets = Box::new(SeededSecrets::new(2));
    KeyBook::open(&folder.join("hq-keys.db"), &folder.join("keys"), secrets).unwrap()
}

fn name(book: &KeyBook, sealed: &Sealed) -> Option<String> {
    let value: Personal<PersonName> = Personal::Sealed(sealed.clone());
    let opened = book.open_value(&sz(), TENANT, value);
    opened.clear().map(PersonName::to_text)
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    fs::create_dir(to.path().join("keys")).unwrap();
    for part in ["", "keys"] {
        for entry in fs::read_dir(from.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), to.path().join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    to
}

#[test]
fn what_was_offered_opens_also_after_a_restart_and_nothing_else_does() {
    let mut world = World::new();
    let (wang, offer) = world.person(1, "王小芳");
    let (li, _kept_back) = world.person(2, "李四");
    let (_, mut forged) = world.person(3, "赵六");
    forged.party = PartyId::from_bytes([2; 16]);
    let book = world.book();
    let kept = book
        .take(&sz(), TENANT, &world.between, &batch(&[offer, forged]))
        .unwrap();
    assert_eq!(kept, 1, "a forged offer is passed over");
    for book in [&book, &open(world.folder.path())] {
        assert_eq!(name(book, &wang).as_deref(), Some("王小芳"));
        assert_eq!(name(book, &li), None);
    }
    let other = BoxId::parse("sz-02").unwrap();
    let value: Personal<PersonName> = Personal::Sealed(wang.clone());
    let foreign = book.open_value(&other, TENANT, value);
    assert_eq!(foreign.clear(), None);
}

#[test]
fn an_erased_person_opens_from_no_copy_of_the_file_and_the_others_do() {
    let mut world = World::new();
    let (wang, of_wang) = world.person(1, "王小芳");
    let (li, of_li) = world.person(2, "李四");
    let book = world.book();
    let offers = [of_wang.clone(), of_li];
    book.take(&sz(), TENANT, &world.between, &batch(&offers))
        .unwrap();
    let before = copy(world.folder.path());
    book.erase(&sz(), &[PartyId::from_bytes([1; 16])]).unwrap();
    assert_eq!(name(&book, &wang), None);
    assert_eq!(name(&book, &li).as_deref(), Some("李四"));
    // the old file with every key that is still there
    for entry in fs::read_dir(before.path().join("keys")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for entry in fs::read_dir(world.folder.path().join("keys")).unwrap() {
        let entry = entry.unwrap();
        let to = before.path().join("keys").join(entry.file_name());
        fs::copy(entry.path(), to).unwrap();
    }
    let restored = open(before.path());
    assert_eq!(name(&restored, &wang), None);
    // and an offer that comes late does not bring the person back
    book.take(&sz(), TENANT, &world.between, &batch(&[of_wang]))
        .unwrap();
    assert_eq!(name(&book, &wang), None);
    assert_eq!(name(&open(world.folder.path()), &wang), None);
}

#[test]
fn a_policy_that_goes_back_to_never_leaves_no_key_and_offers_may_come_again() {
    let mut world = World::new();
    let (wang, offer) = world.person(1, "王小芳");
    let book = world.book();
    let offers = [offer];
    book.take(&sz(), TENANT, &world.between, &batch(&offers))
        .unwrap();
    book.forget_box(&sz()).unwrap();
    assert_eq!(name(&book, &wang), None);
    assert_eq!(book.count(&sz()).unwrap(), 0);
    let left = fs::read_dir(world.folder.path().join("keys")).unwrap();
    assert_eq!(left.count(), 0);
    book.take(&sz(), TENANT, &world.between, &batch(&offers))
        .unwrap();
    assert_eq!(name(&book, &wang).as_deref(), Some("王小芳"));
    let gone = KeyOffer {
        key: OfferedKey::Gone,
        ..offers[0].clone()
    };
    book.take(&sz(), TENANT, &world.between, &batch(&[gone]))
        .unwrap();
    assert_eq!(name(&book, &wang), None);
}

#[test]
fn a_move_that_a_crash_cut_off_is_finished_at_the_next_start() {
    let mut world = World::new();
    let (wang, of_wang) = world.person(1, "王小芳");
    let (li, of_li) = world.person(2, "李四");
    let book = world.book();
    book.take(&sz(), TENANT, &world.between, &batch(&[of_wang, of_li]))
        .unwrap();
    drop(book);
    // as if the process had ended right behind the new key
    let folder = world.folder.path();
    fs::write(folder.join("keys/sz-01-2.key"), [9; 32]).unwrap();
    let book = open(folder);
    assert_eq!(name(&book, &wang).as_deref(), Some("王小芳"));
    assert_eq!(name(&book, &li).as_deref(), Some("李四"));
    assert!(!folder.join("keys/sz-01-1.key").exists());
}

#[test]
fn the_count_of_offers_lies_with_the_keys_and_counts_in_its_epoch_only() {
    let mut world = World::new();
    let (_, of_wang) = world.person(1, "王小芳");
    let book = world.book();
    assert_eq!(book.kept(&sz(), 1).unwrap(), (0, None));
    let last = Some(of_wang.fingerprint());
    book.take(&sz(), TENANT, &world.between, &batch(&[of_wang]))
        .unwrap();
    assert_eq!(book.kept(&sz(), 1).unwrap(), (1, last));
    assert_eq!(open(world.folder.path()).kept(&sz(), 1).unwrap(), (1, last));
    assert_eq!(book.kept(&sz(), 2).unwrap(), (0, None), "counted anew");
    let other = BoxId::parse("sz-02").unwrap();
    assert_eq!(book.kept(&other, 1).unwrap(), (0, None));
}
