//! Forgetting a person: who may, when not, and that a refusal of contact outlives it.
use super::fake::{CUSTOMER, Fake, PARTY, STRANGER, number};
use messages::command::Command;
use messages::{DataCopy, Refusal, UtcMs};

fn erase(reason: &str, never_call: bool) -> Command {
    Command::EraseCustomer {
        customer: CUSTOMER,
        reason: reason.to_owned(),
        never_call,
    }
}

#[test]
fn only_the_branch_admin_erases_and_says_why() {
    let fake = Fake::new();
    for actor in ["user:agent", "user:supervisor", "hq", "phone:1000"] {
        let refused = fake.kinds(actor, &erase("asked for it", false));
        assert_eq!(refused, Err(Refusal::NotAllowed), "{actor}");
    }
    assert_eq!(
        fake.kinds("user:admin", &erase(" ", false)),
        Err(Refusal::ReasonMissing)
    );
    for actor in ["user:admin", "console"] {
        let kinds = fake.kinds(actor, &erase("asked for it", false));
        assert_eq!(kinds, Ok(vec!["customer_erased"]), "{actor}");
    }
    let stranger = Command::EraseCustomer {
        customer: STRANGER,
        reason: "x".to_owned(),
        never_call: false,
    };
    assert_eq!(
        fake.kinds("console", &stranger),
        Err(Refusal::UnknownCustomer)
    );
}

#[test]
fn never_call_again_is_written_before_the_number_is_forgotten() {
    let mut fake = Fake::new();
    let kinds = fake.kinds("console", &erase("asked for it", true));
    assert_eq!(kinds, Ok(vec!["dnc_added", "customer_erased"]));
    fake.refusing.insert("13800138000".to_owned());
    let kinds = fake.kinds("console", &erase("asked for it", true));
    assert_eq!(kinds, Ok(vec!["customer_erased"]), "it stands already");
}

#[test]
fn a_number_of_nobody_is_a_party_and_that_of_a_customer_the_customer() {
    let fake = Fake::new();
    let by_number = |text: &str| Command::EraseNumber {
        number: number(text),
        reason: "asked for it".to_owned(),
        never_call: false,
    };
    let kinds = |text| fake.kinds("console", &by_number(text));
    assert_eq!(kinds("13900139000"), Ok(vec!["party_erased"]));
    assert_eq!(kinds("13800138000"), Ok(vec!["customer_erased"]));
    assert_eq!(kinds("13700137000"), Err(Refusal::UnknownCustomer));
}

#[test]
fn nobody_is_erased_twice_or_during_a_call() {
    let mut fake = Fake::new();
    fake.in_call = true;
    let asked = erase("asked for it", false);
    assert_eq!(fake.kinds("console", &asked), Err(Refusal::PartyInCall));
    fake.in_call = false;
    fake.erased = true;
    assert_eq!(fake.kinds("console", &asked), Err(Refusal::PartyErased));
}

#[test]
fn headquarters_may_ask_for_an_erasure_and_confirm_its_own_copies_and_nothing_else() {
    let mut fake = Fake::new();
    let asked = Command::EraseParty {
        party: PARTY,
        reason: "asked at headquarters".to_owned(),
    };
    assert_eq!(fake.kinds("hq", &asked), Ok(vec!["customer_erased"]));
    assert_eq!(
        fake.kinds("user:admin", &asked),
        Err(Refusal::NotAllowed),
        "people of the branch erase by the customer"
    );
    let confirm = |copy| Command::NoteErasureConfirmed {
        party: PARTY,
        copy,
        on: UtcMs(5),
    };
    let of_hq = confirm(DataCopy::HqKeys);
    assert_eq!(fake.kinds("hq", &of_hq), Err(Refusal::NotAllowed));
    fake.erased = true;
    assert_eq!(fake.kinds("hq", &of_hq), Ok(vec!["erasure_confirmed"]));
    let of_branch = confirm(DataCopy::BranchVault);
    assert_eq!(fake.kinds("hq", &of_branch), Err(Refusal::NotAllowed));
}
