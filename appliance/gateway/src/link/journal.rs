//! What the link needs of the store: the journal to read, a cursor to keep.
use branch_store::GivenKeys;
use link::{Arrived, BoxCursor, RefusedDirective};
use messages::directive::Directive;
use messages::journal::{ChainHash, Head};
use messages::lane::{BoxCommand, CommandResult, DncChange, KeyOffer};
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

    /// The chain at these places; those that the journal no longer holds are left out.
    fn marks(&self, seqs: &[u64]) -> Result<Vec<Head>, JournalTrouble>;

    /// The last directive in the inbox.
    fn directives(&self) -> Result<u64, JournalTrouble>;

    /// Into the inbox, with its receipt and its effects. False: another one has its number.
    fn take_directive(&self, directive: &Directive, bytes: Vec<u8>)
    -> Result<bool, JournalTrouble>;

    /// What counts at once of a directive ahead of its turn.
    fn urgent_directive(&self, directive: &Directive) -> Result<(), JournalTrouble>;

    fn refuse_directive(&self, refused: RefusedDirective) -> Result<(), JournalTrouble>;

    /// Runs it if it was never seen and is not late; `None` while it runs.
    fn command(
        &self,
        command: &BoxCommand,
        late: bool,
    ) -> Result<Option<CommandResult>, JournalTrouble>;

    /// Our own lost facts, as they were; trouble if the journal has gone on by itself.
    fn append_tail(&self, facts: Vec<Arrived>) -> Result<Head, JournalTrouble>;

    fn tail_complete(&self, from: u64, upto: u64, epoch: u32) -> Result<(), JournalTrouble>;

    /// What enrolment has brought: used from now on.
    fn give_keys(&self, keys: GivenKeys);

    /// How many offers of keys stand to be made.
    fn key_offers(&self) -> Result<u64, JournalTrouble>;

    /// Those behind `after`, in order.
    fn read_keys(&self, after: u64, count_max: usize) -> Result<Vec<KeyOffer>, JournalTrouble>;

    /// Refusals of contact since the last question, and the last fact that says one.
    fn take_urgent(&self) -> Result<Option<(Head, Vec<DncChange>)>, JournalTrouble>;

    /// Once a second: what was set for a time goes back.
    fn beat(&self) -> Result<(), JournalTrouble>;

    /// Moves with every commit; what it holds does not matter.
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
