//! The API's document is what the pages' types were made from, and it names every role and every answer.
use portal::access::{Access, Rule};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&portal::openapi::to_text(&cloud::api::document())).unwrap()
}

#[test]
fn the_pages_types_are_those_of_this_document() {
    let kept = include_str!("../../../../protocol/web/api/generated/hq.openapi.json");
    let kept: Value = serde_json::from_str(kept).unwrap();
    assert!(
        kept == document(),
        "the API has changed: npm run generate:types"
    );
}

#[test]
fn every_operation_has_its_own_name_and_only_the_log_in_is_open() {
    let access = Access::of(&cloud::api::document());
    let open: Vec<_> = access
        .iter()
        .filter(|(_, _, rule)| **rule == Rule::Anyone)
        .map(|(method, path, _)| (method, path))
        .collect();
    assert_eq!(open, [("POST", "/api/v1/session")]);
    let document = document();
    let mut names: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(count == names.len() && count >= 10, "{names:?}");
}
