//! Dialled digits through the gate: where they go, who holds them back, which trunk has them.
use super::{By, Gate, Met, Pass, Request, Rules, Spent};
use messages::ceilings::{Ceilings, Hours};
use messages::command::{DialRule, NumberForm, Profile, RuleTarget, TrunkPlan};
use messages::{
    Destination, Extension, Moment, PartyNumber, PersonalValue, Purpose, Refusal, TrunkName, UtcMs,
};

fn index(number: &PartyNumber) -> [u8; 16] {
    let mut index = [0; 16];
    for (slot, byte) in index.iter_mut().zip(number.to_text().bytes().rev()) {
        *slot = byte;
    }
    index
}

fn rule(prefix: &str, to: RuleTarget, strip: u8, prepend: &str) -> DialRule {
    DialRule {
        prefix: prefix.to_owned(),
        to,
        record: prefix == "8",
        strip,
        prepend: prepend.to_owned(),
    }
}

fn gate(profile: Profile) -> Gate {
    let carrier = TrunkName::parse("carrier").unwrap();
    let trunk = TrunkPlan {
        concurrent_max: 2,
        cps_max: 10,
        ..TrunkPlan::new(carrier.clone(), "127.0.0.1:5160")
    };
    let to_carrier = || RuleTarget::Trunk(carrier.clone());
    let mut gate = Gate::new(Box::new(index));
    let dial_rules = vec![
        rule("9", to_carrier(), 0, ""),
        rule("8", to_carrier(), 0, ""),
        rule("1", RuleTarget::Phone, 0, ""),
        rule("0", to_carrier(), 1, "00"),
        rule("7", to_carrier(), 1, ""),
        rule("6", to_carrier(), 1, "17909"),
    ];
    gate.configure(
        Rules {
            profile,
            dids: Vec::new(),
            destinations: Destination::USUAL.to_vec(),
            ceilings: Ceilings::default(),
            dial_rules,
            trunks: vec![trunk],
        },
        Moment::START,
    );
    gate
}

fn by_nobody(dialled: &str, purpose: Purpose) -> Request<'_> {
    Request {
        dialled,
        purpose,
        by: None,
        utc: UtcMs(0),
    }
}

fn ask(gate: &mut Gate, dialled: &str, purpose: Purpose) -> String {
    match gate.ask(&by_nobody(dialled, purpose), Moment::START) {
        Ok(Pass::Phone { extension, .. }) => format!("phone {extension}"),
        Ok(Pass::Outside(token)) => {
            let recorded = if token.record() { " recorded" } else { "" };
            format!("{} {}{recorded}", token.trunk(), token.dial())
        }
        Err(blocked) => blocked.refusal.code().to_owned(),
    }
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn dialled_digits_go_where_the_longest_fitting_rule_says() {
    let table = [
        (Profile::Lab, "1001", Purpose::Internal, "phone 1001"),
        (Profile::Lab, "9123", Purpose::Service, "carrier 9123"),
        (
            Profile::Lab,
            "8123",
            Purpose::Service,
            "carrier 8123 recorded",
        ),
        (
            Profile::Lab,
            "0755123",
            Purpose::Service,
            "carrier 00755123",
        ),
        (Profile::Lab, "2001", Purpose::Internal, "no_route"),
        (Profile::Lab, "13800138000", Purpose::Service, "no_route"),
        (
            Profile::Lab,
            "13800138000",
            Purpose::Sales,
            "carrier 13800138000",
        ),
        (Profile::Production, "9123", Purpose::Service, "number_form"),
        (
            Profile::Production,
            "110",
            Purpose::Service,
            "carrier 110 recorded",
        ),
        (Profile::Lab, "12a", Purpose::Internal, "bad_number"),
        (
            Profile::Production,
            "713800138000",
            Purpose::Service,
            "carrier 13800138000",
        ),
        (
            Profile::Production,
            "613800138000",
            Purpose::Service,
            "carrier 1790913800138000",
        ),
        (
            Profile::Production,
            "79123",
            Purpose::Service,
            "number_form",
        ),
        (
            Profile::Production,
            "7110",
            Purpose::Service,
            "carrier 110 recorded",
        ),
        (
            Profile::Production,
            "6120",
            Purpose::Service,
            "carrier 120 recorded",
        ),
    ];
    for (profile, dialled, purpose, expected) in table {
        assert_eq!(
            ask(&mut gate(profile), dialled, purpose),
            expected,
            "{dialled}"
        );
    }
}

#[test]
fn without_room_for_recordings_only_calls_that_are_not_recorded_go_out() {
    let mut gate = gate(Profile::Lab);
    gate.take_recordings(false);
    for (dialled, expected) in [
        ("8123", "no_room_to_record"),
        ("9123", "carrier 9123"),
        ("1001", "phone 1001"),
        ("110", "carrier 110 recorded"),
    ] {
        assert_eq!(ask(&mut gate, dialled, Purpose::Service), expected);
    }
    gate.take_recordings(true);
    gate.release(&TrunkName::parse("carrier").unwrap());
    assert_eq!(
        ask(&mut gate, "8123", Purpose::Service),
        "carrier 8123 recorded"
    );
}

#[test]
fn who_refused_contact_is_not_dialled_by_any_rule_until_it_is_lifted() {
    let mut gate = gate(Profile::Lab);
    let number = PartyNumber::parse("+86 95588").unwrap();
    gate.replace_refusals(vec![index(&number)]);
    for purpose in [Purpose::Sales, Purpose::Service, Purpose::RequestedCallBack] {
        assert_eq!(ask(&mut gate, "95588", purpose), "do_not_call");
    }
    gate.replace_refusals(Vec::new());
    assert_eq!(ask(&mut gate, "95588", Purpose::Sales), "carrier 95588");
}

#[test]
fn a_prefix_changes_neither_whom_a_call_is_to_nor_who_refused_it() {
    let number = PartyNumber::parse("13800138000").unwrap();
    for dialled in ["713800138000", "613800138000", "13800138000"] {
        let mut gate = gate(Profile::Production);
        let purpose = match dialled.len() {
            11 => Purpose::Sales,
            _ => Purpose::Service,
        };
        let Ok(Pass::Outside(token)) = gate.ask(&by_nobody(dialled, purpose), Moment::START) else {
            panic!("{dialled} is let out");
        };
        assert_eq!(token.party(), &number, "{dialled}");
        gate.replace_refusals(vec![index(&number)]);
        assert_eq!(ask(&mut gate, dialled, purpose), "do_not_call", "{dialled}");
    }
}

#[test]
fn who_refused_contact_in_another_branch_is_known_by_the_index_of_all_branches() {
    let number = PartyNumber::parse("13800138000").unwrap();
    let wide = |number: &PartyNumber| index(number).map(|byte| byte ^ 0xff);
    let mut gate = gate(Profile::Production);
    gate.replace_refusals(vec![wide(&number)]);
    let dialled = "713800138000";
    assert_ne!(ask(&mut gate, dialled, Purpose::Service), "do_not_call");
    gate.also_index(Box::new(move |number| Some(wide(number))));
    assert_eq!(ask(&mut gate, dialled, Purpose::Service), "do_not_call");
}

#[test]
fn emergencies_are_known_by_any_way_out() {
    let gate = gate(Profile::Production);
    for dialled in ["110", "7119", "6122"] {
        assert!(gate.is_emergency(dialled), "{dialled}");
    }
    for dialled in ["1100", "9110", "713800138000", "x"] {
        assert!(!gate.is_emergency(dialled), "{dialled}");
    }
}

#[test]
fn a_full_trunk_refuses_all_but_emergencies_and_frees_with_release() {
    let mut gate = gate(Profile::Lab);
    let carrier = TrunkName::parse("carrier").unwrap();
    assert_eq!(ask(&mut gate, "91", Purpose::Service), "carrier 91");
    assert_eq!(gate.let_in(&carrier), Ok(()));
    assert_eq!(ask(&mut gate, "92", Purpose::Service), "trunk_full");
    assert_eq!(gate.let_in(&carrier), Err(Refusal::TrunkFull));
    assert_eq!(
        ask(&mut gate, "120", Purpose::Service),
        "carrier 120 recorded"
    );
    gate.release(&carrier);
    gate.release(&carrier);
    assert_eq!(ask(&mut gate, "93", Purpose::Service), "carrier 93");
}

#[test]
fn a_trunk_taken_out_of_the_configuration_takes_no_new_call() {
    let mut gate = gate(Profile::Lab);
    assert_eq!(ask(&mut gate, "91", Purpose::Service), "carrier 91");
    let rules = vec![rule(
        "9",
        RuleTarget::Trunk(TrunkName::parse("carrier").unwrap()),
        0,
        "",
    )];
    gate.configure(
        Rules {
            profile: Profile::Lab,
            dids: Vec::new(),
            destinations: Destination::USUAL.to_vec(),
            ceilings: Ceilings::default(),
            dial_rules: rules,
            trunks: Vec::new(),
        },
        Moment::START,
    );
    assert_eq!(ask(&mut gate, "92", Purpose::Service), "trunk_unknown");
}

/// Three trunks behind one rule; `spare` is for when the others cannot.
fn three() -> Gate {
    let name = |name: &str| TrunkName::parse(name).unwrap();
    let trunk = |of: &str, weight| TrunkPlan {
        weight,
        concurrent_max: 4,
        cps_max: 100,
        ..TrunkPlan::new(name(of), "")
    };
    let group = RuleTarget::Trunks(vec![name("a"), name("b"), name("spare")]);
    let mut gate = Gate::new(Box::new(index));
    gate.configure(
        Rules {
            profile: Profile::Lab,
            dids: Vec::new(),
            destinations: Destination::USUAL.to_vec(),
            ceilings: Ceilings::default(),
            dial_rules: vec![rule("9", group, 0, "")],
            trunks: vec![trunk("a", 1), trunk("b", 1), trunk("spare", 0)],
        },
        Moment::START,
    );
    gate
}

#[test]
fn calls_go_to_the_trunk_with_the_least_to_do_and_the_spare_one_comes_last() {
    let mut gate = three();
    let to: Vec<String> = (0..13)
        .map(|_| ask(&mut gate, "91", Purpose::Service))
        .collect();
    let count = |of: &str| to.iter().filter(|to| to.starts_with(of)).count();
    assert_eq!((count("a "), count("b "), count("spare ")), (4, 4, 4));
    assert!(to[..8].iter().all(|to| !to.starts_with("spare")));
    assert_eq!(to[12], "trunk_full");
}

#[test]
fn a_trunk_that_fails_is_left_alone_until_it_works_and_is_still_better_than_none() {
    let mut gate = three();
    let (a, b) = (
        TrunkName::parse("a").unwrap(),
        TrunkName::parse("b").unwrap(),
    );
    for _ in 0..2 {
        gate.met(&a, Met::Failure(None), Moment::START);
    }
    for _ in 0..3 {
        assert_eq!(ask(&mut gate, "91", Purpose::Service), "b 91");
    }
    gate.trunk_answers(&b, false);
    assert_eq!(ask(&mut gate, "91", Purpose::Service), "spare 91");
    gate.trunk_answers(&TrunkName::parse("spare").unwrap(), false);
    assert_eq!(ask(&mut gate, "91", Purpose::Service), "a 91");
    gate.met(&b, Met::Ended(None), Moment::START);
    gate.trunk_answers(&b, true);
    assert_eq!(ask(&mut gate, "91", Purpose::Service), "b 91");
}

#[test]
fn a_try_goes_on_over_the_trunks_that_have_not_failed_it() {
    let mut gate = three();
    let asked = Request {
        dialled: "91",
        purpose: Purpose::Service,
        by: None,
        utc: UtcMs(0),
    };
    let mut tried = Vec::new();
    while let Ok(Pass::Outside(token)) = gate.ask_beside(&asked, &tried, Moment::START) {
        tried.push(token.trunk().clone());
    }
    let tried: Vec<&str> = tried.iter().map(TrunkName::as_str).collect();
    assert_eq!(tried, ["a", "b", "spare"]);
}

/// What people who sell other people's minutes try, behind a rule that lets everything out.
const FRAUD: [(&str, &str); 17] = [
    ("713800138000", "open"),
    ("7075512345678", "open"),
    ("74008001234", "open"),
    ("795588", "open"),
    ("7110", "open"),
    ("700442079460018", "destination_closed"),
    ("7+442079460018", "bad_number"),
    ("60088216123456", "destination_closed"),
    ("70019005550100", "destination_closed"),
    ("700979123456789", "destination_closed"),
    ("717401234567", "destination_closed"),
    // the rule for 0 makes 0013800138000 of it, which is in America
    ("013800138000", "destination_closed"),
    ("613491234567", "destination_closed"),
    ("702016812345", "destination_closed"),
    ("7+8675516812345", "bad_number"),
    ("71790900442079460018", "number_form"),
    ("7#31#00442079460018", "number_form"),
];

#[test]
fn costly_destinations_are_closed_in_every_way_to_write_them() {
    for (dialled, expected) in FRAUD {
        let found = ask(&mut gate(Profile::Production), dialled, Purpose::Service);
        let open = found.starts_with("carrier ");
        assert_eq!(if open { "open" } else { &found }, expected, "{dialled}");
    }
    // in a laboratory, everything goes
    let found = ask(&mut gate(Profile::Lab), "700442079460018", Purpose::Service);
    assert_eq!(found, "carrier 00442079460018");
}

#[test]
fn what_somebody_opens_is_open_and_what_is_closed_is_closed_for_sales_too() {
    let mut gate = gate(Profile::Production);
    let carrier = TrunkName::parse("carrier").unwrap();
    let open = |gate: &mut Gate, destinations: &[Destination]| {
        gate.configure(
            Rules {
                ceilings: Ceilings::default(),
                profile: Profile::Production,
                dial_rules: vec![rule("", RuleTarget::Trunk(carrier.clone()), 0, "")],
                trunks: vec![TrunkPlan::new(carrier.clone(), "")],
                dids: Vec::new(),
                destinations: destinations.to_vec(),
            },
            Moment::START,
        );
    };
    open(&mut gate, &[Destination::Fixed]);
    assert_eq!(
        ask(&mut gate, "13800138000", Purpose::Sales),
        "destination_closed"
    );
    assert_eq!(
        ask(&mut gate, "120", Purpose::Service),
        "carrier 120 recorded"
    );
    open(&mut gate, &[Destination::International]);
    let abroad = "00442079460018";
    assert_eq!(
        ask(&mut gate, abroad, Purpose::Sales),
        format!("carrier {abroad}")
    );
}

#[test]
fn an_emergency_goes_over_a_trunk_that_works_and_on_over_the_others() {
    let mut gate = three();
    let a = TrunkName::parse("a").unwrap();
    for _ in 0..2 {
        gate.met(&a, Met::Failure(None), Moment::START);
    }
    let asked = Request {
        dialled: "110",
        purpose: Purpose::Service,
        by: None,
        utc: UtcMs(0),
    };
    let mut tried = Vec::new();
    while let Ok(Pass::Outside(token)) = gate.ask_beside(&asked, &tried, Moment::START) {
        assert_eq!(token.has_others(), tried.len() < 2);
        tried.push(token.trunk().clone());
    }
    let tried: Vec<&str> = tried.iter().map(TrunkName::as_str).collect();
    assert_eq!(tried, ["b", "spare", "a"]);
}

/// A gate of a production branch with these ceilings, whose trunk may carry ten minutes a day.
fn ceiled(ceilings: Ceilings) -> Gate {
    let mut gate = gate(Profile::Production);
    let carrier = TrunkName::parse("carrier").unwrap();
    let trunk = TrunkPlan {
        concurrent_max: 100,
        cps_max: 100,
        minutes_day_max: Some(10),
        ..TrunkPlan::new(carrier.clone(), "127.0.0.1:5160")
    };
    let rules = Rules {
        profile: Profile::Production,
        dial_rules: vec![rule("7", RuleTarget::Trunk(carrier), 1, "")],
        trunks: vec![trunk],
        destinations: Destination::USUAL.to_vec(),
        ceilings,
        ..Rules::default()
    };
    gate.configure(rules, Moment::START);
    gate
}

fn asked_by(gate: &mut Gate, phone: &Extension, calls: u32, dialled: &str) -> String {
    let asked = Request {
        by: Some(By { phone, calls }),
        ..by_nobody(dialled, Purpose::Service)
    };
    match gate.ask(&asked, Moment::START) {
        Ok(Pass::Outside(token)) => token.dial().to_owned(),
        Ok(Pass::Phone { extension, .. }) => format!("phone {extension}"),
        Err(blocked) => blocked.refusal.code().to_owned(),
    }
}

fn talked(by: &Extension, minutes: u64) -> Spent {
    Spent {
        by: Some(by.clone()),
        trunk: TrunkName::parse("carrier").unwrap(),
        destination: Some(Destination::Mobile),
        talk_ms: minutes * 60_000,
    }
}

#[test]
fn ceilings_hold_calls_back_and_emergencies_never() {
    let phone = Extension::parse("1000").unwrap();
    let number = "713800138000";
    let ceilings = Ceilings {
        phone_calls_max: 2,
        phone_rate_max: 3,
        phone_minutes_max: 5,
        ..Ceilings::default()
    };
    let mut gate = ceiled(ceilings.clone());
    for _ in 0..3 {
        assert_eq!(asked_by(&mut gate, &phone, 0, number), "13800138000");
    }
    assert_eq!(asked_by(&mut gate, &phone, 0, number), "rate_ceiling");
    assert_eq!(asked_by(&mut gate, &phone, 2, number), "calls_ceiling");
    let other = Extension::parse("1001").unwrap();
    gate.spent(&talked(&other, 5), UtcMs(0));
    assert_eq!(asked_by(&mut gate, &other, 0, number), "minutes_ceiling");
    // the trunk itself is used up for everybody
    gate.spent(&talked(&phone, 5), UtcMs(0));
    let third = Extension::parse("1002").unwrap();
    assert_eq!(asked_by(&mut gate, &third, 0, number), "minutes_ceiling");
    for emergency in ["110", "7120"] {
        let dialled = asked_by(&mut gate, &other, 99, emergency);
        assert!(["110", "120"].contains(&dialled.as_str()), "{dialled}");
    }
    // 1970-01-01 08:00 in China
    let mut closed = ceiled(Ceilings {
        hours: Hours::parse("09:00-18:00"),
        ..ceilings
    });
    assert_eq!(asked_by(&mut closed, &phone, 0, number), "off_hours");
    assert_eq!(asked_by(&mut closed, &phone, 0, "119"), "119");
}

#[test]
fn a_test_call_goes_over_its_trunk_through_the_same_filters() {
    let mut gate = gate(Profile::Production);
    let over = |gate: &mut Gate, name: &str, dialled: &str| {
        let trunk = TrunkName::parse(name).unwrap();
        let asked = by_nobody(dialled, Purpose::SelfTest);
        match gate.ask_over(&trunk, &asked, Moment::START) {
            Ok(token) => format!("{} {}", token.trunk(), token.dial()),
            Err(blocked) => blocked.refusal.code().to_owned(),
        }
    };
    let table = [
        ("carrier", "13800138000", "carrier 13800138000"),
        ("nobody", "13800138000", "trunk_unknown"),
        ("carrier", "110", "not_allowed"),
        ("carrier", "0019001234567", "destination_closed"),
        ("carrier", "12a", "bad_number"),
    ];
    for (trunk, dialled, expected) in table {
        assert_eq!(over(&mut gate, trunk, dialled), expected, "{dialled}");
    }
}

#[test]
fn each_trunk_gets_numbers_in_its_own_form() {
    let carrier = TrunkName::parse("carrier").unwrap();
    let mut gate = gate(Profile::Production);
    let trunk = TrunkPlan {
        number_form: NumberForm::E164,
        caller: Some("02012345678".to_owned()),
        ..TrunkPlan::new(carrier.clone(), "127.0.0.1:5160")
    };
    let rules = Rules {
        profile: Profile::Production,
        dial_rules: vec![
            rule("7", RuleTarget::Trunk(carrier.clone()), 1, ""),
            rule("6", RuleTarget::Trunk(carrier), 1, "17909"),
        ],
        trunks: vec![trunk],
        destinations: Destination::USUAL.to_vec(),
        ..Rules::default()
    };
    gate.configure(rules, Moment::START);
    let mut sent = |dialled: &str| {
        let asked = by_nobody(dialled, Purpose::Service);
        match gate.ask(&asked, Moment::START) {
            Ok(Pass::Outside(token)) => (
                token.dial().to_owned(),
                token.caller().unwrap_or_default().to_owned(),
            ),
            other => panic!("{other:?}"),
        }
    };
    let own = "+862012345678".to_owned();
    assert_eq!(
        sent("713800138000"),
        ("+8613800138000".to_owned(), own.clone())
    );
    // a code for another network stands before the number: as the rule made it
    assert_eq!(
        sent("613800138000"),
        ("1790913800138000".to_owned(), own.clone())
    );
    assert_eq!(sent("110"), ("110".to_owned(), own));
}
