//! The product's binaries, built beside the tests.
use std::path::PathBuf;

/// The path of a built binary of the workspace.
///
/// # Panics
/// Where it has not been built: `cargo build --workspace` does it.
#[must_use]
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let mut folders = test.ancestors().skip(1).map(|folder| folder.join(name));
    let found = folders.find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not built: run `cargo build --workspace` first"))
}
