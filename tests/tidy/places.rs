//! Nothing in the house names the machine it was written on, or the place its parts came from.
use super::tree::{File, assert_none, files};

/// Parts of paths that exist on somebody's machine only. Written in two halves, so that this file is clean itself.
const MACHINE_PATHS: [&str; 4] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
];

/// What the names of hosts contain that hand out packages.
const REGISTRY_HOSTS: [&str; 7] = [
    "registry.",
    "npmjs",
    "mirror",
    "artifactory",
    "nexus",
    "proxy.golang",
    "pypi.",
];

const CARGO_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

fn misplaced(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        for (line, number) in file.text.lines().zip(1..) {
            let at = format!("{}:{number}", file.path);
            if file.path == "Cargo.lock" {
                if line.starts_with("source = ") && line != CARGO_SOURCE {
                    complaints.push(format!("{at}: a crate from an unusual place"));
                }
                continue;
            }
            for path in MACHINE_PATHS.iter().filter(|path| holds_path(line, path)) {
                complaints.push(format!("{at}: a path of one machine ({path}…)"));
            }
            if hosts(line).any(|host| REGISTRY_HOSTS.iter().any(|part| host.contains(part))) {
                complaints.push(format!("{at}: the name of a package registry"));
            }
        }
    }
    complaints
}

/// A path begins there: nothing before it makes it part of another path or of an address.
fn holds_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || "./_-}*)>".contains(c)))
    })
}

fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("://").map(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        let end = rest.find(|c: char| c == '/' || c == '"' || c.is_whitespace());
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    assert_none(&misplaced(&files()));
}

#[test]
fn a_machine_path_and_a_registry_are_found() {
    let machine = format!(
        "cd {}x/y\nsee docs/{}guide\n",
        MACHINE_PATHS[0],
        &MACHINE_PATHS[3][1..]
    );
    let lock = format!("\"resolved\": \"https://{}org/x\"", REGISTRY_HOSTS[0]);
    let files = [
        File::new("a.sh", &machine),
        File::new("package-lock.json", &lock),
        File::new(
            "Cargo.lock",
            &format!("{CARGO_SOURCE}\nsource = \"git+https://x\"\n"),
        ),
        File::new("README.md", "see https://www.rfc-editor.org/rfc/rfc3261"),
    ];
    let complaints = misplaced(&files);
    assert_eq!(complaints.len(), 3, "{complaints:?}");
    for found in ["a.sh:1:", "package-lock.json:1:", "Cargo.lock:2:"] {
        assert!(
            complaints.iter().any(|line| line.starts_with(found)),
            "{complaints:?}"
        );
    }
}
