//! How the link stands, in figures a person can act on.
use crate::cloud_end::CLOCK_OFF_MS_MAX;
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
    /// One of both ends has to be upgraded before the other can read what it says.
    pub upgrade_wanted: bool,
    /// The last directive in the inbox.
    pub directives: u64,
    /// Directives that were refused in this run, and the last of them: its number and why.
    pub directives_refused: u64,
    pub directive_refused_last: Option<(u64, &'static str)>,
    /// The last time that the two journals did not simply go on: the verdict's code, and when.
    pub notice: Option<(&'static str, UtcMs)>,
    /// Code of the last trouble and when it came; stays until the cloud takes facts again.
    pub last_error: Option<(&'static str, UtcMs)>,
}

impl LinkStatus {
    /// More than five minutes apart: shown, and facts count all the same.
    #[must_use]
    pub fn clock_is_off(&self) -> bool {
        self.clock_offset_ms
            .is_some_and(|offset| offset.unsigned_abs() > CLOCK_OFF_MS_MAX)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPhase {
    Offline,
    /// Connected, HELLO sent.
    Greeting,
    /// Facts flow.
    Flowing,
    /// Restored from a backup: the lost facts are coming back.
    Pulling,
    /// Connected, but no facts are sent: waiting for a second look, or for a person.
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
            Self::Pulling => "pulling",
            Self::Halted(verdict) => verdict.code(),
            Self::Stuck(trouble) => trouble.code(),
        }
    }

    #[must_use]
    pub const fn is_connected(self) -> bool {
        match self {
            Self::Offline => false,
            Self::Greeting | Self::Flowing | Self::Pulling | Self::Halted(_) | Self::Stuck(_) => {
                true
            }
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
    /// The cloud does not send the lost facts.
    TailTimeout,
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
            Self::TailTimeout => "tail_timeout",
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
