//! The files of the house: those under version control and those that are about to be.
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that no rule looks into: made by tools, never committed.
const MADE: [&str; 6] = [
    "target",
    "node_modules",
    "dist",
    "demo-data",
    ".git",
    "test-results",
];

/// One file: its path from the root of the house, with `/`, and its text.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn ends_with_any(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    /// The last part of the path up to its first dot.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or(name)
    }
}

/// Where the house stands.
pub(super) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the tests live in the house")
        .to_owned()
}

/// Every text file; pictures and other bytes that are not UTF-8 are left out.
pub(super) fn files() -> Vec<File> {
    let root = root();
    let mut paths = listed(&root).unwrap_or_else(|| walked(&root));
    paths.sort();
    paths.dedup();
    let files: Vec<File> = paths
        .into_iter()
        .filter(|path| !path.split('/').any(|part| MADE.contains(&part)))
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect();
    assert!(
        files.len() > 50,
        "only {} files found: the rules would look at nothing",
        files.len()
    );
    files
}

/// What git knows or would add; `None` where there is no repository.
fn listed(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = text.lines().map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walked(root: &Path) -> Vec<String> {
    let mut folders = vec![root.to_owned()];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder of the house opens");
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !MADE.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if let Ok(inside) = path.strip_prefix(root) {
                paths.push(inside.to_string_lossy().into_owned());
            }
        }
    }
    paths
}

/// Fails with all complaints at once.
pub(super) fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn without_git_the_same_house_is_found_by_walking() {
    let walked = walked(&root());
    for file in [
        "Cargo.toml",
        "tests/tidy.rs",
        "protocol/messages/src/lib.rs",
    ] {
        assert!(walked.iter().any(|path| path == file), "{file}");
    }
    assert!(walked.iter().all(|path| !path.starts_with("target/")));
}
