//! The checker of a run: takes nothing the product says of itself for granted, and counts again from both databases, the recordings and the simulator's own logs.
mod books;
mod clear_text;
mod journals;
mod ledger;
mod sound;

use crate::journal::{self, CallLine};
use ledger::Ledger;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

pub use ledger::{InvariantLine, Summary, Verdict};

/// Where a run left its traces. The processes have ended.
#[derive(Clone, Debug, clap::Args)]
pub struct Traces {
    /// The gateway's data folder.
    #[arg(long)]
    pub branch: PathBuf,
    /// Headquarters' database.
    #[arg(long)]
    pub cloud: PathBuf,
    #[arg(long)]
    pub box_id: String,
    #[arg(long)]
    pub carrier_log: PathBuf,
    #[arg(long)]
    pub phones_log: PathBuf,
    /// The import file: none of its names and numbers may stand in clear in the folders.
    #[arg(long)]
    pub customers: PathBuf,
    /// More folders that must hold no name and no number.
    #[arg(long)]
    pub sealed_folder: Vec<PathBuf>,
    /// The gateway's program and configuration: it exports the recordings that are listened to.
    #[arg(long)]
    pub gateway: PathBuf,
    #[arg(long)]
    pub gateway_config: PathBuf,
    /// kill -9 of the gateway in the run: calls that were cut stand in the carrier's log with an end that the books cannot know.
    #[arg(long, default_value_t = 0)]
    pub kills: u64,
    /// Recordings to listen to at most.
    #[arg(long, default_value_t = 60)]
    pub recordings_max: usize,
}

pub(crate) struct Scene {
    pub(crate) traces: Traces,
    pub(crate) branch: Connection,
    pub(crate) cloud: Connection,
    pub(crate) carrier: Vec<CallLine>,
    pub(crate) phones: Vec<CallLine>,
}

/// Runs every check.
pub fn run(traces: Traces) -> anyhow::Result<Verdict> {
    let scene = Scene {
        branch: open(&traces.branch.join("branch.db"))?,
        cloud: open(&traces.cloud)?,
        carrier: journal::read(&traces.carrier_log)?,
        phones: journal::read(&traces.phones_log)?,
        traces,
    };
    let mut ledger = Ledger::default();
    // The exports of the check are facts themselves: what the run left is counted before them.
    let summary = books::summary(&scene)?;
    journals::check(&scene, &mut ledger)?;
    books::check(&scene, &mut ledger)?;
    sound::check(&scene, &mut ledger)?;
    clear_text::check(&scene, &mut ledger)?;
    Ok(ledger.close(summary))
}

fn open(file: &Path) -> anyhow::Result<Connection> {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}
