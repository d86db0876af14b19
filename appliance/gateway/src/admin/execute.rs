//! Carries orders out on an open store: in the gateway for the control socket, in the command line's own process otherwise.
use super::backup_orders;
use super::journal_orders;
use super::order::{ChangeLine, Order, OrderRow, RecordingLine, Report, UserLine};
use super::plan;
use crate::eraser;
use crate::recorder;
use branch_store::{RecordingFilter, RecordingStatus, Store, StoreError};
use media::recording::Closing;
use media::wav::WavForm;
use messages::command::{Command, ImportRow, Secret};
use messages::fact::Actor;
use messages::registry::{Change, Outcome, RowFate};
use messages::{PartyNumber, PersonName, RecordingId, Refusal, Stage};
use portal::password;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// How long the command line waits for the vault.
const VAULT_WAIT_MAX: Duration = Duration::from_secs(60);

/// Where orders are carried out.
#[derive(Clone)]
pub struct Host {
    pub store: Store,
    /// The folder of the recordings.
    pub recordings: PathBuf,
}

/// Does it, and says what came of it. `wav` takes the audio of an export. Blocks.
#[allow(clippy::too_many_lines)] // one arm for each order
pub fn execute(order: Order, host: &Host, wav: &mut dyn Write) -> Report {
    let done = match order {
        Order::Apply {
            file,
            text,
            dry_run,
        } => apply(host, &file, &text, dry_run),
        Order::Import { batch, rows } => import(host, batch, rows),
        Order::SetContact {
            number,
            refuses,
            reason,
        } => set_contact(host, &number, refuses, reason),
        Order::CreateUser {
            user,
            role,
            extension,
            password,
        } => hash(password).and_then(|hash| {
            let password_hash = hash;
            ask(
                host,
                Command::CreateUser {
                    user,
                    role,
                    extension,
                    password_hash,
                },
            )
        }),
        Order::ResetPassword { user, password } => hash(password).and_then(|password_hash| {
            ask(
                host,
                Command::ResetPassword {
                    user,
                    password_hash,
                },
            )
        }),
        Order::ListUsers => users(host),
        Order::Verify => journal_orders::verify(host),
        Order::EraseCustomer {
            customer,
            reason,
            never_call,
        } => erase(
            host,
            Command::EraseCustomer {
                customer,
                reason,
                never_call,
            },
        ),
        Order::EraseNumber {
            number,
            reason,
            never_call,
        } => PartyNumber::parse(&number)
            .map_err(|_bad| refused(Refusal::BadNumber))
            .and_then(|number| {
                erase(
                    host,
                    Command::EraseNumber {
                        number,
                        reason,
                        never_call,
                    },
                )
            }),
        Order::RotateVault => rotate_vault(host),
        Order::BackUp { to, vault } => backup_orders::back_up(host, &to, vault),
        Order::CloseMonth => journal_orders::close_month(host),
        Order::Rebuild => journal_orders::rebuild(host),
        Order::ListMonths => journal_orders::months(host),
        Order::ListRecordings { max } => recordings(host, max),
        Order::ExportRecording { recording } => export(host, recording, wav),
    };
    done.unwrap_or_else(|not_done| not_done)
}

/// A report that is no success comes back as the error.
pub(super) type Carried = Result<Report, Report>;

fn refused(refusal: Refusal) -> Report {
    Report::Refused {
        code: refusal.code().to_owned(),
    }
}

pub(super) fn failed(bad: &StoreError) -> Report {
    Report::Failed {
        code: bad.code().to_owned(),
        why: bad.to_string(),
    }
}

fn propose(host: &Host, command: Command) -> Result<Outcome, Report> {
    let done = host.store.propose_and_wait(Actor::Console, None, command);
    done.map(|done| done.outcome).map_err(refused)
}

fn ask(host: &Host, command: Command) -> Carried {
    propose(host, command).map(|_outcome| Report::Done)
}

fn set_contact(host: &Host, number: &str, refuses: bool, reason: String) -> Carried {
    let number = PartyNumber::parse(number).map_err(|_bad| refused(Refusal::BadNumber))?;
    ask(
        host,
        if refuses {
            Command::RefuseContact { number, reason }
        } else {
            Command::LiftRefusal { number, reason }
        },
    )
}

fn apply(host: &Host, file: &str, text: &str, dry_run: bool) -> Carried {
    let wanted = plan::parse(text, file).map_err(|errors| Report::PlanWrong {
        errors: errors.iter().map(ToString::to_string).collect(),
    })?;
    let changes = if dry_run {
        let stands = host.store.reader().and_then(|reader| reader.plan());
        crm::plan_changes(&stands.map_err(|bad| failed(&bad))?, &wanted)
    } else {
        match propose(host, Command::ConfigureBranch(wanted))? {
            Outcome::Configured(changes) => changes,
            Outcome::Done | Outcome::Imported(_) => Vec::new(),
        }
    };
    Ok(Report::Configured {
        changes: changes.iter().map(change_line).collect(),
    })
}

fn change_line(change: &Change) -> ChangeLine {
    let (what, which, part) = match change {
        Change::Policy { from, to } => (
            "policy",
            format!("{} → {}", from.code(), to.code()),
            "changed",
        ),
        Change::Phone(extension, part) => ("phone", extension.to_string(), part.code()),
        Change::Trunk(name, part) => ("trunk", name.to_string(), part.code()),
        Change::Rules { from, to } => ("rules", format!("{from} → {to}"), "changed"),
        Change::Destinations { to } => {
            let open: Vec<&str> = to.iter().map(|one| one.code()).collect();
            ("destinations", open.join(", "), "changed")
        }
        Change::Ceilings => ("ceilings", String::new(), "changed"),
        Change::Dids { from, to } => ("dids", format!("{from} → {to}"), "changed"),
    };
    ChangeLine {
        what: what.to_owned(),
        which,
        part: part.to_owned(),
    }
}

fn import(host: &Host, batch: String, rows: Vec<OrderRow>) -> Carried {
    let rows: Option<Vec<ImportRow>> = rows.iter().map(import_row).collect();
    let rows = rows.ok_or_else(|| refused(Refusal::BadNumber))?;
    let fates = match propose(host, Command::ImportCustomers { batch, rows })? {
        Outcome::Imported(fates) => fates,
        Outcome::Done | Outcome::Configured(_) => Vec::new(),
    };
    let new = fates
        .iter()
        .filter(|fate| matches!(fate, RowFate::New(_)))
        .count();
    Ok(Report::Imported {
        new,
        known: fates.len() - new,
    })
}

fn import_row(row: &OrderRow) -> Option<ImportRow> {
    Some(ImportRow {
        name: PersonName::parse(&row.name).ok()?,
        number: PartyNumber::parse(&row.number).ok()?,
        stage: Stage::parse(&row.stage)?,
    })
}

fn hash(text: String) -> Result<Secret, Report> {
    password::hash(&Secret::new(text)).map_err(|bad| Report::Failed {
        code: bad.code().to_owned(),
        why: bad.to_string(),
    })
}

fn users(host: &Host) -> Carried {
    let users = host.store.reader().and_then(|reader| reader.users());
    let users = users
        .map_err(|bad| failed(&bad))?
        .into_iter()
        .map(|row| UserLine {
            user: row.user,
            role: row.role,
            extension: row.extension,
        });
    Ok(Report::Users(users.collect()))
}

fn erase(host: &Host, command: Command) -> Carried {
    propose(host, command)?;
    eraser::sweep(&host.store, &host.recordings).map_err(|bad| failed(&bad))?;
    settled(host)
}

fn rotate_vault(host: &Host) -> Carried {
    propose(host, Command::RotateVault)?;
    settled(host)
}

/// It is done, or it goes on by itself: also after a restart.
fn settled(host: &Host) -> Carried {
    if host.store.vault_at_rest(VAULT_WAIT_MAX) {
        Ok(Report::Done)
    } else {
        Ok(Report::GoesOn)
    }
}

fn recordings(host: &Host, max: usize) -> Carried {
    let page = host
        .store
        .reader()
        .and_then(|reader| reader.recordings(&RecordingFilter::default(), max));
    let rows = page
        .map_err(|bad| failed(&bad))?
        .rows
        .into_iter()
        .map(|row| RecordingLine {
            recording: row.recording,
            started: row.started.0,
            extension: row.extension,
            duration_ms: row.status.duration_ms(),
            status: row.status.code().to_owned(),
        });
    Ok(Report::Recordings(rows.collect()))
}

/// That it was exported is durable before the first byte leaves.
fn export(host: &Host, recording: RecordingId, wav: &mut dyn Write) -> Carried {
    let row = host
        .store
        .reader()
        .and_then(|reader| reader.recording(recording));
    let row = row
        .map_err(|bad| failed(&bad))?
        .ok_or_else(|| refused(Refusal::UnknownRecording))?;
    let key = host
        .store
        .open_recording_key(recording)
        .map_err(|bad| failed(&bad))?;
    let key = key.ok_or_else(|| refused(Refusal::PartyErased))?;
    propose(host, Command::NoteExported { recording })?;
    let closing = closing(&row.status);
    let form = WavForm::AsRecorded;
    let info = recorder::export(
        &host.recordings,
        recording,
        key.expose(),
        closing.as_ref(),
        form,
        wav,
    );
    let info = info.map_err(|bad| Report::Failed {
        code: bad.code().to_owned(),
        why: bad.to_string(),
    })?;
    Ok(Report::Exported {
        segments: info.segments,
        duration_ms: info.duration_ms,
        ended: info.ended.code().to_owned(),
    })
}

#[allow(clippy::wildcard_enum_match_arm)] // only a recording that was closed has an end that is known
fn closing(status: &RecordingStatus) -> Option<Closing> {
    match status {
        RecordingStatus::Closed {
            segments, last_tag, ..
        } => Some(Closing {
            segments: *segments,
            last_tag: last_tag.as_slice().try_into().ok()?,
        }),
        _ => None,
    }
}
