//! Keys for headquarters: none without policy and enrolment, each once, and gone when the person or the policy goes.
use super::stage::Stage;
use branch_store::SoftKeys;
use messages::command::Command;
use messages::directive::HqSees;
use messages::fact::FieldPolicyChanged;
use messages::lane::{KeyOffer, OfferedKey};
use messages::{BoxId, CustomerId, Personal, PersonalValue as _};
use seal::{BRANCH_TENANT, HqBoxKey, HqMaster, Key, KeyId, KeyStore as _};

/// An enrolled branch, and headquarters' side of the key.
fn enrolled() -> (Stage, HqBoxKey) {
    let mut stage = Stage::new();
    stage.close();
    let master = HqMaster::new(Key::from_bytes([5; 32]));
    let between = master.of_box(&BoxId::parse("sz-01").unwrap());
    let mut keys = SoftKeys::open(stage.keys()).unwrap();
    keys.put_key(KeyId::Headquarters, between.key()).unwrap();
    stage.open().unwrap();
    (stage, between)
}

fn policy(stage: &Stage, name: HqSees, number: HqSees) {
    stage.happened(FieldPolicyChanged { name, number });
}

fn offers(stage: &Stage) -> Vec<(u64, KeyOffer)> {
    let reader = stage.store().reader().unwrap();
    let all = reader.key_offers_after(0, 100).unwrap();
    assert!(all.is_empty() || all.len() as u64 == reader.key_offers().unwrap());
    all
}

fn is_gone(offer: &KeyOffer) -> bool {
    matches!(offer.key, OfferedKey::Gone)
}

/// The name as headquarters opens it with what it was offered.
fn opened(stage: &Stage, between: &HqBoxKey, offer: &KeyOffer, customer: CustomerId) -> String {
    let OfferedKey::Wrapped(wrapped) = &offer.key else {
        panic!("a key was offered");
    };
    let key = between
        .unwrap(BRANCH_TENANT, offer.party, offer.version, wrapped)
        .unwrap();
    let facts = stage.store().facts_after(0, 1_000, 10_000_000).unwrap();
    for (_, bytes) in facts {
        let fact = messages::fact::SealedFact::decode(bytes).unwrap();
        if let Some(messages::fact::Body::CustomerImported(body)) = fact.body().unwrap()
            && body.customer == customer
            && let Personal::Sealed(sealed) = body.name
        {
            let text = key.open(BRANCH_TENANT, messages::PersonName::FIELD, &sealed);
            return text.unwrap().to_string();
        }
    }
    panic!("imported");
}

#[test]
fn nothing_is_offered_unless_the_policy_shows_something_and_the_box_is_enrolled() {
    let (mut stage, between) = enrolled();
    let wang = stage.import_one("王小芳", "13800138000");
    assert_eq!(offers(&stage), []);
    policy(&stage, HqSees::Masked, HqSees::Never);
    let first = offers(&stage);
    assert_eq!(first.len(), 1);
    assert_eq!(opened(&stage, &between, &first[0].1, wang), "王小芳");
    let li = stage.import_one("李四", "13900139000");
    let both = offers(&stage);
    assert_eq!(both.len(), 2, "whoever is met later is offered, too");
    assert_eq!(opened(&stage, &between, &both[1].1, li), "李四");
    stage.close();
    std::fs::remove_file(stage.keys().join("headquarters.key")).unwrap();
    stage.open().unwrap();
    assert_eq!(offers(&stage), []);
}

#[test]
fn offers_keep_their_numbers_and_their_bytes_over_a_restart() {
    let (mut stage, _between) = enrolled();
    policy(&stage, HqSees::Clear, HqSees::Clear);
    stage.import_one("王小芳", "13800138000");
    stage.import_one("李四", "13900139000");
    let before = offers(&stage);
    assert_eq!(before.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2]);
    stage.close();
    stage.open().unwrap();
    assert_eq!(offers(&stage), before);
    let reader = stage.store().reader().unwrap();
    assert_eq!(reader.key_offers_after(1, 100).unwrap(), before[1..]);
}

#[test]
fn an_erased_person_and_a_policy_that_ends_are_told_as_gone() {
    let (stage, _between) = enrolled();
    policy(&stage, HqSees::Clear, HqSees::Clear);
    let wang = stage.import_one("王小芳", "13800138000");
    stage.import_one("李四", "13900139000");
    let erase = Command::EraseCustomer {
        customer: wang,
        reason: "asked for it".to_owned(),
        never_call: false,
    };
    stage.ask(erase).unwrap();
    let told: Vec<bool> = offers(&stage).iter().map(|(_, one)| is_gone(one)).collect();
    assert_eq!(
        told,
        [true, false, true],
        "no key leaves any more, not even one that waited"
    );
    policy(&stage, HqSees::Never, HqSees::Never);
    let all = offers(&stage);
    assert_eq!(all.len(), 5);
    assert!(all.iter().all(|(_, one)| is_gone(one)));
}
