//! What the link needs of the store: the journal to read, a cursor to keep.
use link::BoxCursor;
use messages::journal::{ChainHash, Head};
use tokio::sync::watch;

/// Every call blocks for as long as the database takes: the link asks from a blocking thread.
pub trait Journal: Send + Sync + 'static {
    /// The last fact, and the seq of the oldest one that is kept (1 if none was ever forgotten).
    fn head(&self) -> Result<(Head, u64), JournalTrouble>;

    fn cursor(&self) -> Result<BoxCursor, JournalTrouble>;

    /// Need not be durable at once: an older cursor only sends again what the cloud passes over.
    fn save_cursor(&self, cursor: BoxCursor) -> Result<(), JournalTrouble>;

    /// Facts behind `after`, in order, up to both limits but at least one if there is one.
    fn read(
        &self,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<JournalRead, JournalTrouble>;

    /// Moves with every commit; what it holds does not matter.
    /// The chain at these places; those that the journal no longer holds are left out.
    fn marks(&self, seqs: &[u64]) -> Result<Vec<Head>, JournalTrouble>;

    fn growth(&self) -> watch::Receiver<u64>;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalRead {
    /// The chain's hash at `after`; `None` if the journal no longer holds it.
    pub hash: Option<ChainHash>,
    pub facts: Vec<(u64, Vec<u8>)>,
}

/// The store cannot answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be read: {code}")]
pub struct JournalTrouble {
    pub code: &'static str,
}
