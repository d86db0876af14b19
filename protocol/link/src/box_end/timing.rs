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
    /// The journal was asked for facts and should have answered.
    ReadDue,
    /// A piece of the lost tail should have come.
    TailDue,
    /// Offers of keys should have been acknowledged.
    KeysDue,
    /// Refusals of contact that no acknowledgement covers yet are said again.
    UrgentDue,
}

impl Timer {
    /// Those that end with the phase that set them.
    pub const OF_A_PHASE: [Self; 6] = [
        Self::WelcomeDue,
        Self::GreetAgain,
        Self::BatchWait,
        Self::AckDue,
        Self::ReadDue,
        Self::TailDue,
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
/// An answer of the journal's that never came is asked for again.
pub const READ_WAIT: Duration = Duration::from_secs(30);
/// Both have diverged: so long a second living copy of this appliance has time to show itself.
pub const BRANCH_WAIT: Duration = Duration::from_secs(30);
/// Each round narrows the branch point down by a factor of 30.
pub const COMPARE_ROUNDS_MAX: u32 = 16;
pub const TAIL_WAIT: Duration = Duration::from_secs(5);
pub const TAIL_TIMEOUTS_MAX: u32 = 4;
pub const KEYS_WAIT: Duration = Duration::from_secs(10);
pub const URGENT_AGAIN_WAIT: Duration = Duration::from_secs(10);
