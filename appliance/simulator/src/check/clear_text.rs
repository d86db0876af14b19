//! No name and no number of a customer stands in clear in any file of the data folders.
use super::Scene;
use super::ledger::Ledger;
use std::path::Path;

const INVARIANT: &str = "no name and no number in clear on the disk";
/// A sound that would show unsealed recordings: 40 ms of A-law silence.
const CLEAR_SOUND: [u8; 320] = [0xd5; 320];

pub(super) fn check(scene: &Scene, ledger: &mut Ledger) -> anyhow::Result<()> {
    let secrets = secrets(&std::fs::read_to_string(&scene.traces.customers)?);
    ledger.announce(INVARIANT);
    ledger.announce("no sound in clear on the disk");
    walk(&scene.traces.branch, &secrets, ledger)?;
    for folder in &scene.traces.sealed_folder {
        walk(folder, &secrets, ledger)?;
    }
    Ok(())
}

/// Every field of the import file but its heading and the stages.
fn secrets(csv: &str) -> Vec<String> {
    csv.lines()
        .skip(1)
        .flat_map(|line| line.split(',').take(2))
        .map(|field| field.trim().to_owned())
        .filter(|field| field.len() >= 6)
        .collect()
}

fn walk(folder: &Path, secrets: &[String], ledger: &mut Ledger) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, secrets, ledger)?;
        } else if path.is_file() {
            let mut bytes = std::fs::read(&path)?;
            if is_mere_room(&bytes) {
                bytes.clear();
            }
            let found = secrets
                .iter()
                .find(|secret| contains(&bytes, secret.as_bytes()));
            ledger.check(INVARIANT, found.is_none(), || {
                format!("{} holds a customer's value", path.display())
            });
            ledger.check(
                "no sound in clear on the disk",
                !contains(&bytes, &CLEAR_SOUND),
                || format!("{} holds sound in clear", path.display()),
            );
        }
    }
    Ok(())
}

/// A file that only holds room on the disk says nothing: nothing but zeros.
fn is_mere_room(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else {
        return false;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{contains, secrets};

    #[test]
    fn a_secret_in_the_middle_of_a_file_is_found() {
        assert!(contains(b"xx13800138000yy", b"13800138000"));
        assert!(!contains(b"xx1380013800", b"13800138000"));
        assert_eq!(
            secrets("name,number\n王小芳,13800138000,lead\n"),
            ["王小芳", "13800138000"]
        );
    }
}
