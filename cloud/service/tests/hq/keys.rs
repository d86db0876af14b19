//! What a branch lets headquarters open is shown by policy and role; an erased person is shown to nobody.
use crate::office::Office;
use cloud::forgetting;
use hq_store::{Offered, conformance::story::Story};
use messages::command::Role;
use messages::fact::{CustomerErased, CustomerImported};
use messages::lane::{KeyOffer, OfferedKey};
use messages::{CustomerId, Field, PartyId, Personal, Stage, UtcMs};
use rights::{FieldPolicy, HqField};
use sansio::SeededSecrets;
use seal::{BRANCH_TENANT, HqMaster, Key, PartyKey};
use serde_json::{Value, json};

const WANG: PartyId = PartyId::from_bytes([1; 16]);
const LI: PartyId = PartyId::from_bytes([2; 16]);

/// Two customers of one branch whose keys headquarters was offered.
fn offered(policy: FieldPolicy) -> (Office, Story) {
    let office = Office::new(policy);
    let mut story = Story::of("sz-01");
    let mut secrets = SeededSecrets::new(7);
    let between = HqMaster::new(Key::random(&mut secrets)).of_box(&story.box_id);
    let mut offers = Vec::new();
    for (party, name, number) in [
        (WANG, "王小芳", "+8613800138000"),
        (LI, "李四", "+8613900139000"),
    ] {
        let key = PartyKey::random(party, 1, &mut secrets);
        let mut sealed = |field, text| key.seal(BRANCH_TENANT, field, text, &mut secrets);
        let (name, number) = (sealed(Field::Name, name), sealed(Field::Number, number));
        story.tell(CustomerImported {
            customer: CustomerId::from_bytes(*party.as_bytes()),
            party,
            name: Personal::Sealed(name),
            number: Personal::Sealed(number),
            stage: Stage::Lead,
            batch: "b".to_owned(),
        });
        offers.push(KeyOffer {
            party,
            version: 1,
            key: OfferedKey::Wrapped(between.wrap(BRANCH_TENANT, &key)),
        });
    }
    office.store.greet(&story.greeting()).unwrap();
    story.send(&*office.store);
    let box_id = story.box_id.clone();
    let offered = Offered {
        offers,
        epoch: 1,
        upto: 2,
        last: None,
    };
    let keys = &office.state.keys;
    let taken = keys.take(&box_id, BRANCH_TENANT, &between, &offered);
    assert_eq!(taken.unwrap(), 2);
    (office, story)
}

/// Name and number of both, the one erased or to be erased first.
async fn seen(office: &Office, role: Role) -> Vec<(Value, Value)> {
    let cookie = office.signed_in(role);
    let answer = office.get("/api/v1/customers", Some(&cookie)).await;
    let mut items = answer.items();
    items.sort_by_key(|one| one["customer"].to_string());
    items
        .iter()
        .map(|one| (one["name"].clone(), one["number"].clone()))
        .collect()
}

fn text(state: &str, text: &str) -> Value {
    json!({"state": state, "text": text})
}

#[tokio::test]
async fn headquarters_shows_what_it_was_offered_as_far_as_policy_and_role_go() {
    let clear = FieldPolicy {
        name: HqField::Clear,
        number: HqField::Masked,
    };
    let (office, _story) = offered(clear);
    let admin = seen(&office, Role::HqAdmin).await;
    assert_eq!(
        admin[0],
        (text("clear", "王小芳"), text("masked", "138****8000"))
    );
    let analyst = seen(&office, Role::HqAnalyst).await;
    assert_eq!(analyst[1].0, text("masked", "李*"));
    let (office, _story) = offered(FieldPolicy::default());
    for (name, number) in seen(&office, Role::HqAdmin).await {
        assert_eq!(
            (&name["state"], &number["state"]),
            (&json!("hidden"), &json!("hidden"))
        );
    }
}

#[tokio::test]
async fn an_erased_person_is_shown_to_nobody_and_the_key_goes() {
    let everything = FieldPolicy {
        name: HqField::Clear,
        number: HqField::Clear,
    };
    let (office, mut story) = offered(everything);
    story.tell(CustomerErased {
        customer: CustomerId::from_bytes(*WANG.as_bytes()),
        party: WANG,
        reason: "asked for it".to_owned(),
    });
    story.send(&*office.store);
    let erased = json!({"state": "erased", "text": Value::Null});
    for _again in 0..2 {
        let rows = seen(&office, Role::HqAdmin).await;
        assert_eq!(rows[0], (erased.clone(), erased.clone()));
        assert_eq!(rows[1].0, text("clear", "李四"));
        forgetting::replay(&*office.store, &office.state.keys, UtcMs(1)).unwrap();
        assert_eq!(office.state.keys.count(&story.box_id).unwrap(), 1);
    }
    assert_eq!(office.state.keys.erased(), [(story.box_id.clone(), WANG)]);
}
