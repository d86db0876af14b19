//! Every code that a user can meet has its text in Chinese and in English.
use super::codes;
use super::tree::{File, assert_none, files, root};
use branch_store::StoreError;
use messages::command::HuntStrategy;
use messages::snapshot::SnapshotRefused;
use messages::{
    AlarmKind, BanReason, DataCopy, DeviceVendor, Direction, DiskStage, DivertReason, Purpose,
    Refusal, ReleasedBy, SelfTestVerdict, Stage, SystemResult, UnbindReason,
    command::{Profile, Role},
    enrolment::{CertificateOrigin, EnrolPurpose, EnrolState, NotEnrolled},
    fact::Body,
    lane::Order,
};
use provisioning::Verdict;
use rights::HqField;
use serde_json::Value;
use std::collections::BTreeSet;

const FOLDER: &str = "protocol/web/locales";
const LOCALES: [&str; 2] = ["zh-CN", "en"];

/// Where the link says what went wrong.
const LINK: &[&str] = &["protocol/link/src/", "appliance/gateway/src/link/"];

/// Families whose codes are all those that the sources under some paths say.
const SAID: &[(&str, &[&str])] = &[
    ("dead_letter", &["cloud/store/src/dead_letter.rs"]),
    ("link_error", LINK),
    (
        "snapshot_error",
        &["appliance/gateway/src/snapshot/error.rs"],
    ),
    (
        "recording_error",
        &[
            "appliance/media/src/recording/",
            "appliance/gateway/src/recorder/",
        ],
    ),
];

/// Literals under these paths that only look like codes of their family, and what they are.
const NO_CODES: &[(&str, &str)] = &[("own_certificate", "the beginning of three codes")];

/// Families whose codes are the values of an enumeration in the document of an API.
const DOCUMENTED: &[(&str, &str, &str)] = &[
    ("branch.call_phase", "branch", "Phase"),
    ("branch.recording.at", "branch", "RecordingState"),
    ("device_phase", "branch", "DevicePhase"),
    ("directive_state", "hq", "DirectiveState"),
    ("sync_phase", "hq", "SyncPhase"),
    ("sync_trouble", "hq", "SyncTrouble"),
    ("line_break", "hq", "BreakKindShown"),
    ("hq.break.help", "hq", "BreakKindShown"),
    ("sealed.why", "hq", "PersonalState"),
    ("sealed.word", "hq", "PersonalState"),
];

/// Values of such an enumeration that are shown as they are, not by a label.
const SHOWN_AS_THEY_ARE: &[(&str, &str)] =
    &[("PersonalState", "clear"), ("PersonalState", "masked")];

/// Words that only the pages know.
const OF_THE_PAGES: &[(&str, &[&str])] = &[
    ("age", &["never", "now", "second", "minute", "hour", "day"]),
    ("span", &["now", "second", "minute", "hour", "day"]),
    ("line.at", &["live", "connecting", "waiting", "closed"]),
    ("branch.dial", &["own_phone", "ringing", "talking"]),
    ("branch.erasure", &["pending", "complete"]),
    (
        "actor",
        &["system", "console", "user", "phone", "trunk", "hq"],
    ),
    (
        "branch.audit.of",
        &[
            "system",
            "console",
            "hq",
            "user",
            "phone",
            "device",
            "trunk",
            "customer",
            "call",
            "recording",
            "party",
        ],
    ),
    (
        "branch.nav",
        &[
            "overview",
            "customers",
            "calls",
            "recordings",
            "system",
            "audit",
        ],
    ),
    (
        "hq.nav",
        &[
            "branches",
            "hours",
            "calls",
            "customers",
            "boxes",
            "dead_letters",
            "sync",
            "wishes",
        ],
    ),
    ("hq.sync", &["lag", "clock", "directives"]),
    (
        "hq.box.certificate_state",
        &["good", "waiting", "expired", "revoked"],
    ),
    ("branch.hq", &["url", "code", "fingerprint"]),
];

/// What a problem's code may be looked up in.
const OF_PROBLEMS: [&str; 2] = ["refusal", "problem"];

/// A family of codes: labels stand under `family.code`.
fn families(files: &[File]) -> Vec<(&'static str, Vec<String>)> {
    let mut families = of_the_contract();
    for (family, places) in SAID {
        let codes = codes::said(files, places).into_iter();
        let codes = codes.filter(|code| !NO_CODES.iter().any(|(no, _)| no == code));
        families.push((family, codes.collect()));
    }
    // The verdict on a HELLO is a trouble of the link too.
    let verdicts = codes::handed_back(files, "protocol/messages/src/lane", "Verdict");
    for family in ["verdict", "link_error"] {
        families.push((family, verdicts.clone()));
    }
    families.push(("link_phase", verdicts));
    for of in ["LinkPhase", "Trouble"] {
        let codes = codes::handed_back(files, "protocol/link/src/status.rs", of);
        families.push(("link_phase", codes));
    }
    let directives = codes::said(files, LINK).into_iter();
    let directives = directives.filter(|code| code.starts_with("directive_"));
    families.push(("directive", directives.collect()));
    let results = codes::said(files, &["protocol/messages/src/lane/directives.rs"]);
    let results = results.into_iter();
    let results = results.filter(|code| code.starts_with("command_"));
    families.push(("command_code", results.collect()));
    for (family, document, schema) in DOCUMENTED {
        families.push((family, documented(document, schema)));
    }
    for (family, codes) in OF_THE_PAGES {
        families.push((
            family,
            codes.iter().map(|code| (*code).to_owned()).collect(),
        ));
    }
    families
}

/// Codes of enumerations that the wire contract knows.
fn of_the_contract() -> Vec<(&'static str, Vec<String>)> {
    fn all<T: Copy>(list: &[T], code: impl Fn(T) -> &'static str) -> Vec<String> {
        list.iter().map(|one| code(*one).to_owned()).collect()
    }
    vec![
        ("refusal", all(Refusal::ALL, Refusal::code)),
        ("hq_sees", all(&HqField::ALL, HqField::code)),
        (
            "command",
            Order::KINDS.iter().map(ToString::to_string).collect(),
        ),
        ("system_result", all(SystemResult::ALL, SystemResult::code)),
        ("direction", all(Direction::ALL, Direction::code)),
        ("purpose", all(Purpose::ALL, Purpose::code)),
        ("released_by", all(ReleasedBy::ALL, ReleasedBy::code)),
        ("divert_reason", all(DivertReason::ALL, DivertReason::code)),
        ("hunt_strategy", all(&HuntStrategy::ALL, HuntStrategy::code)),
        ("unbind_reason", all(UnbindReason::ALL, UnbindReason::code)),
        ("alarm", all(AlarmKind::ALL, AlarmKind::code)),
        ("ban_reason", all(BanReason::ALL, BanReason::code)),
        ("device_vendor", all(DeviceVendor::ALL, DeviceVendor::code)),
        ("provisioning_verdict", all(Verdict::ALL, Verdict::code)),
        (
            "self_test",
            all(SelfTestVerdict::ALL, SelfTestVerdict::code),
        ),
        ("stage", all(&Stage::ALL, Stage::code)),
        ("role", all(&Role::ALL, Role::code)),
        ("profile", all(&Profile::ALL, Profile::code)),
        ("data_copy", all(&DataCopy::ALL, DataCopy::code)),
        ("problem", all(NotEnrolled::ALL, NotEnrolled::code)),
        ("enrol_purpose", all(EnrolPurpose::ALL, EnrolPurpose::code)),
        ("enrol_state", all(EnrolState::ALL, EnrolState::code)),
        (
            "certificate_origin",
            all(CertificateOrigin::ALL, CertificateOrigin::code),
        ),
        (
            "store",
            StoreError::CODES
                .iter()
                .map(|code| (*code).to_owned())
                .collect(),
        ),
        (
            "fact",
            Body::KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        ),
        ("disk_stage", all(&DiskStage::ALL, DiskStage::code)),
        (
            "snapshot_error",
            all(SnapshotRefused::ALL, SnapshotRefused::code),
        ),
    ]
}

/// The values of an enumeration of `protocol/web/api/generated`.
fn documented(document: &str, schema: &str) -> Vec<String> {
    let file = format!("protocol/web/api/generated/{document}.openapi.json");
    let text = std::fs::read_to_string(root().join(&file))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let whole: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let values = whole["components"]["schemas"][schema]["enum"].as_array();
    let values = values.unwrap_or_else(|| panic!("{file} has no enumeration {schema}"));
    let words = values.iter().filter_map(Value::as_str);
    words
        .filter(|word| !SHOWN_AS_THEY_ARE.contains(&(schema, word)))
        .map(str::to_owned)
        .collect()
}

/// Families that a page shows and no rule here knows the codes of.
fn unknown_families(files: &[File], known: &[(&str, Vec<String>)]) -> Vec<String> {
    let shown = codes::shown(files).into_iter();
    let unknown = shown.filter(|family| !known.iter().any(|(name, _)| name == family));
    unknown
        .map(|family| format!("a page shows {family}.…, whose codes are not known here"))
        .collect()
}

/// Codes of problems that neither family of their texts has.
fn unlabelled_problems(name: &str, locale: &Value, codes: &BTreeSet<String>) -> Vec<String> {
    let has = |code: &String| {
        OF_PROBLEMS
            .iter()
            .any(|family| locale[family][code].is_string())
    };
    let missing = codes.iter().filter(|code| !has(code));
    missing
        .map(|code| format!("{name}: problem.{code} has no label"))
        .collect()
}

fn locale(name: &str) -> Value {
    let path = root().join(FOLDER).join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn missing(name: &str, locale: &Value, families: &[(&str, Vec<String>)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (family, codes) in families {
        let family_at = family.split('.').fold(locale, |at, part| &at[part]);
        for code in codes {
            let label = family_at[code.as_str()].as_str();
            match label {
                None => complaints.push(format!("{name}: {family}.{code} has no label")),
                Some(label) if label.trim().is_empty() => {
                    complaints.push(format!("{name}: {family}.{code} has an empty label"));
                }
                Some(label) if name == "zh-CN" && !label.chars().any(is_han) => {
                    complaints.push(format!("{name}: {family}.{code} is not Chinese: {label}"));
                }
                Some(_) => {}
            }
        }
    }
    complaints
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// All keys with a text, as `a.b.c`.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    let Some(map) = value.as_object() else {
        found.insert(at.to_owned());
        return;
    };
    for (key, value) in map {
        let at = if at.is_empty() {
            key.clone()
        } else {
            format!("{at}.{key}")
        };
        keys(value, &at, found);
    }
}

fn one_sided(first: &Value, second: &Value) -> Vec<String> {
    let (mut a, mut b) = (BTreeSet::new(), BTreeSet::new());
    keys(first, "", &mut a);
    keys(second, "", &mut b);
    let lonely = a.symmetric_difference(&b);
    lonely
        .map(|key| format!("{key} stands in one language only"))
        .collect()
}

#[test]
fn every_code_of_the_product_has_a_label_in_both_languages() {
    let families = families(&files());
    for (family, codes) in &families {
        assert!(!codes.is_empty(), "no code of {family} was found");
    }
    for name in LOCALES {
        assert_none(&missing(name, &locale(name), &families));
    }
}

#[test]
fn every_problem_of_an_api_has_its_text_in_both_languages() {
    let files = files();
    let codes = codes::handed_to(&files, "Problem::new(");
    assert!(codes.len() > 8, "only {codes:?} found");
    for name in LOCALES {
        assert_none(&unlabelled_problems(name, &locale(name), &codes));
    }
}

#[test]
fn every_family_that_a_page_shows_is_known_here() {
    let files = files();
    assert_none(&unknown_families(&files, &families(&files)));
}

#[test]
fn both_languages_say_the_same_things() {
    assert_none(&one_sided(&locale(LOCALES[0]), &locale(LOCALES[1])));
}

#[test]
fn a_missing_an_empty_and_an_untranslated_label_are_found() {
    let codes = |list: &[&str]| {
        list.iter()
            .map(|code| (*code).to_owned())
            .collect::<Vec<_>>()
    };
    let families = [
        ("stage", codes(&["lead", "won", "lost"])),
        ("a.b", codes(&["c"])),
    ];
    assert_eq!(missing("en", &Value::Null, &families).len(), 4);
    let some = serde_json::json!({ "stage": { "lead": "Lead", "won": " ", "lost": "丢单" }, "a": { "b": { "c": "丙" } } });
    let complaints = missing("zh-CN", &some, &families);
    assert_eq!(
        complaints,
        [
            "zh-CN: stage.lead is not Chinese: Lead",
            "zh-CN: stage.won has an empty label"
        ]
    );
    let pair = (
        serde_json::json!({"a": {"b": "1"}}),
        serde_json::json!({"a": {"c": "1"}}),
    );
    assert_eq!(one_sided(&pair.0, &pair.1).len(), 2);
}

#[test]
fn a_code_of_the_link_without_a_label_a_problem_without_a_text_and_an_unknown_family_are_found() {
    let file = |path, text| File::new(path, text);
    let link = [file(
        "protocol/link/src/x.rs",
        "const A: &str = \"a_new_trouble\";\n",
    )];
    let of_link: Vec<_> = families(&link)
        .into_iter()
        .filter(|(family, _)| *family == "link_error")
        .collect();
    let complaints = missing("en", &locale("en"), &of_link);
    assert_eq!(complaints, ["en: link_error.a_new_trouble has no label"]);
    let api = [file(
        "cloud/service/src/api/x.rs",
        "Problem::new(StatusCode::GONE, \"a_new_problem\")\n",
    )];
    let problems = codes::handed_to(&api, "Problem::new(");
    assert_eq!(unlabelled_problems("en", &locale("en"), &problems).len(), 1);
    let page = [file(
        "cloud/web/src/x.tsx",
        "label('a_new_family', one.code)",
    )];
    assert_eq!(unknown_families(&page, &families(&page)).len(), 1);
}
