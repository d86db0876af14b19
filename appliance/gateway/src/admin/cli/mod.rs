//! The administrator's words on the command line. A running gateway carries them out; without one the data folder is opened here.
mod answer;
mod customers;
mod restore;
mod site;
mod words;

pub use site::Site;
pub use words::{
    AdminCommand, DncCommand, EraseWords, JournalCommand, RecordingCommand, UserCommand,
    VaultCommand, Whom,
};

use super::control::Control;
use super::journal_orders;
use super::order::{Order, Report};
use super::plan;
use anyhow::Context as _;
use branch_store::{SoftKeys, StoreError, state_of_folder, verify_folder};
use messages::fact::{Actor, Fact, RuleSkipped};
use messages::{RecordingId, UtcMs};
use portal::password;
use site::Tail;
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Does what was asked; false if it was refused or found something bad (what, is written to `out`).
pub fn run(command: AdminCommand, site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    match command {
        AdminCommand::Apply { file, dry_run } => apply(&file, dry_run, site, out),
        AdminCommand::Import(words) => customers::import(&words, site, out),
        AdminCommand::Dnc(command) => dnc(command, site, out),
        AdminCommand::User(command) => user(command, site, out),
        AdminCommand::Journal(JournalCommand::Verify) => verify(site, out),
        AdminCommand::Journal(JournalCommand::AcceptTail) => accept_tail(site, out),
        AdminCommand::Erase(words) => {
            let Some(order) = erasing(words) else {
                return Ok(false);
            };
            let report = site.hands()?.tell(order)?;
            answer::write(&report, out)
        }
        AdminCommand::Vault(VaultCommand::Rotate) => {
            let report = site.hands()?.tell(Order::RotateVault)?;
            answer::write(&report, out)
        }
        AdminCommand::Journal(JournalCommand::CloseMonth) => {
            answer::write(&site.hands()?.tell(Order::CloseMonth)?, out)
        }
        AdminCommand::Journal(JournalCommand::Rebuild) => {
            answer::write(&site.hands()?.tell(Order::Rebuild)?, out)
        }
        AdminCommand::Journal(JournalCommand::Months) => {
            answer::write(&site.hands()?.tell(Order::ListMonths)?, out)
        }
        AdminCommand::Backup { to, vault } => {
            let to = std::path::absolute(to)?;
            answer::write(&site.hands()?.tell(Order::BackUp { to, vault })?, out)
        }
        AdminCommand::Restore { file, vault } => {
            restore::restore(&file, vault.as_deref(), site, out)
        }
        AdminCommand::Recording(RecordingCommand::List { max }) => {
            let report = site.hands()?.tell(Order::ListRecordings { max })?;
            answer::write(&report, out)
        }
        AdminCommand::Recording(RecordingCommand::Export { recording, file }) => {
            export(&recording, &file, site, out)
        }
    }
}

fn apply(file: &Path, dry_run: bool, site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let name = file.display().to_string();
    let input = File::open(file).with_context(|| name.clone())?;
    let mut text = String::new();
    input
        .take(plan::PLAN_BYTES_MAX as u64 + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("{name}: UTF-8"))?;
    // what is wrong with the file is said without touching any data
    if let Err(errors) = plan::parse(&text, &name) {
        let errors = errors.iter().map(ToString::to_string).collect();
        return answer::write(&Report::PlanWrong { errors }, out);
    }
    let order = Order::Apply {
        file: name,
        text,
        dry_run,
    };
    let report = site.hands()?.tell(order)?;
    answer::write(&report, out)
}

fn dnc(command: DncCommand, site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let (words, refuses) = match command {
        DncCommand::Add(words) => (words, true),
        DncCommand::Lift(words) => (words, false),
    };
    let order = Order::SetContact {
        number: words.number.to_dial(),
        refuses,
        reason: words.reason,
    };
    let report = site.hands()?.tell(order)?;
    answer::write(&report, out)
}

/// `None` never comes: the words name exactly one of the two.
fn erasing(words: EraseWords) -> Option<Order> {
    let EraseWords {
        whom: Whom { customer, number },
        reason,
        never_call,
    } = words;
    let by_customer = customer.map(|customer| Order::EraseCustomer {
        customer,
        reason: reason.clone(),
        never_call,
    });
    by_customer.or_else(|| {
        Some(Order::EraseNumber {
            number: number?,
            reason,
            never_call,
        })
    })
}

fn user(command: UserCommand, site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let (order, made) = match command {
        UserCommand::List => (Order::ListUsers, None),
        UserCommand::Create {
            user,
            role,
            extension,
            password_stdin,
        } => {
            let (password, made) = password(password_stdin)?;
            (
                Order::CreateUser {
                    user,
                    role,
                    extension,
                    password,
                },
                made,
            )
        }
        UserCommand::ResetPassword {
            user,
            password_stdin,
        } => {
            let (password, made) = password(password_stdin)?;
            (Order::ResetPassword { user, password }, made)
        }
    };
    let report = site.hands()?.tell(order)?;
    let done = answer::write(&report, out)?;
    if let Some(made) = made.filter(|_made| done) {
        writeln!(
            out,
            "新密码(只显示这一次)/ new password (shown this once): {made}"
        )?;
    }
    Ok(done)
}

/// The first line of stdin, or one that is made and must be shown.
fn password(from_stdin: bool) -> anyhow::Result<(String, Option<String>)> {
    if from_stdin {
        let mut line = String::new();
        io::stdin().take(4_096).read_to_string(&mut line)?;
        let line = line.lines().next().unwrap_or("").to_owned();
        return Ok((line, None));
    }
    let made = password::random()?.expose().to_owned();
    Ok((made.clone(), Some(made)))
}

/// Without a running gateway the file is only looked at, never opened for writing.
fn verify(site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let report = match Control::connect(&site.data_dir)? {
        Some(mut control) => control.ask(&Order::Verify, &mut io::sink())?,
        None => verify_here(site)?,
    };
    answer::write(&report, out)
}

fn verify_here(site: &Site) -> anyhow::Result<Report> {
    let keys = SoftKeys::open(site.keys_dir.clone()).map_err(StoreError::from)?;
    let verdict = verify_folder(&site.data_dir, &keys)
        .with_context(|| site.data_dir.display().to_string())?;
    let state = state_of_folder(&site.data_dir)?;
    Ok(journal_orders::verified(verdict, state))
}

/// After a restore, by somebody who knows: the journal goes on from where it ends now. That is a fact of its own.
fn accept_tail(site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let store = site.open(Tail::AsItIs)?;
    let head = store.head().seq;
    let body = RuleSkipped {
        code: "journal_tail_accepted".to_owned(),
        about: format!("journal {head}"),
    };
    let appended = store.append(vec![Fact::new(utc(), false, Actor::Console, body)]);
    store.close("console");
    appended?;
    writeln!(
        out,
        "账本从第 {head} 条继续 / the journal goes on behind {head}"
    )?;
    Ok(true)
}

/// Written beside its place, then moved there: what lies under the name given is whole.
fn export(recording: &str, file: &Path, site: &Site, out: &mut dyn Write) -> anyhow::Result<bool> {
    let Some(recording) = RecordingId::parse(recording) else {
        let code = messages::Refusal::UnknownRecording.code().to_owned();
        return answer::write(&Report::Refused { code }, out);
    };
    let part = file.with_extension("part");
    let mut wav = io::BufWriter::new(private_file(&part)?);
    let report = site
        .hands()?
        .ask(Order::ExportRecording { recording }, &mut wav)?;
    wav.flush()?;
    drop(wav);
    if matches!(report, Report::Exported { .. }) {
        fs::rename(&part, file).with_context(|| file.display().to_string())?;
    } else {
        fs::remove_file(&part)?;
    }
    answer::write(&report, out)
}

/// A conversation is for its owner's eyes and ears only.
fn private_file(path: &Path) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())
}

pub(super) fn utc() -> UtcMs {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UtcMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
