//! Drives the branch machine: one thread, one total order. It is fed through one bounded queue and drained after each input.
use crate::clock::Clock;
use branch::{
    Ask, BindingNote, Branch, BranchOrder, DialRequest, Input, LOAD_LOOK, LoadSample, Output,
};
use bytes::Bytes;
use media::{MediaCommand, RecordOrder};
use messages::fact::Fact;
use messages::{CallId, Moment, PartyNumber, Refusal};
use sansio::Machine;
use sip::{DialogRecord, Flow, LegId, Orphan, ProfileAsked, Refused, Traced};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Inputs that wait for the machine. A registration storm fits; beyond it datagrams are dropped.
const QUEUE_MAX: usize = 16_384;
/// Inputs handled before the facts of all of them go to the writer together.
const ROUND_MAX: usize = 64;
/// The longest sleep: the machine's deadline usually comes first.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// How long calls may take to end by themselves once the process was told to stop.
const FAREWELL: Duration = Duration::from_secs(3);

pub type Reply<T> = Box<dyn FnOnce(Result<T, Refusal>) + Send>;

/// What the machine's outputs are carried out by.
pub trait Hands: Send {
    fn send(&mut self, flow: Flow, bytes: &Bytes);
    /// A stream that is of no use any longer.
    fn close(&mut self, flow: Flow);
    fn media(&mut self, command: MediaCommand);
    /// How late the latest beat of the sound was since this was last asked.
    fn sound_was_late(&self) -> Duration;
    /// In the order in which they happened; the list is emptied.
    fn facts(&mut self, facts: &mut Vec<Fact>);
    fn need_recording_key(&mut self, order: RecordOrder, number: Option<PartyNumber>);
    fn dialog_opened(&mut self, leg: LegId, call: CallId, record: DialogRecord);
    fn dialog_closed(&mut self, leg: LegId);
    fn orphan_ended(&mut self, orphan: Orphan);
    fn profile_asked(&mut self, asked: Box<ProfileAsked>);
    fn binding(&mut self, note: BindingNote);
    fn refused(&mut self, flow: Flow, why: Refused);
    /// A test call over a trunk came back to us.
    fn looped_back(&mut self, call: CallId);
    /// A message of a call passed.
    fn traced(&mut self, traced: &Traced);
    /// What passes under this name on the wire is of that call.
    fn leg_named(&mut self, call: CallId, call_id: String);
}

enum Message {
    Input(Box<Input>),
    Dial(Box<DialRequest>, Reply<CallId>),
    Order(Box<BranchOrder>, Reply<()>),
    /// End all calls; the reply comes when they are over.
    Farewell(Reply<()>),
    /// The thread's own: how long does something wait here?
    Probe,
    /// Nothing comes any more.
    Finish,
}

/// The way in: any thread may knock.
#[derive(Clone)]
pub struct Door {
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
    /// Connections that ended while there was no room.
    closed: Arc<Mutex<Vec<Flow>>>,
}

impl Door {
    /// For what comes again by itself: dropped and counted where there is no room.
    pub fn offer(&self, input: Input) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Message::Input(Box::new(input))) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// For a stream: what finds no room comes back, and its sender waits.
    pub fn try_put(&self, input: Input) -> Result<(), Input> {
        match self.sender.try_send(Message::Input(Box::new(input))) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(()),
            Err(TrySendError::Full(Message::Input(input))) => Err(*input),
            // it is the message that was given
            Err(TrySendError::Full(_)) => Ok(()),
        }
    }

    /// A connection is gone: never waits, and is never lost.
    pub fn tell_closed(&self, flow: Flow) {
        if self.try_put(Input::FlowClosed { flow }).is_err() {
            let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
            closed.push(flow);
        }
    }

    /// For what must not be lost: waits for room.
    pub fn put(&self, input: Input) {
        let _ = self.sender.send(Message::Input(Box::new(input)));
    }

    pub fn dial(&self, request: DialRequest, reply: Reply<CallId>) {
        match self
            .sender
            .try_send(Message::Dial(Box::new(request), reply))
        {
            Ok(()) => {}
            Err(TrySendError::Full(Message::Dial(_, reply))) => reply(Err(Refusal::Overloaded)),
            Err(TrySendError::Disconnected(Message::Dial(_, reply))) => {
                reply(Err(Refusal::NotReady))
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    pub fn order(&self, order: BranchOrder, reply: Reply<()>) {
        match self.sender.try_send(Message::Order(Box::new(order), reply)) {
            Ok(()) => {}
            Err(TrySendError::Full(Message::Order(_, reply))) => reply(Err(Refusal::Overloaded)),
            Err(TrySendError::Disconnected(Message::Order(_, reply))) => {
                reply(Err(Refusal::NotReady))
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Ends all calls; `reply` comes when they are over, or after a few seconds. What happens then is still taken.
    pub fn farewell(&self, reply: Reply<()>) {
        let _ = self.sender.send(Message::Farewell(reply));
    }

    /// Ends the thread, behind everything that was given before.
    pub fn finish(&self) {
        let _ = self.sender.send(Message::Finish);
    }

    /// Datagrams that found no room since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// A door before its machine is made: parts that feed the machine can be started first.
#[must_use]
pub fn door() -> (Door, Threshold) {
    let (sender, receiver) = sync_channel(QUEUE_MAX);
    let closed = Arc::default();
    let threshold = Threshold {
        probes: sender.clone(),
        inbox: receiver,
        closed: Arc::clone(&closed),
    };
    let door = Door {
        sender,
        dropped: Arc::default(),
        closed,
    };
    (door, threshold)
}

/// The inner side of the door.
pub struct Threshold {
    probes: SyncSender<Message>,
    inbox: Receiver<Message>,
    closed: Arc<Mutex<Vec<Flow>>>,
}

impl Threshold {
    /// What came in, for whoever looks at the door alone.
    #[cfg(test)]
    pub(crate) fn next_input(&self) -> Option<Input> {
        match self.inbox.recv_timeout(Duration::from_secs(20)) {
            Ok(Message::Input(input)) => Some(*input),
            Ok(_) | Err(_) => None,
        }
    }

    fn take_closed(&self) -> Vec<Flow> {
        core::mem::take(&mut self.closed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Starts the thread. It ends after `Door::finish`.
pub fn start<H: Hands + 'static>(
    threshold: Threshold,
    branch: Branch,
    hands: H,
    clock: Clock,
) -> io::Result<JoinHandle<()>> {
    let driver = Driver {
        branch,
        hands,
        clock,
        facts: Vec::new(),
        dials: BTreeMap::new(),
        orders: BTreeMap::new(),
        asks: 0,
        farewell: None,
        queue: QueueWatch::default(),
    };
    std::thread::Builder::new()
        .name("branch".to_owned())
        .spawn(move || driver.run(&threshold))
}

struct Driver<H> {
    branch: Branch,
    hands: H,
    clock: Clock,
    facts: Vec<Fact>,
    dials: BTreeMap<Ask, Reply<CallId>>,
    orders: BTreeMap<Ask, Reply<()>>,
    asks: u64,
    /// Who waits for the end of all calls, and until when.
    farewell: Option<(Moment, Reply<()>)>,
    queue: QueueWatch,
}

/// How long messages wait for the machine: one of its own goes through the queue with them.
#[derive(Default)]
struct QueueWatch {
    probe_since: Option<Moment>,
    longest: Duration,
    next_look: Option<Moment>,
}

impl QueueWatch {
    fn probe_came(&mut self, now: Moment) {
        if let Some(since) = self.probe_since.take() {
            self.longest = self.longest.max(now.since(since));
        }
    }

    /// The longest wait since the last look, once it is time for one.
    fn look(&mut self, now: Moment, probes: &SyncSender<Message>) -> Option<Duration> {
        if self.next_look.is_some_and(|at| now < at) {
            return None;
        }
        self.next_look = Some(now + LOAD_LOOK);
        let waiting = self
            .probe_since
            .map_or(Duration::ZERO, |since| now.since(since));
        if self.probe_since.is_none() && probes.try_send(Message::Probe).is_ok() {
            self.probe_since = Some(now);
        }
        Some(core::mem::take(&mut self.longest).max(waiting))
    }
}

impl<H: Hands> Driver<H> {
    fn run(mut self, threshold: &Threshold) {
        let inbox = &threshold.inbox;
        loop {
            let first = match inbox.recv_timeout(self.until_deadline()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let finished = first.is_some_and(|first| self.round(first, inbox));
            for flow in threshold.take_closed() {
                self.take(Message::Input(Box::new(Input::FlowClosed { flow })));
            }
            self.tick();
            self.look_at_load(&threshold.probes);
            self.wave();
            if finished {
                return;
            }
        }
    }

    /// Handles what waits, up to a limit. True: the thread is to end.
    fn round(&mut self, first: Message, inbox: &Receiver<Message>) -> bool {
        let waiting = core::iter::once(first)
            .chain(inbox.try_iter())
            .take(ROUND_MAX);
        for message in waiting {
            if matches!(message, Message::Finish) {
                return true;
            }
            self.take(message);
        }
        false
    }

    fn take(&mut self, message: Message) {
        let now = self.clock.now();
        match message {
            Message::Input(input) => self.branch.handle(now, *input),
            Message::Dial(request, reply) => {
                let ask = self.next_ask();
                self.dials.insert(ask, reply);
                self.branch.handle(now, Input::Dial { ask, request });
            }
            Message::Order(order, reply) => {
                let ask = self.next_ask();
                self.orders.insert(ask, reply);
                let order = *order;
                self.branch.handle(now, Input::Order { ask, order });
            }
            Message::Farewell(reply) => {
                self.farewell = Some((now.mono + FAREWELL, reply));
                self.branch.handle(now, Input::Stop);
            }
            Message::Probe => self.queue.probe_came(now.mono),
            Message::Finish => {}
        }
        self.carry_out();
    }

    fn tick(&mut self) {
        let now = self.clock.now();
        if self.branch.deadline().is_some_and(|at| at <= now.mono) {
            self.branch.tick(now);
            self.carry_out();
        }
        self.give_facts();
    }

    /// What is too much is known to the machine before it takes on more.
    fn look_at_load(&mut self, probes: &SyncSender<Message>) {
        let now = self.clock.now();
        if let Some(waited) = self.queue.look(now.mono, probes) {
            let late = self.hands.sound_was_late();
            let sample = LoadSample { waited, late };
            self.branch.handle(now, Input::Load(sample));
            self.carry_out();
            self.give_facts();
        }
    }

    fn give_facts(&mut self) {
        if !self.facts.is_empty() {
            self.hands.facts(&mut self.facts);
            self.facts.clear();
        }
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.branch.poll() {
            match output {
                Output::Send { flow, bytes } => self.hands.send(flow, &bytes),
                Output::Media(command) => self.hands.media(command),
                Output::Fact(fact) => self.facts.push(fact),
                Output::NeedRecordingKey { order, number } => {
                    self.hands.need_recording_key(order, number)
                }
                Output::Dialled { ask, result } => {
                    if let Some(reply) = self.dials.remove(&ask) {
                        reply(result);
                    }
                }
                Output::Done { ask, result } => {
                    if let Some(reply) = self.orders.remove(&ask) {
                        reply(result);
                    }
                }
                Output::DialogOpened { leg, call, record } => {
                    self.hands.dialog_opened(leg, call, record)
                }
                Output::DialogClosed { leg } => self.hands.dialog_closed(leg),
                Output::ProfileAsked(asked) => self.hands.profile_asked(asked),
                Output::OrphanEnded(orphan) => self.hands.orphan_ended(orphan),
                Output::Binding(note) => {
                    // The table's row is made by the fact: it goes first.
                    self.give_facts();
                    self.hands.binding(note);
                }
                Output::Refused { flow, why } => self.hands.refused(flow, why),
                Output::CloseFlow { flow } => self.hands.close(flow),
                Output::LoopedBack { call } => self.hands.looped_back(call),
                Output::Traced(traced) => self.hands.traced(&traced),
                Output::LegNamed { call, call_id } => self.hands.leg_named(call, call_id),
            }
        }
    }

    /// Tells whoever waits for it that all calls are over, or that the time for that is.
    fn wave(&mut self) {
        let over = |until: Moment| self.branch.is_over() || until <= self.clock.now().mono;
        if self
            .farewell
            .as_ref()
            .is_some_and(|(until, _)| over(*until))
            && let Some((_, reply)) = self.farewell.take()
        {
            reply(Ok(()));
        }
    }

    fn until_deadline(&self) -> Duration {
        let now = self.clock.now().mono;
        let farewell = self.farewell.as_ref().map(|(until, _)| *until);
        let next = [self.branch.deadline(), farewell]
            .into_iter()
            .flatten()
            .min();
        next.map_or(SLEEP_MAX, |at| at.since(now).min(SLEEP_MAX))
    }

    const fn next_ask(&mut self) -> Ask {
        self.asks += 1;
        Ask(self.asks)
    }
}
