//! Arrows that let through some names only: who sees a crate need not see all of it.
use super::source::{masked, parted};
use super::tree::{File, assert_none, files};

/// (folder of who sees, the crate seen, the names let through, why)
const DOORS: &[(&str, &str, &[&str], &str)] = &[(
    "appliance/calls/src/",
    "gate",
    &["Token"],
    "calls cannot ask the gate, and cannot call out without its token",
)];

fn forced(files: &[File], doors: &[(&str, &str, &[&str], &str)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (folder, seen, names, why) in doors {
        for file in files.iter().filter(|file| file.path.starts_with(folder)) {
            let product = parted(&masked(&file.text)).product;
            for (line, number) in product.lines().zip(1..) {
                for name in names_behind(line, &format!("{seen}::")) {
                    if !names.contains(&name.as_str()) {
                        complaints.push(format!("{}:{number}: {seen}::{name}: {why}", file.path));
                    }
                }
            }
        }
    }
    complaints
}

/// What is named behind `gate::`, one by one or in braces.
fn names_behind(line: &str, door: &str) -> Vec<String> {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for (at, _) in line.match_indices(door) {
        if line[..at].chars().next_back().is_some_and(letter) {
            continue;
        }
        let rest = &line[at + door.len()..];
        let list = rest
            .strip_prefix('{')
            .and_then(|list| list.split('}').next());
        let one = || {
            rest.split(|c| !letter(c) && c != '*')
                .next()
                .unwrap_or_default()
        };
        let found = list.unwrap_or_else(one).split(',').map(str::trim);
        names.extend(found.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    names
}

#[test]
fn narrow_arrows_let_through_only_what_they_are_for() {
    assert_none(&forced(&files(), DOORS));
}

#[test]
fn a_name_that_is_not_let_through_is_found() {
    let text = "use gate::Token;\nuse gate::{Token, Gate};\nfn f(x: gate::Refused) {}\nuse delegate::All;\nuse gate::*;\n";
    let files = [File::new("appliance/calls/src/lib.rs", text)];
    let complaints = forced(&files, DOORS).join("\n");
    assert_eq!(complaints.lines().count(), 3, "{complaints}");
    for found in ["rs:2: gate::Gate", "rs:3: gate::Refused", "rs:5: gate::*"] {
        assert!(complaints.contains(found), "{complaints}");
    }
}
