//! Pure crates ask no clock, start nothing, wait for nothing, lock nothing, and iterate in a fixed order.
use super::arrows::PURE;
use super::source::{lines_with, masked, parted};
use super::tree::{File, assert_none, files, root};
use std::collections::BTreeSet;

/// Words that a pure crate's product code must not contain, and what to do instead.
const BANNED: &[(&str, &str)] = &[
    ("Instant", "time comes in as Now"),
    ("SystemTime", "time comes in as Now"),
    ("Utc::now", "time comes in as Now"),
    ("thread::spawn", "a machine has no threads"),
    ("thread::Builder", "a machine has no threads"),
    (
        "thread::sleep",
        "a machine asks for its next tick by deadline()",
    ),
    (".await", "a question goes out as an Ask"),
    ("async", "a question goes out as an Ask"),
    ("Mutex", "plain data needs no lock"),
    ("RwLock", "plain data needs no lock"),
    ("Condvar", "plain data needs no lock"),
    ("HashMap", "BTreeMap: the order must not depend on a seed"),
    ("HashSet", "BTreeSet: the order must not depend on a seed"),
    ("env::var", "configuration comes in as an input"),
    ("std::fs", "a pure crate has no disk"),
    ("UdpSocket", "a pure crate has no sockets"),
    ("TcpStream", "a pure crate has no sockets"),
    ("TcpListener", "a pure crate has no sockets"),
    ("OsRng", "secrets come in as inputs"),
    ("getrandom", "secrets come in as inputs"),
    ("Uuid::new_v4", "ids come from the IdMint"),
    ("Uuid::now_v7", "ids come from the IdMint"),
];

/// What each pure crate's `clippy.toml` bans: the nearest file replaces the root's, so each has to say it again.
const CLIPPY_BANS: [&str; 8] = [
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "std::thread::spawn",
    "std::env::var",
    "std::sync::mpsc::channel",
    "std::collections::HashMap",
    "std::collections::HashSet",
    "too-many-lines-threshold = 60",
];

/// A pure crate and its folder.
fn pure_folders(files: &[File]) -> Vec<(&'static str, String)> {
    let manifests = files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"));
    let named = manifests.filter_map(|file| {
        let name = PURE
            .iter()
            .find(|name| file.text.contains(&format!("\nname = \"{name}\"\n")))?;
        Some((*name, file.path.trim_end_matches("Cargo.toml").to_owned()))
    });
    named.collect()
}

fn impurities(files: &[File], folders: &[(&str, String)]) -> Vec<String> {
    let tests = test_files(files);
    let mut complaints = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.ends_with(".rs") && !tests.contains(&file.path))
    {
        let inside = folders
            .iter()
            .any(|(_, folder)| file.path.starts_with(&format!("{folder}src/")));
        if !inside {
            continue;
        }
        let product = parted(&masked(&file.text)).product;
        for (word, instead) in BANNED {
            for line in lines_with(&product, word) {
                complaints.push(format!(
                    "{}:{line}: {word} in a pure crate: {instead}",
                    file.path
                ));
            }
        }
    }
    complaints
}

/// Files that a `#[cfg(test)] mod name;` brings in.
pub(super) fn test_files(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let tests = parted(&masked(&file.text)).tests;
        let folder = module_folder(file);
        for line in tests.lines() {
            let name = line
                .trim()
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'));
            if let Some(name) = name {
                found.insert(format!("{folder}{name}.rs"));
                found.insert(format!("{folder}{name}/mod.rs"));
                let below = format!("{folder}{name}/");
                let below = files.iter().filter(|file| file.path.starts_with(&below));
                found.extend(below.map(|file| file.path.clone()));
            }
        }
    }
    found
}

/// Where a file's modules lie.
fn module_folder(file: &File) -> String {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => format!("{folder}/"),
        _ => format!("{folder}/{}/", name.trim_end_matches(".rs")),
    }
}

fn missing_bans(name: &str, clippy: &str) -> Vec<String> {
    let missing = CLIPPY_BANS.iter().filter(|ban| !clippy.contains(**ban));
    missing
        .map(|ban| format!("{name}/clippy.toml does not say {ban}"))
        .collect()
}

#[test]
fn pure_crates_take_time_dice_and_settings_as_arguments() {
    let files = files();
    let folders = pure_folders(&files);
    assert_eq!(folders.len(), PURE.len(), "{folders:?}");
    assert_none(&impurities(&files, &folders));
}

#[test]
fn a_clock_a_map_and_a_wait_in_a_pure_crate_are_found_and_its_tests_are_free() {
    let bad = "//! x\nfn a() { Instant::now(); }\nuse std::collections::HashMap;\nasync fn b() { c.await }\n";
    let good = "//! HashMap\n#[cfg(test)]\nmod story;\n#[cfg(test)]\nmod tests { use std::collections::HashMap; }\n";
    let files = [
        File::new("r/src/bad.rs", bad),
        File::new("r/src/lib.rs", good),
        File::new("r/src/story.rs", bad),
        File::new("shell/src/lib.rs", bad),
    ];
    let complaints = impurities(&files, &[("r", "r/".into())]);
    assert_eq!(complaints.len(), 4, "{complaints:?}");
    assert!(
        complaints
            .iter()
            .all(|line| line.starts_with("r/src/bad.rs:")),
        "{complaints:?}"
    );
}

#[test]
fn each_pure_crate_repeats_the_bans_for_clippy() {
    let files = files();
    for (name, folder) in pure_folders(&files) {
        let text = std::fs::read_to_string(root().join(&folder).join("clippy.toml"));
        assert_none(&missing_bans(name, &text.unwrap_or_default()));
    }
}

#[test]
fn a_pure_crate_without_its_bans_is_found() {
    assert_eq!(missing_bans("sip", "").len(), CLIPPY_BANS.len());
    assert!(missing_bans("sip", &CLIPPY_BANS.join("\n")).is_empty());
}
