//! Every wait of the appliance's end, by name.
use core::time::Duration;

/// At most one of each runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// HELLO is out; without WELCOME it is said again.
    WelcomeDue,
    /// Halted or stuck: ask the cloud again.
    GreetAgain,
    /// Facts are waiting for company in their batch.
    BatchWait,
    /// The oldest unacknowledged batch should have been acknowledged.
    AckDue,
}

impl Timer {
    pub const ALL: [Self; 4] = [
        Self::WelcomeDue,
        Self::GreetAgain,
        Self::BatchWait,
        Self::AckDue,
    ];
}

pub const WELCOME_WAIT: Duration = Duration::from_secs(5);
pub const HELLO_TRIES_MAX: u32 = 3;
pub const GREET_AGAIN_WAIT: Duration = Duration::from_secs(60);
/// Below `BATCH_WAIT_MS_MAX`, so that a fact stands at headquarters within a second.
pub const GATHER_WAIT: Duration = Duration::from_millis(250);
/// After a read of the journal that failed.
pub const READ_AGAIN_WAIT: Duration = Duration::from_secs(1);
pub const ACK_WAIT: Duration = Duration::from_secs(10);
/// After so many overdue acknowledgements in a row the pipe is made again.
pub const ACK_TIMEOUTS_MAX: u32 = 3;
/// Batches on their way at once.
pub const WINDOW_BATCHES_MAX: usize = 8;
