//! The simulator's own log: one JSON line for each call, written when the call is over. The checker holds it against the product's books.
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// One call as an end saw it. Times are ms UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLine {
    /// `carrier` or the phone's extension.
    pub end: String,
    pub called: String,
    pub caller: String,
    /// What the end meant to do: `answer`, `no_answer`, `busy`, `vacant`, `fast_failure`, `limit`; of a phone `phone` (it was called) or
    /// `dialled`.
    pub outcome: String,
    pub invited: i64,
    pub answered: Option<i64>,
    pub ended: i64,
    /// `near`: this end hung up; `far`: the gateway did; `open`: still up when the simulator stopped.
    pub ended_by: String,
    /// The final SIP code of the INVITE, as far as this end knows.
    pub code: Option<u16>,
    pub packets_sent: u64,
    pub packets_received: u64,
    /// Received packets that were not silence.
    pub packets_voiced: u64,
}

/// Cheap to clone; lines of several threads do not mix.
#[derive(Clone)]
pub struct Journal(Arc<Mutex<File>>);

impl Journal {
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(Mutex::new(file))))
    }

    /// A line is one write: it is whole or absent.
    pub fn write(&self, line: &CallLine) {
        let Ok(mut text) = serde_json::to_vec(line) else {
            return;
        };
        text.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(&text) {
            tracing::error!(%error, "the simulator's log cannot be written");
        }
    }
}

/// Reads a log back; a line that is not one is an error with its number.
pub fn read(path: &Path) -> io::Result<Vec<CallLine>> {
    let bad = |number: usize, error| {
        io::Error::other(format!("{}:{}: {error}", path.display(), number + 1))
    };
    BufReader::new(File::open(path)?)
        .lines()
        .enumerate()
        .map(|(number, line)| serde_json::from_str(&line?).map_err(|error| bad(number, error)))
        .collect()
}
