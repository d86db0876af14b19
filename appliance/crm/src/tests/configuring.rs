//! The branch file: only differences become facts, and a plan that contradicts itself becomes none.
use super::fake::Fake;
use messages::command::{
    BranchPlan, Command, DialRule, PhonePlan, Profile, RuleTarget, Secret, TrunkPlan,
};
use messages::registry::{Change, Outcome, Part};
use messages::{Extension, Refusal, TrunkName};
use proptest::prelude::*;

fn phone(extension: &str, password: &str) -> PhonePlan {
    PhonePlan {
        of_device: false,
        extension: Extension::parse(extension).unwrap(),
        label: extension.to_owned(),
        password: Secret::new(password.to_owned()),
    }
}

fn trunk(name: &str, concurrent_max: u32) -> TrunkPlan {
    TrunkPlan {
        concurrent_max,
        cps_max: 1,
        ..TrunkPlan::new(TrunkName::parse(name).unwrap(), "127.0.0.1:5060")
    }
}

fn rule(prefix: &str, to: RuleTarget) -> DialRule {
    DialRule {
        prefix: prefix.to_owned(),
        to,
        record: false,
        strip: 0,
        prepend: String::new(),
    }
}

fn plan(phones: Vec<PhonePlan>, trunks: Vec<TrunkPlan>, rules: Vec<DialRule>) -> BranchPlan {
    BranchPlan {
        profile: Profile::Lab,
        phones,
        trunks,
        destinations: messages::Destination::USUAL.to_vec(),
        ceilings: messages::ceilings::Ceilings::default(),
        dids: Vec::new(),
        rules,
    }
}

#[test]
fn each_difference_is_one_fact_and_the_whole_one_more() {
    let fake = Fake {
        plan: plan(
            vec![phone("1000", "a"), phone("1001", "b"), phone("1002", "c")],
            vec![trunk("old", 1), trunk("kept", 1)],
            vec![],
        ),
        ..Fake::new()
    };
    let wanted = plan(
        vec![phone("1000", "a"), phone("1001", "new"), phone("1003", "d")],
        vec![trunk("kept", 2)],
        vec![rule("1", RuleTarget::Phone)],
    );
    let decision = fake
        .asks("console", &Command::ConfigureBranch(wanted))
        .unwrap();
    let extension = |text| Extension::parse(text).unwrap();
    let name = |text| TrunkName::parse(text).unwrap();
    let changes = vec![
        Change::Phone(extension("1001"), Part::Changed),
        Change::Phone(extension("1003"), Part::Added),
        Change::Phone(extension("1002"), Part::Removed),
        Change::Trunk(name("kept"), Part::Changed),
        Change::Trunk(name("old"), Part::Removed),
        Change::Rules { from: 0, to: 1 },
    ];
    assert_eq!(decision.outcome, Outcome::Configured(changes));
    let kinds: Vec<_> = decision
        .facts
        .iter()
        .map(messages::fact::Body::kind)
        .collect();
    assert_eq!(
        kinds,
        [
            "phone_configured",
            "phone_configured",
            "phone_removed",
            "trunk_configured",
            "trunk_removed",
            "dial_rules_set",
            "branch_configured"
        ]
    );
}

#[test]
fn a_plan_that_contradicts_itself_is_refused_whole() {
    let fake = Fake::new();
    let configure = |plan| fake.kinds("user:admin", &Command::ConfigureBranch(plan));
    let twice = plan(vec![phone("1000", "a"), phone("1000", "b")], vec![], vec![]);
    assert_eq!(configure(twice), Err(Refusal::PlanInvalid));
    let twice = plan(vec![], vec![trunk("a", 1), trunk("a", 2)], vec![]);
    assert_eq!(configure(twice), Err(Refusal::PlanInvalid));
    let nowhere = RuleTarget::Trunk(TrunkName::parse("none").unwrap());
    let nowhere = plan(vec![], vec![], vec![rule("9", nowhere)]);
    assert_eq!(configure(nowhere), Err(Refusal::TrunkUnknown));
    let good = Command::ConfigureBranch(plan(vec![], vec![], vec![]));
    assert_eq!(
        fake.kinds("user:supervisor", &good),
        Err(Refusal::NotAllowed)
    );
}

proptest! {
    /// Whatever stands and whatever is wanted: applied once, nothing is left to change.
    #[test]
    fn what_is_wanted_differs_from_itself_in_nothing(
        stands in proptest::collection::btree_map("1[0-9]{3}", "[a-c]", 0..6),
        wanted in proptest::collection::btree_map("1[0-9]{3}", "[a-c]", 0..6),
    ) {
        let of = |map: &std::collections::BTreeMap<String, String>| {
            plan(map.iter().map(|(extension, password)| phone(extension, password)).collect(), vec![], vec![])
        };
        let changes = crate::plan_changes(&of(&stands), &of(&wanted));
        let differing = stands.keys().chain(wanted.keys()).collect::<std::collections::BTreeSet<_>>();
        let differing = differing.into_iter().filter(|key| stands.get(*key) != wanted.get(*key));
        prop_assert_eq!(changes.len(), differing.count());
        prop_assert!(crate::plan_changes(&of(&wanted), &of(&wanted)).is_empty());
    }
}

#[test]
fn a_phone_that_came_with_its_device_is_not_the_files_to_remove() {
    let mut fake = Fake::new();
    let of_device = PhonePlan {
        of_device: true,
        ..phone("1011", "a")
    };
    fake.plan = plan(vec![phone("1010", "a"), of_device], vec![], vec![]);
    let nothing = Command::ConfigureBranch(plan(vec![], vec![], vec![]));
    assert_eq!(
        fake.kinds("console", &nothing).unwrap()[0..2],
        ["phone_removed", "branch_configured"]
    );
    // the file takes it over by naming it
    let named = Command::ConfigureBranch(plan(
        vec![phone("1010", "a"), phone("1011", "a")],
        vec![],
        vec![],
    ));
    assert_eq!(
        fake.kinds("console", &named).unwrap()[0..2],
        ["phone_configured", "branch_configured"]
    );
}
