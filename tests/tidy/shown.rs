//! What the table of SIP features says is shown by a test that is there.
use super::tree::{File, assert_none, files};

const TABLE: &str = "docs/sip-features.md";
const BROWSER: &str = "tests/browser/softphone.test.mjs";

/// The names in the cells of a table, each in backticks; `*8` and the like are no names.
fn named(table: &str) -> Vec<&str> {
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    words
        .filter(|word| word.contains("::") || word.starts_with("softphone: "))
        .collect()
}

/// Is there such a test?
fn is_there(files: &[File], name: &str) -> bool {
    let holds = |path: &str, text: &str| {
        let mut found = files.iter().filter(|file| file.path == path);
        found.any(|file| file.text.contains(text))
    };
    match (name.split_once("::"), name.strip_prefix("softphone: ")) {
        (Some((module, test)), _) => {
            let path = format!("tests/wire/{module}.rs");
            holds(&path, &format!("#[test]\nfn {test}()"))
        }
        (None, Some(title)) => holds(BROWSER, &format!("test('{title}'")),
        (None, None) => false,
    }
}

#[test]
fn each_cell_of_the_sip_features_names_a_test() {
    let files = files();
    let table = files.iter().find(|file| file.path == TABLE);
    let names = named(&table.expect("the table is there").text);
    assert!(names.len() > 30, "{names:?}");
    let missing: Vec<String> = names
        .into_iter()
        .filter(|name| !is_there(&files, name))
        .map(|name| format!("{TABLE}: there is no test {name}"))
        .collect();
    assert_none(&missing);
}

#[test]
fn a_name_without_a_test_is_found_out() {
    let table =
        "| hold (`*8`) | `phones::no_such_test` | — | `softphone: no such title` |\n`a::b`\n";
    let names = named(table);
    assert_eq!(names, ["phones::no_such_test", "softphone: no such title"]);
    let files = files();
    assert!(names.iter().all(|name| !is_there(&files, name)));
}
