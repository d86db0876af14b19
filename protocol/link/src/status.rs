//! How the link stands, in figures a person can act on.
use messages::{UtcMs, lane::Verdict};

/// For the page 同步健康 and for the metrics. Seqs, not counts of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    pub phase: LinkPhase,
    /// When this phase began.
    pub since: UtcMs,
    pub epoch: u32,
    /// The last fact of the journal.
    pub head: u64,
    /// The cloud has written up to here.
    pub applied: u64,
    /// The appliance may forget up to here.
    pub safe: u64,
    pub batches_in_flight: u32,
    /// Facts per second that the cloud took lately; 0 without traffic.
    pub facts_per_s: f32,
    /// Seconds until all is there at this pace; `None` without a pace.
    pub drain_s: Option<u64>,
    /// Our clock minus the cloud's, at the last WELCOME.
    pub clock_offset_ms: Option<i64>,
    /// Code of the last trouble and when it came; stays until the cloud takes facts again.
    pub last_error: Option<(&'static str, UtcMs)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPhase {
    Offline,
    /// Connected, HELLO sent.
    Greeting,
    /// Facts flow.
    Flowing,
    /// Connected, but nothing is sent: the verdict needs a person or a later step.
    Halted(Verdict),
    /// Connected, but our own journal cannot be sent on.
    Stuck(Trouble),
}

impl LinkPhase {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Greeting => "greeting",
            Self::Flowing => "flowing",
            Self::Halted(verdict) => verdict.code(),
            Self::Stuck(trouble) => trouble.code(),
        }
    }

    #[must_use]
    pub const fn is_connected(self) -> bool {
        match self {
            Self::Offline => false,
            Self::Greeting | Self::Flowing | Self::Halted(_) | Self::Stuck(_) => true,
        }
    }
}

/// What the box's end can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The cloud does not answer HELLO.
    WelcomeTimeout,
    /// The cloud does not acknowledge.
    AckTimeout,
    /// The cloud acknowledges what was never written here.
    AckBeyondJournal,
    /// A message that is not of its lane.
    Undecodable,
    /// The cloud speaks another version.
    Version,
    /// The journal has a hole.
    JournalHole,
    /// The journal no longer holds what the cloud needs.
    JournalPruned,
    /// The journal cannot be read now.
    JournalUnreadable,
    /// A fact that no batch can hold.
    FactTooLarge,
}

impl Trouble {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WelcomeTimeout => "welcome_timeout",
            Self::AckTimeout => "ack_timeout",
            Self::AckBeyondJournal => "ack_beyond_journal",
            Self::Undecodable => "link_undecodable",
            Self::Version => "link_version",
            Self::JournalHole => "journal_hole",
            Self::JournalPruned => "journal_pruned",
            Self::JournalUnreadable => "journal_unreadable",
            Self::FactTooLarge => "fact_too_large",
        }
    }
}
