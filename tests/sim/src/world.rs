//! One story from its first registration to the quiet after its last call.
use crate::agenda::{Act, Agenda};
use crate::answers::Answers;
use crate::digest::{Digest, Fingerprint, reads_back};
use crate::form::{Arrival, Form, Peer};
use crate::people::People;
use crate::relay::Relay;
use crate::shape::{Network, Shape};
use crate::site::{self, carrier_name};
use crate::watch::{Counts, Look, Rule, Watch};
use branch::{BindingNote, Branch, Input, KeyAnswer, Output, RestoredBinding};
use messages::fact::Fact;
use messages::{Extension, Moment, Now, TrunkName, UtcMs};
use sansio::{Machine as _, SeededRng};
use sip::Event;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longer than any call, any timer and any rest.
const QUIET_WITHIN: Duration = Duration::from_secs(4 * 3_600);
/// The longest call of a story.
const CALL_LENGTH_MAX: Duration = Duration::from_secs(240);

/// Monday, 2026-03-02, 10:00 in Shanghai.
pub(crate) const fn start() -> Now {
    Now {
        mono: Moment::START,
        utc: UtcMs(1_772_416_800_000),
        utc_trusted: true,
    }
}

/// What a story came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub fingerprint: Fingerprint,
    pub calls: u64,
    pub facts: u64,
    /// Inputs and timers of the branch machine.
    pub steps: u64,
    pub counts: Counts,
    /// The first promise that was broken, in words; the story ends there.
    pub broken: Option<String>,
    pub virtual_time: Duration,
}

pub(crate) struct World<F: Form> {
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    pub(crate) now: Now,
    pub(crate) agenda: Agenda,
    pub(crate) form: F,
    pub(crate) branch: Branch<F::Signalling>,
    pub(crate) people: People,
    pub(crate) relay: Relay,
    pub(crate) watch: Watch,
    pub(crate) answers: Answers,
    /// Of the story itself: what is tried next.
    pub(crate) rng: SeededRng,
    pub(crate) concurrent_max: u32,
    pub(crate) cps_max: u32,
    /// Which phones are on.
    pub(crate) on: Vec<bool>,
    pub(crate) tries_left: u32,
    pub(crate) serial: u32,
    pub(crate) bindings: BTreeMap<Extension, RestoredBinding>,
    pub(crate) runs: u64,
    /// Ports that the machine has been told of in this run.
    pub(crate) pool: usize,
    carrier: TrunkName,
    digest: Digest,
    facts: u64,
    steps: u64,
    thorough: bool,
}

/// Tells the story of a seed. `thorough`: every fact is also read back.
#[must_use]
pub fn tell<F: Form>(seed: u64, shape: &Shape, thorough: bool) -> Outcome {
    let mut world = World::<F>::new(seed, shape, thorough);
    world.begin();
    world.run();
    Outcome {
        fingerprint: world.digest.finish(),
        calls: world.watch.calls_begun,
        facts: world.facts,
        steps: world.steps,
        counts: world.watch.counts,
        broken: world.watch.broken,
        virtual_time: world.now.mono.since(Moment::START),
    }
}

impl<F: Form> World<F> {
    fn new(seed: u64, shape: &Shape, thorough: bool) -> Self {
        let mut form = F::new(seed, shape);
        let branch = machine(&mut form, seed, 0);
        Self {
            shape: shape.clone(),
            seed,
            now: start(),
            agenda: Agenda::default(),
            form,
            branch,
            people: People::new(seed),
            relay: Relay::new(seed, shape.ports),
            watch: Watch::default(),
            answers: Answers::default(),
            rng: SeededRng::new(seed),
            concurrent_max: shape.concurrent_max,
            cps_max: shape.cps_max,
            on: vec![false; shape.phones],
            tries_left: shape.tries,
            serial: 0,
            bindings: BTreeMap::new(),
            runs: 0,
            pool: 0,
            carrier: carrier_name(),
            digest: Digest::default(),
            facts: 0,
            steps: 0,
            thorough,
        }
    }

    fn run(&mut self) {
        let mut last_try = self.now.mono;
        while self.watch.broken.is_none() {
            self.deliver();
            if self.tries_left > 0 {
                last_try = self.now.mono;
            } else if self.is_over() && self.say_good_bye() {
                continue;
            }
            let Some(at) = self.next_at() else {
                return self.nothing_left();
            };
            self.move_to(at);
            let in_time = at.since(last_try) < QUIET_WITHIN;
            let (standing, legs) = (self.branch.standing(), self.form.peers_legs());
            self.watch.hold(Rule::NothingLeft, in_time, || {
                format!("no rest: {legs} legs of the peers, {standing:?}")
            });
            if self.branch.deadline().is_some_and(|due| due <= at) {
                self.step(None);
            }
            if self.form.deadline().is_some_and(|due| due <= at) {
                self.form.tick(self.now);
            }
            while let Some(act) = self.agenda.pop_due(at) {
                self.act(act);
            }
        }
    }

    /// Everything that arrives now, until nobody says anything more.
    pub(crate) fn deliver(&mut self) {
        while let Some(arrival) = self.form.arrival(self.now) {
            match arrival {
                Arrival::AtGateway(flow, bytes) => self.step(Some(Input::Sip { flow, bytes })),
                Arrival::At(peer, event) => {
                    if let (Peer::Carrier, Event::Invited { called, .. }) = (peer, &event) {
                        self.watch.outside_called(called);
                    }
                    self.people
                        .hear(self.now.mono, peer, &event, &mut self.agenda);
                }
            }
        }
        if self.shape.network == Network::Perfect && self.tries_left > 0 {
            self.watch.all_called();
        }
    }

    fn next_at(&self) -> Option<Moment> {
        [
            self.agenda.next_at(),
            self.branch.deadline(),
            self.form.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn move_to(&mut self, at: Moment) {
        let at = at.max(self.now.mono);
        let begun = start();
        let passed = i64::try_from(at.since(begun.mono).as_millis()).unwrap_or(i64::MAX);
        self.now.mono = at;
        self.now.utc = UtcMs(begun.utc.0 + passed);
    }

    /// One input, or the time that has passed; then everything that comes of it is looked at.
    pub(crate) fn step(&mut self, input: Option<Input>) {
        self.steps += 1;
        match input {
            Some(input) => self.branch.handle(self.now, input),
            None => self.branch.tick(self.now),
        }
        while let Some(output) = self.branch.poll() {
            self.carry_out(output);
        }
        let standing = self.branch.standing();
        let look = Look {
            standing: &standing,
            channels: self.branch.channels_in_use(&self.carrier),
            concurrent_max: self.concurrent_max,
            relay_held: self.relay.held_count(),
            ports: self.pool,
        };
        self.watch.after_step(&look);
        self.answers.after_step(&self.relay, &mut self.watch);
    }

    fn carry_out(&mut self, output: Output) {
        self.digest.output(&output);
        match output {
            Output::Send { flow, bytes } => self.form.gateway_sends(self.now, flow, bytes),
            Output::CloseFlow { .. }
            | Output::Refused { .. }
            | Output::Traced(_)
            | Output::LegNamed { .. }
            | Output::LoopedBack { .. } => {}
            Output::Media(command) => {
                self.relay
                    .order(self.now.mono, &command, &mut self.watch, &mut self.agenda);
            }
            Output::Fact(fact) => self.journal(fact),
            Output::NeedRecordingKey { order, .. } => {
                let missing = self.people.dice().below(100) < self.shape.keys_missing;
                let answer = if missing {
                    Err(messages::Refusal::JournalUnavailable)
                } else {
                    Ok(())
                };
                let after = Duration::from_millis(match self.people.dice().below(20) {
                    0 => 4_000,
                    quick => quick,
                });
                self.agenda
                    .put(self.now.mono + after, Act::Key(order.recording, answer));
            }
            Output::Dialled { ask, result } => {
                self.answers.answered(ask, &mut self.watch);
                if let Ok(call) = result {
                    self.answers.clicked(call);
                }
            }
            Output::Done { ask, .. } => self.answers.answered(ask, &mut self.watch),
            Output::DialogOpened { leg, call, record } => {
                self.answers.opened(leg, call, record, &mut self.watch);
            }
            Output::DialogClosed { leg } => self.answers.closed(leg),
            // nobody provisions phones here
            Output::ProfileAsked(_) => {}
            Output::OrphanEnded(orphan) => self.answers.orphan_ended(orphan),
            Output::Binding(note) => self.note(note),
        }
    }

    pub(crate) fn journal(&mut self, fact: Fact) {
        self.facts += 1;
        self.watch.fact(&fact);
        let kind = fact.body.kind();
        match self.digest.fact(fact) {
            Ok(body) => {
                let good = !self.thorough || reads_back(kind, &body);
                self.watch.hold(Rule::FactsWellFormed, good, || {
                    format!("{kind} does not read back")
                });
            }
            Err(bad) => self.watch.hold(Rule::FactsWellFormed, false, || bad),
        }
    }

    /// The table of bindings that a restart reads.
    fn note(&mut self, note: BindingNote) {
        match note {
            BindingNote::Bound {
                extension,
                source,
                contact,
                user_agent,
                expires,
            } => {
                let expires = self.now.mono + expires;
                let bound = RestoredBinding {
                    local: site::GATEWAY,
                    extension: extension.clone(),
                    contact,
                    source,
                    user_agent,
                    expires,
                };
                self.bindings.insert(extension, bound);
            }
            BindingNote::Refreshed {
                extension, expires, ..
            } => {
                if let Some(bound) = self.bindings.get_mut(&extension) {
                    bound.expires = self.now.mono + expires;
                }
            }
            BindingNote::Unbound { extension, .. } => {
                self.bindings.remove(&extension);
            }
        }
    }

    /// Nobody tries anything, nobody talks.
    fn is_over(&self) -> bool {
        self.agenda.next_at().is_none()
            && self.watch.calls.is_empty()
            && self.branch.calls_open() == 0
            && self.form.peers_legs() == 0
    }

    fn nothing_left(&mut self) {
        let standing = self.branch.standing();
        let empty = standing.calls + standing.legs + standing.notes + standing.keys_awaited == 0
            && standing.ports_taken + standing.signalling == 0
            && self.branch.deadline().is_none()
            && self.branch.channels_in_use(&self.carrier) == 0
            && self.relay.open_count() + self.relay.held_count() == 0
            && self.answers.dialogs_open() == 0;
        let dialogs = self.answers.dialogs_open();
        self.watch.hold(Rule::NothingLeft, empty, || {
            format!("{standing:?}, {dialogs} dialogs")
        });
        let legs = self.form.peers_legs();
        self.watch.hold(Rule::NothingLeft, legs == 0, || {
            format!("{legs} legs of the peers are still up")
        });
        let open = self.watch.recordings.len();
        self.watch.hold(Rule::RecordingsSayTheirEnd, open == 0, || {
            format!("{open} recordings did not end")
        });
    }

    /// A new run of the process.
    pub(crate) fn start_branch(&mut self) {
        self.runs += 1;
        self.pool = 0;
        self.branch = machine(&mut self.form, self.seed, self.runs);
    }

    pub(crate) fn start_relay(&mut self) {
        let ports = self.relay.start();
        self.pool = usize::from(self.shape.ports);
        self.step(Some(Input::Media(ports)));
    }

    pub(crate) fn key_comes(
        &mut self,
        recording: messages::RecordingId,
        answer: Result<(), messages::Refusal>,
    ) {
        let answer = answer.map(|()| KeyAnswer { party: None });
        self.step(Some(Input::RecordingKey { recording, answer }));
    }
}

fn machine<F: Form>(form: &mut F, seed: u64, run: u64) -> Branch<F::Signalling> {
    let signalling = form.signalling(seed ^ (run << 40) ^ 0x6a7e);
    let mut prefix = [0; 6];
    prefix.copy_from_slice(&(seed ^ (run << 32)).to_be_bytes()[2..]);
    let limits = calls::Limits {
        call_length_max: CALL_LENGTH_MAX,
        ..calls::Limits::default()
    };
    let mut key_seed = [0; 32];
    key_seed[..8].copy_from_slice(&(seed ^ run).to_be_bytes());
    let calls = calls::Calls::new(limits, calls::KeySeed::new(key_seed));
    Branch::over(signalling, prefix, Box::new(site::index), calls)
}
