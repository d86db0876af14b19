//! The branch file: the documented shape works, and every mistake is said with its line.
use super::parse;
use messages::ceilings::{Ceilings, Hours};
use messages::command::{CallerIn, Profile, RuleTarget, Secret, TrunkSource};
use messages::{Extension, Money, SipCode, TrunkName};

const DOCUMENTED: &str = r#"
[policy]
profile = "lab"            # lab: no calling windows, caps, or destination limits; production is the default
[[phone]]
user = "1000"  password = "pw1000"  name = "前台"     # also: range = "1000-1999", password = "pw{user}"
[[trunk]]
name = "carrier"  address = "127.0.0.1:5160"  accept_from = ["127.0.0.1:5161"]  concurrent_max = 500  cps_max = 300
[[rule]]
prefix = "9"  to = "trunk:carrier"  record = false     # the dialled digits are passed on unchanged unless strip/prepend is set
[[rule]]
prefix = "8"  to = "trunk:carrier"  record = true
[[rule]]
prefix = "1"  to = "phone"
"#;

#[test]
fn ceilings_are_read_and_the_usual_stand_where_none_are_named() {
    let of = |text: &str| parse(text, "branch.toml").unwrap();
    assert_eq!(of("").ceilings, Ceilings::default());
    let plan = of(
        "[policy]\nphone_calls_max = 2\nphone_rate_max = 10\nphone_minutes_max = 300\nphone_cost_max = 50\n\
         branch_cost_max = 2000\nprices = [\"mobile 0.12\", \"fixed 0.06\", \"international 3\"]\nhours = \"08:00-21:00\"\n\
         [[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\nminutes_day_max = 20000\ncost_day_max = 1500\n",
    );
    let ceilings = &plan.ceilings;
    assert_eq!(
        (
            ceilings.phone_calls_max,
            ceilings.phone_rate_max,
            ceilings.phone_minutes_max
        ),
        (2, 10, 300)
    );
    assert_eq!(ceilings.phone_cost_max, Some(Money::from_fen(5_000)));
    assert_eq!(ceilings.branch_cost_max, Some(Money::from_fen(200_000)));
    assert_eq!(ceilings.hours, Hours::parse("08:00-21:00"));
    let fen: Vec<i64> = ceilings.prices.iter().map(|one| one.minute.fen()).collect();
    assert_eq!(fen, [12, 6, 300]);
    assert_eq!(plan.trunks[0].minutes_day_max, Some(20_000));
    assert_eq!(plan.trunks[0].cost_day_max, Some(Money::from_fen(150_000)));
}

#[test]
fn the_documented_shape_is_read() {
    let plan = parse(DOCUMENTED, "branch.toml").unwrap();
    assert_eq!(plan.profile, Profile::Lab);
    let [phone] = &plan.phones[..] else {
        panic!("{:?}", plan.phones)
    };
    assert_eq!(
        (phone.extension.as_str(), phone.label.as_str()),
        ("1000", "前台")
    );
    assert_eq!(phone.password, Secret::new("pw1000".to_owned()));
    let [trunk] = &plan.trunks[..] else {
        panic!("{:?}", plan.trunks)
    };
    let source = TrunkSource {
        ip: "127.0.0.1".parse().unwrap(),
        port: Some(5161),
    };
    assert_eq!(trunk.accept_from, [source]);
    assert_eq!((trunk.concurrent_max, trunk.cps_max), (500, 300));
    let carrier = RuleTarget::Trunk(TrunkName::parse("carrier").unwrap());
    let rules: Vec<_> = plan
        .rules
        .iter()
        .map(|rule| (rule.prefix.as_str(), &rule.to, rule.record))
        .collect();
    assert_eq!(
        rules,
        [
            ("9", &carrier, false),
            ("8", &carrier, true),
            ("1", &RuleTarget::Phone, false)
        ]
    );
}

#[test]
fn the_same_file_one_key_a_line_is_the_same_plan() {
    let lines = DOCUMENTED
        .replace("  password", "\npassword")
        .replace("  name", "\nname")
        .replace("  address", "\naddress");
    assert_eq!(parse(&lines, "b"), parse(DOCUMENTED, "b"));
}

#[test]
fn a_trunk_with_a_login_and_several_behind_one_rule_are_read() {
    let text = "[[trunk]]\nname = \"ims\"\naddress = \"sbc.carrier.cn:5060\"\ntransport = \"tcp\"\n\
                domain = \"ims.carrier.cn\"\nuser = \"+862012345678\"\n\
                auth_user = \"+862012345678@ims.carrier.cn\"\npassword = \"hunter2\"\n\
                callers = [\"02012345678\", \"02012345679\"]\ncaller_in = \"preferred\"\n\
                weight = 3\nreached_codes = [486, 603]\n\
                [[trunk]]\nname = \"spare\"\naddress = \"10.0.0.9:5060\"\nweight = 0\n\
                [[rule]]\nprefix = \"0\"\nto = \"trunk:ims, spare\"\n";
    let plan = parse(text, "b").unwrap();
    let [ims, spare] = &plan.trunks[..] else {
        panic!("{:?}", plan.trunks)
    };
    let login = ims.login.as_ref().unwrap();
    assert_eq!(login.auth_user, "+862012345678@ims.carrier.cn");
    assert_eq!((login.expires_s, login.password.expose()), (600, "hunter2"));
    assert_eq!(ims.domain.as_deref(), Some("ims.carrier.cn"));
    assert_eq!(ims.caller_in, CallerIn::Preferred);
    let shown: Vec<_> = ims.callers().map(String::as_str).collect();
    assert_eq!(shown, ["02012345678", "02012345679"]);
    assert_eq!((ims.weight, spare.weight), (3, 0));
    assert_eq!(ims.reached_codes, [SipCode(486), SipCode(603)]);
    assert!(ims.accept_from.is_empty() && spare.login.is_none());
    let names = [ims, spare].map(|trunk| trunk.name.clone()).to_vec();
    assert_eq!(plan.rules[0].to, RuleTarget::Trunks(names));
}

#[test]
fn a_range_makes_phones_with_their_own_passwords() {
    let plan = parse(
        "[[phone]]\nrange = \"0998-1001\"\npassword = \"pw{user}!\"\n",
        "b",
    )
    .unwrap();
    let phones: Vec<_> = plan
        .phones
        .iter()
        .map(|phone| (phone.extension.as_str(), phone.password.expose()))
        .collect();
    assert_eq!(
        phones,
        [
            ("0998", "pw0998!"),
            ("0999", "pw0999!"),
            ("1000", "pw1000!"),
            ("1001", "pw1001!")
        ]
    );
    assert_eq!(plan.profile, Profile::Production);
    assert_eq!(plan.phones[0].label, "0998");
    assert_eq!(parse("", "b").unwrap().phones, []);
    assert!(Extension::parse("0998").is_some());
}

/// What is said: line, key, code.
fn said(text: &str) -> Vec<(usize, String, &'static str)> {
    let errors = parse(text, "b").unwrap_err();
    errors
        .into_iter()
        .map(|error| (error.line, error.key, error.fault.code()))
        .collect()
}

/// The file, and what is said of it: line, key, code.
const MISTAKES: &[(&str, usize, &str, &str)] = &[
    (
        "[policy]\nprofile = \"la\"",
        2,
        "policy.profile",
        "plan_unknown_profile",
    ),
    (
        "[policy]\nprofil = \"lab\"",
        2,
        "policy.profil",
        "plan_unknown_key",
    ),
    ("\n[phones]\n", 2, "phones", "plan_unknown_key"),
    (
        "[[phone]]\nuser = \"1\"\npassword = \"x\"",
        2,
        "phone.user",
        "plan_bad_extension",
    ),
    (
        "[[phone]]\nuser = 1000\npassword = \"x\"",
        2,
        "phone.user",
        "plan_wrong_kind",
    ),
    (
        "[[phone]]\nuser = \"1000\"",
        1,
        "phone.password",
        "plan_missing",
    ),
    (
        "[[phone]]\npassword = \"x\"",
        1,
        "phone.user",
        "plan_user_or_range",
    ),
    (
        "[[phone]]\nuser = \"1000\"  password = \"\"",
        2,
        "phone.password",
        "plan_bad_password",
    ),
    (
        "[[phone]]\nrange = \"1000-1009\"\npassword = \"pw{usr}\"",
        3,
        "phone.password",
        "plan_unknown_placeholder",
    ),
    (
        "[[phone]]\nrange = \"1000-999\"\npassword = \"x\"",
        2,
        "phone.range",
        "plan_bad_range",
    ),
    (
        "[[phone]]\nrange = \"2000-1000\"\npassword = \"x\"",
        2,
        "phone.range",
        "plan_bad_range",
    ),
    (
        "[[phone]]\nrange = \"10000000-99999999\"\npassword = \"x\"",
        2,
        "phone.range",
        "plan_too_many",
    ),
    (
        "[[trunk]]\nname = \"a b\"\naddress = \"1.2.3.4:5060\"",
        2,
        "trunk.name",
        "plan_bad_trunk_name",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4\"",
        3,
        "trunk.address",
        "plan_bad_address",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"sip.cn:5060\"",
        1,
        "trunk.accept_from",
        "plan_source_missing",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ncps_max = 0",
        4,
        "trunk.cps_max",
        "plan_out_of_bounds",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\naccept_from = [\"x\"]",
        4,
        "trunk.accept_from",
        "plan_bad_source",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ncaller = \"x\"",
        4,
        "trunk.caller",
        "plan_bad_caller",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\nuser = \"020\"",
        1,
        "trunk.user",
        "plan_login_incomplete",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ndomain = \"a b\"",
        4,
        "trunk.domain",
        "plan_bad_word",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ncaller_in = \"to\"",
        4,
        "trunk.caller_in",
        "plan_bad_caller_in",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ncodecs = [\"pcma\", \"gsm\"]",
        4,
        "trunk.codecs",
        "plan_bad_codec",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\nptime_ms = 5",
        4,
        "trunk.ptime_ms",
        "plan_out_of_bounds",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\nreached_codes = [486, 200]",
        4,
        "trunk.reached_codes",
        "plan_out_of_bounds",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\ncallers = [\"020\", \"x\"]",
        4,
        "trunk.caller",
        "plan_bad_caller",
    ),
    (
        "[policy]\ndestinations = [\"mobile\", \"moon\"]",
        2,
        "policy.destinations",
        "plan_bad_destination",
    ),
    (
        "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\nnumber_form = \"+86\"",
        4,
        "trunk.number_form",
        "plan_bad_number_form",
    ),
    (
        "[policy]\nhours = \"8-21\"",
        2,
        "policy.hours",
        "plan_bad_hours",
    ),
    (
        "[policy]\nprices = [\"mobile 0.12\", \"mobile 1,2\"]",
        2,
        "policy.prices",
        "plan_bad_price",
    ),
    (
        "[policy]\nphone_calls_max = 0",
        2,
        "policy.phone_calls_max",
        "plan_out_of_bounds",
    ),
    (
        "[[rule]]\nprefix = \"9\"\nto = \"trunk:none\"",
        3,
        "rule.to",
        "plan_trunk_unknown",
    ),
    (
        "[[rule]]\nprefix = \"9\"\nto = \"phones\"",
        3,
        "rule.to",
        "plan_bad_target",
    ),
    (
        "[[rule]]\nprefix = \"x\"\nto = \"phone\"",
        2,
        "rule.prefix",
        "plan_bad_digits",
    ),
    (
        "[[rule]]\nprefix = \"1\"\nto = \"phone\"\n[[rule]]\nprefix = \"1\"\nto = \"phone\"",
        4,
        "rule.prefix",
        "plan_rule_twice",
    ),
    ("rule = 1", 1, "rule", "plan_wrong_kind"),
    ("[[rule]\n", 1, "", "plan_syntax"),
];

#[test]
fn each_mistake_is_said_with_its_line_and_key() {
    for (text, line, key, code) in MISTAKES {
        let said = said(text);
        assert!(
            said.contains(&(*line, (*key).to_owned(), *code)),
            "{text}\n{said:?}"
        );
    }
}

#[test]
fn an_extension_that_stands_twice_names_its_first_line() {
    let text = "[[phone]]\nuser = \"1000\"\npassword = \"x\"\n[[phone]]\nrange = \"0999-1001\"\npassword = \"x\"\n";
    let errors = parse(text, "branch.toml").unwrap_err();
    let text = errors[0].to_string();
    assert!(text.starts_with("branch.toml:4: phone.user: "), "{text}");
    assert!(
        text.contains("line 1 ") && text.ends_with("[plan_extension_twice]"),
        "{text}"
    );
}

#[test]
fn braces_of_another_kind_belong_to_the_password() {
    let text = "[[phone]]\nuser = \"1000\"\npassword = \"a{1}{}{b\"\n";
    let plan = parse(text, "branch.toml").unwrap();
    assert_eq!(plan.phones[0].password.expose(), "a{1}{}{b");
}

#[test]
fn one_prefix_may_lead_to_phones_and_to_a_trunk() {
    let text = "[[trunk]]\nname = \"a\"\naddress = \"1.2.3.4:5\"\n\
                [[rule]]\nprefix = \"1\"\nto = \"phone\"\n[[rule]]\nprefix = \"1\"\nto = \"trunk:a\"\n";
    assert_eq!(parse(text, "branch.toml").unwrap().rules.len(), 2);
}

#[test]
fn all_mistakes_are_said_at_once_in_the_order_of_their_lines() {
    let text = "[[rule]]\nprefix = \"x\"\nto = \"y\"\n[[phone]]\nuser = \"1\"\npassword = \"\"\n";
    let lines: Vec<usize> = said(text).into_iter().map(|(line, ..)| line).collect();
    assert_eq!(lines, [2, 3, 5, 6]);
}

#[test]
fn any_text_is_answered_without_panic() {
    let mut rng = sansio::SeededRng::new(7);
    let pieces = [
        "[[phone]]",
        "user",
        "=",
        " ",
        "\"",
        "'",
        "1000",
        "\n",
        "#",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "range",
        "-",
        "\u{4e2d}",
    ];
    for _ in 0..2_000 {
        let len = rng.below(24);
        let text: String = (0..len)
            .map(|_| pieces[usize::try_from(rng.below(pieces.len() as u64)).unwrap()])
            .collect();
        let _ = parse(&text, "b");
    }
}
