//! What goes into the appliance's end and what comes out of it.
use crate::{
    cloud_end::Arrived,
    sign::{RefusedDirective, Trust},
    status::{LinkStatus, Trouble},
};
use messages::{
    BootId, BoxId,
    directive::Directive,
    journal::{ChainHash, Head},
    lane::{BoxCommand, CommandResult, DncChange, KeyOffer, Lane, Metrics},
};

/// What the appliance keeps of the link, beside its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoxCursor {
    /// 0 before the first WELCOME.
    pub epoch: u32,
    pub applied: Head,
    /// The appliance may forget up to here.
    pub safe: u64,
}

impl BoxCursor {
    pub const NEW: Self = Self {
        epoch: 0,
        applied: Head::EMPTY,
        safe: 0,
    };
}

/// What does not change in one run.
#[derive(Clone, Debug)]
pub struct BoxConfig {
    pub box_id: BoxId,
    pub boot: BootId,
    pub version: String,
    /// Of the facts that this version writes.
    pub schema: u16,
    /// Whose directives are taken.
    pub trust: Trust,
    /// The last directive that lies in the inbox.
    pub directives: u64,
}

#[derive(Clone, Debug)]
pub enum BoxInput {
    /// The pipe is up and our lanes are subscribed.
    Connected,
    /// The pipe is down; the code says why.
    Disconnected {
        code: &'static str,
    },
    Received {
        lane: Lane,
        bytes: Vec<u8>,
    },
    /// The journal has grown, or has forgotten.
    JournalHead {
        head: Head,
        oldest: u64,
    },
    /// The answer to `ReadFacts`: facts behind `after` in order; `hash` is the chain's hash at `after`,
    /// `None` if the journal no longer holds it.
    FactsRead {
        after: u64,
        hash: Option<ChainHash>,
        facts: Vec<(u64, Vec<u8>)>,
    },
    /// `ReadFacts` had no answer: it is asked again soon.
    ReadFailed {
        after: u64,
    },
    /// The answer to `ReadMarks`: those places that the journal holds, in order.
    MarksRead(Vec<Head>),
    /// The answer to `AppendTail`: the journal's head behind it.
    TailAppended(Head),
    /// The other answer to `AppendTail`: the journal has moved on by itself, or cannot be written.
    TailRefused {
        code: &'static str,
    },
    /// The directive is durable in the inbox, or was there before with the same bytes.
    DirectiveKept {
        seq: u64,
    },
    /// The inbox holds another directive of that number.
    DirectiveRefused(RefusedDirective),
    /// What became of a command. Sent at once if the link is up; else the cloud asks again.
    Answered(CommandResult),
    /// Refusals of contact that the facts up to `head` will tell in their turn.
    Urgent {
        head: Head,
        changes: Vec<DncChange>,
    },
    /// So many offers of keys stand to be made; told once at the start and with each new one.
    KeysGrown {
        head: u64,
    },
    /// The answer to `ReadKeys`.
    KeysRead {
        after: u64,
        offers: Vec<KeyOffer>,
    },
    /// Sent at once if the link is up, else forgotten. `head` and `applied` are filled in here.
    MetricsReady(Metrics),
}

#[derive(Clone, Debug, PartialEq)]
pub enum BoxOutput {
    Publish {
        lane: Lane,
        bytes: Vec<u8>,
    },
    ReadFacts {
        after: u64,
        count_max: usize,
        bytes_max: usize,
    },
    /// Answer with the chain's heads at these seqs.
    ReadMarks(Vec<u64>),
    SaveCursor(BoxCursor),
    /// Facts of ours that we had lost, whose chain is proved: append them as they are if the journal still ends before the first.
    AppendTail(Vec<Arrived>),
    /// All that was lost is back; the next fact of our own is written in this epoch.
    TailComplete {
        from: u64,
        upto: u64,
        epoch: u32,
    },
    /// Its signature holds. Write it to the inbox, carry it out, and answer with `DirectiveKept` or `DirectiveRefused`.
    Directive {
        directive: Directive,
        bytes: Vec<u8>,
    },
    /// Ahead of its turn: what only adds refusals of contact counts at once, all else waits.
    UrgentDirective(Directive),
    /// Say so in the journal: once for each of these.
    RefuseDirective(RefusedDirective),
    /// Run it at most once. `late`: too late by headquarters' clock, so it is not run.
    Command {
        command: BoxCommand,
        late: bool,
    },
    ReadKeys {
        after: u64,
        count_max: usize,
    },
    /// The cloud keeps all offers up to here.
    KeysKept {
        upto: u64,
    },
    /// Drop the pipe and make it again.
    Reconnect {
        why: Trouble,
    },
    Status(LinkStatus),
}
