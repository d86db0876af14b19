//! Tests wait for events with a deadline, never for the clock.
use super::purity::test_files;
use super::source::{lines_with, masked, parted};
use super::tree::{File, assert_none, files};

const NAPS: [&str; 5] = [
    "thread::sleep",
    "time::sleep",
    "sleep_until",
    "waitForTimeout",
    "setTimeout",
];

/// Where one nap is right, and why.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "tests/src/deadline.rs",
    "the one bounded wait of the wire tests: looks again until its deadline",
)];

fn naps(files: &[File]) -> Vec<String> {
    let modules = test_files(files);
    let mut complaints = Vec::new();
    for file in files {
        let rust = file.path.ends_with(".rs");
        if !rust && !file.ends_with_any(&[".ts", ".tsx", ".mjs"]) {
            continue;
        }
        let whole = file.path.starts_with("tests/")
            || file.path.contains("/tests/")
            || modules.contains(&file.path)
            || file.ends_with_any(&[".test.ts", ".test.tsx", ".spec.ts"]);
        let text = match (rust, whole) {
            (true, true) => masked(&file.text),
            (true, false) => parted(&masked(&file.text)).tests,
            (false, true) => file.text.clone(),
            (false, false) => continue,
        };
        if EXCEPTIONS.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        for word in NAPS {
            for line in lines_with(&text, word) {
                complaints.push(format!("{}:{line}: a test sleeps ({word})", file.path));
            }
        }
    }
    complaints
}

#[test]
fn no_test_sleeps() {
    // The rule's own words would be found in the scripts of other languages only: here they are strings.
    assert_none(&naps(&files()));
}

#[test]
fn a_sleeping_test_is_found_in_rust_and_in_the_browser() {
    let sleepy = "fn a() { std::thread::sleep(b); }\n#[cfg(test)]\nmod tests { fn c() { std::thread::sleep(d); } }\n";
    let files = [
        File::new("appliance/x/src/lib.rs", sleepy),
        File::new("tests/wire/x.rs", sleepy),
        File::new("tests/browser/x.spec.ts", "await page.waitForTimeout(500)"),
        File::new("appliance/web/src/x.ts", "setTimeout(close, 3000)"),
    ];
    let complaints = naps(&files);
    assert_eq!(complaints.len(), 4, "{complaints:?}");
    assert!(
        complaints[0].starts_with("appliance/x/src/lib.rs:3:"),
        "{complaints:?}"
    );
    assert!(
        complaints[3].starts_with("tests/browser/x.spec.ts:1:"),
        "{complaints:?}"
    );
}
