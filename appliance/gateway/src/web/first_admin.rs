//! The first log-in of a new appliance: `admin`, with a random password that is handed over once.
use branch_store::{CommittedFact, Store, StoreError};
use messages::command::{Command, Role, Secret};
use messages::fact::{Actor, Body};
use messages::{Refusal, UserName};
use portal::password::{self, PasswordError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

const FILE: &str = "first-log-in";

/// To be handed over, once.
#[derive(Debug)]
struct FirstAdmin {
    user: UserName,
    password: Secret,
}

#[derive(Debug, Error)]
pub enum FirstAdminFailed {
    #[error("the user was not created: {0}")]
    Refused(#[from] Refusal),
    #[error("the users cannot be read: {0}")]
    Store(#[from] StoreError),
    #[error("the password was not made: {0}")]
    Password(#[from] PasswordError),
    #[error("the first log-in cannot be handed over: {0}")]
    HandOver(#[from] io::Error),
}

impl FirstAdmin {
    fn text(&self) -> String {
        format!(
            "首次登录 first log-in: {} / {}\n",
            self.user,
            self.password.expose()
        )
    }
}

/// Where the first log-in goes: to whoever sits at the terminal, or into a file that only root and the gateway read.
/// Never into the log.
pub enum HandOver<'a> {
    Terminal(&'a mut dyn Write),
    KeysFolder,
}

/// Creates `admin` where there is no user at all and hands the log-in over; the file it may stand in goes away with its
/// first use, or when the password is another. Blocks until all of it is durable.
pub fn offer_first_log_in(
    store: &Store,
    keys: &Path,
    hand_over: HandOver<'_>,
) -> Result<(), FirstAdminFailed> {
    let file = keys.join(FILE);
    match hand_over {
        HandOver::Terminal(out) => {
            if let Some(first) = first_admin(store, |_| Ok(()))? {
                out.write_all(first.text().as_bytes())?;
                out.flush()?;
            }
        }
        HandOver::KeysFolder => {
            // Before the user exists: a crash in between leaves a file that the next start writes anew.
            let made = first_admin(store, |first| keep(&file, &first.text()))?;
            if made.is_some() {
                tracing::info!(file = %file.display(), "the first log-in stands in this file until it was used");
            }
        }
    }
    watch(store, file)
}

/// Creates `admin` where there is no user at all, having told `before`; `None` where there is one.
fn first_admin(
    store: &Store,
    before: impl FnOnce(&FirstAdmin) -> io::Result<()>,
) -> Result<Option<FirstAdmin>, FirstAdminFailed> {
    if !store.reader()?.users()?.is_empty() {
        return Ok(None);
    }
    let user = UserName::parse("admin").ok_or(Refusal::UnknownUser)?;
    let first = FirstAdmin {
        user: user.clone(),
        password: password::random()?,
    };
    let password_hash = password::hash(&first.password)?;
    before(&first)?;
    let command = Command::CreateUser {
        user,
        role: Role::Admin,
        extension: None,
        password_hash,
    };
    store.propose_and_wait(Actor::Console, None, command)?;
    Ok(Some(first))
}

/// Takes the file away when it has no use any more: at once, or with the fact that says so.
fn watch(store: &Store, file: PathBuf) -> Result<(), FirstAdminFailed> {
    if !file.exists() {
        return Ok(());
    }
    if !still_opens(store, &file)? {
        forget(&file);
        return Ok(());
    }
    let gone = AtomicBool::new(false);
    store.subscribe(Box::new(move |facts| {
        if facts.iter().any(ends_it) && !gone.swap(true, Ordering::Relaxed) {
            forget(&file);
        }
    }));
    Ok(())
}

/// Is the password in the file still the user's? Another process may have changed it.
fn still_opens(store: &Store, file: &Path) -> Result<bool, FirstAdminFailed> {
    let text = fs::read_to_string(file)?;
    let Some((name, password)) = text
        .trim_end()
        .rsplit_once(": ")
        .and_then(|(_, both)| both.split_once(" / "))
    else {
        return Ok(false);
    };
    let Some(user) = UserName::parse(name) else {
        return Ok(false);
    };
    let row = store.reader()?.user_with_hash(&user)?;
    Ok(row.is_some_and(|(_, hash)| password::matches(&Secret::new(password.to_owned()), &hash)))
}

#[allow(clippy::wildcard_enum_match_arm)] // two kinds of fact end it, whatever others there will be
fn ends_it(fact: &CommittedFact) -> bool {
    let user = match &fact.fact.body {
        Body::SignedIn(fact) => &fact.user,
        Body::UserPasswordReset(fact) => &fact.user,
        _ => return false,
    };
    user.as_str() == "admin"
}

fn forget(file: &Path) {
    match fs::remove_file(file) {
        Ok(()) => tracing::info!(file = %file.display(), "the first log-in is gone"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "the first log-in cannot be removed");
        }
    }
}

/// Whole or not at all, for its owner only.
fn keep(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&new, file)?;
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}
