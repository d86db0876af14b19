//! Every code that a user can meet has its text in Chinese and in English.
use super::tree::{assert_none, root};
use branch_store::StoreError;
use messages::{
    DataCopy, Direction, Purpose, Refusal, ReleasedBy, Stage, SystemResult, UnbindReason,
    command::{Profile, Role},
    fact::Body,
};
use serde_json::Value;
use std::collections::BTreeSet;

const FOLDER: &str = "protocol/web/locales";
const LOCALES: [&str; 2] = ["zh-CN", "en"];

/// A family of codes: labels stand under `family.code`.
fn families() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        (
            "refusal",
            Refusal::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "system_result",
            SystemResult::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "direction",
            Direction::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "purpose",
            Purpose::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "released_by",
            ReleasedBy::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "unbind_reason",
            UnbindReason::ALL.iter().map(|one| one.code()).collect(),
        ),
        ("stage", Stage::ALL.iter().map(|one| one.code()).collect()),
        ("role", Role::ALL.iter().map(|one| one.code()).collect()),
        (
            "profile",
            Profile::ALL.iter().map(|one| one.code()).collect(),
        ),
        (
            "data_copy",
            DataCopy::ALL.iter().map(|one| one.code()).collect(),
        ),
        ("fact", Body::KINDS.to_vec()),
        ("store", StoreError::CODES.to_vec()),
    ]
}

fn locale(name: &str) -> Value {
    let path = root().join(FOLDER).join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn missing(name: &str, locale: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for (family, codes) in families() {
        for code in codes {
            let label = locale
                .get(family)
                .and_then(|family| family.get(code))
                .and_then(Value::as_str);
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
    for name in LOCALES {
        assert_none(&missing(name, &locale(name)));
    }
}

#[test]
fn both_languages_say_the_same_things() {
    assert_none(&one_sided(&locale(LOCALES[0]), &locale(LOCALES[1])));
}

#[test]
fn a_missing_an_empty_and_an_untranslated_label_are_found() {
    let total: usize = families().iter().map(|(_, codes)| codes.len()).sum();
    assert_eq!(missing("en", &Value::Null).len(), total);
    let some = serde_json::json!({ "stage": { "lead": "Lead", "won": " ", "lost": "丢单" } });
    let complaints = missing("zh-CN", &some);
    assert!(complaints.contains(&"zh-CN: stage.lead is not Chinese: Lead".to_owned()));
    assert!(complaints.contains(&"zh-CN: stage.won has an empty label".to_owned()));
    assert!(!complaints.iter().any(|line| line.contains("stage.lost")));
    let pair = (
        serde_json::json!({"a": {"b": "1"}}),
        serde_json::json!({"a": {"c": "1"}}),
    );
    assert_eq!(one_sided(&pair.0, &pair.1).len(), 2);
}
