//! Where the product's codes are said: read out of its sources, so that a new one is known the moment it is written.
use super::source::{masked, parted};
use super::tree::File;
use std::collections::BTreeSet;

/// Literals of the product's own lines that read like a code (`own_certificate_expired`), under these paths.
/// One word alone may be anything; a code has two.
pub(super) fn said(files: &[File], places: &[&str]) -> BTreeSet<String> {
    let inside = |file: &&File| {
        places.iter().any(|place| file.path.starts_with(place))
            && !file.path.contains("/tests")
            && file.path.ends_with(".rs")
    };
    let literals = files.iter().filter(inside).flat_map(product_literals);
    literals.filter(|text| reads_like_a_code(text)).collect()
}

/// Codes handed to `maker(`, as in `Problem::new(StatusCode::CONFLICT, "still_running")`.
pub(super) fn handed_to(files: &[File], maker: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for file in files.iter().filter(|file| !file.path.contains("/tests")) {
        let bare = without_tests(file);
        for (at, _) in bare.match_indices(maker) {
            let call = &bare[at + maker.len()..];
            let end = call.find([';', '}']).unwrap_or(call.len());
            let code = call[..end].split('"').nth(1);
            codes.extend(code.filter(|code| is_word(code)).map(str::to_owned));
        }
    }
    codes
}

/// What the `code()` of a type gives back that is written somewhere in a folder.
pub(super) fn handed_back(files: &[File], folder: &str, of: &str) -> Vec<String> {
    let head = format!("impl {of} {{");
    let inside = |file: &&File| file.path.starts_with(folder) && file.text.contains(&head);
    let Some(file) = files.iter().find(inside) else {
        return Vec::new();
    };
    let bare = without_tests(file);
    let body = bare
        .split_once(&head)
        .and_then(|(_, rest)| rest.split_once("fn code("))
        .and_then(|(_, rest)| rest.split_once("\n    }\n"))
        .map_or("", |(body, _)| body);
    body.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Families that pages ask for by a code: ``t(`age.${unit}`)`` and `label('stage', …)`.
pub(super) fn shown(files: &[File]) -> BTreeSet<String> {
    let mut families = BTreeSet::new();
    for file in files.iter().filter(|file| is_page(file)) {
        for (before, after) in [("label('", "'"), ("label(\"", "\""), ("t(`", ".${")] {
            for (at, _) in file.text.match_indices(before) {
                let rest = &file.text[at + before.len()..];
                let family = rest.find(after).map(|end| &rest[..end]);
                let whole = |name: &&str| {
                    name.chars()
                        .all(|c| c.is_alphanumeric() || "_.".contains(c))
                };
                families.extend(family.filter(whole).map(str::to_owned));
            }
        }
    }
    families
}

fn is_page(file: &File) -> bool {
    file.ends_with_any(&[".ts", ".tsx"]) && !file.path.contains(".test.")
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn reads_like_a_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('_').collect();
    is_word(text) && parts.len() > 1 && parts.iter().all(|part| !part.is_empty())
}

/// The lines of the product with their literals; tests and comments are blank.
fn without_tests(file: &File) -> String {
    if !file.path.ends_with(".rs") {
        return file.text.clone();
    }
    let parts = parted(&masked(&file.text));
    let mut of_tests = false;
    let mut kept = Vec::new();
    let sides = parts.product.lines().zip(parts.tests.lines());
    for (line, (product, tests)) in file.text.lines().zip(sides) {
        // A line that is nothing but a literal is blank on both sides: it belongs to the line before.
        of_tests = (of_tests && product.trim().is_empty()) || !tests.trim().is_empty();
        let dropped = of_tests || line.trim_start().starts_with("//");
        kept.push(if dropped { "" } else { line });
    }
    kept.join("\n")
}

fn product_literals(file: &File) -> Vec<String> {
    let bare = without_tests(file);
    let quoted = bare
        .lines()
        .flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted.map(str::to_owned).collect()
}

#[test]
fn codes_are_read_out_of_the_product_and_not_out_of_tests_and_comments() {
    let text = "//! \"not_this\"\nfn code() { down(\"broker_silent\"); Problem::new(\n  Status::A,\n  \"still_running\"); }\n\
                #[cfg(test)]\nmod tests { const A: &str = \"nor_that\"; }\n";
    let files = [
        File::new("a/src/x.rs", text),
        File::new("a/src/tests/y.rs", "\"nor_those\""),
        File::new("b/src/z.rs", "\"other_place\""),
    ];
    let found: Vec<String> = said(&files, &["a/src/"]).into_iter().collect();
    assert_eq!(found, ["broker_silent", "still_running"]);
    let found: Vec<String> = handed_to(&files, "Problem::new(").into_iter().collect();
    assert_eq!(found, ["still_running"]);
}

#[test]
fn families_are_read_out_of_the_pages() {
    let page =
        "label('stage', one.stage); t(`age.${unit}`); t(`branch.dial.${step}`); t('plain.text')";
    let files = [
        File::new("web/a.tsx", page),
        File::new("web/a.test.tsx", "label('never', x)"),
        File::new("b.rs", "label('nor_here', x)"),
    ];
    let found: Vec<String> = shown(&files).into_iter().collect();
    assert_eq!(found, ["age", "branch.dial", "stage"]);
}
