//! The machine itself: takes an input, lets its parts act until all is quiet, hands out what is to be done.
use crate::api::{BranchConfig, Input, Output, RestoredBinding};
use crate::course::Course;
use crate::engaged::Engaged;
use crate::load::{LoadRule, LoadSample};
use crate::meters::Meters;
use crate::ports::PortPool;
use crate::signalling::Signalling;
use crate::ways::Way;
use calls::{Calls, KeySeed, LegNo};
use core::time::Duration;
use gate::{Gate, Indexer, Rules, WideIndexer};
use media::RecordOrder;
use messages::fact::{Actor, LoadStageChanged};
use messages::{
    BoxId, CallId, DiskStage, Extension, IdMint, Moment, Now, PartyNumber, Purpose, RecordingId,
    Refusal, ReleasedBy, TrunkName,
};
use sansio::{Machine, Secrets};
use sip::{Flow, LegId, Sip, Transport};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

/// What keeps one run apart from another: all of it comes from outside.
pub struct Seeds {
    pub id_prefix: [u8; 6],
    pub secrets: Box<dyn Secrets>,
    pub indexer: Indexer,
    pub call_limits: calls::Limits,
}

/// `S` is what speaks with phones and trunks.
pub struct Branch<S = Sip> {
    pub(crate) sip: S,
    pub(crate) calls: Calls,
    pub(crate) gate: Gate,
    pub(crate) mint: IdMint,
    pub(crate) config: Option<Box<BranchConfig>>,
    pub(crate) ports: PortPool,
    pub(crate) legs: BTreeMap<LegId, (CallId, LegNo)>,
    pub(crate) leg_of: BTreeMap<(CallId, LegNo), LegId>,
    pub(crate) engaged: Engaged,
    pub(crate) meters: Meters,
    /// How far calls to phones have come on their way.
    pub(crate) courses: BTreeMap<CallId, Course>,
    /// The ways out of calls to somebody outside, until they are answered.
    pub(crate) ways: BTreeMap<CallId, Way>,
    pub(crate) notes: BTreeMap<CallId, Box<Note>>,
    /// Recordings whose key is being made.
    pub(crate) awaiting_key: BTreeMap<RecordingId, RecordOrder>,
    pub(crate) journal_has_room: bool,
    pub(crate) disk: DiskStage,
    pub(crate) load: LoadRule,
    pub(crate) stopping: bool,
    pub(crate) outputs: VecDeque<Output>,
}

/// What the branch remembers of a call beside what `calls` knows.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) actor: Actor,
    /// Who wants one of its sides to be somebody else's.
    pub(crate) asked_by: Option<Actor>,
    /// The phone of the branch that began it.
    pub(crate) phone: Option<Extension>,
    pub(crate) party: Option<PartyNumber>,
    pub(crate) purpose: Purpose,
    pub(crate) dialled: String,
    /// Our own address towards who began it.
    pub(crate) address: Option<IpAddr>,
    /// A test call that the carrier has brought back.
    pub(crate) came_back: bool,
}

impl Branch {
    /// Refusals of contact may also stand by this index: that of all branches together.
    #[must_use]
    pub fn also_indexed_by(mut self, indexer: WideIndexer) -> Self {
        self.gate.also_index(indexer);
        self
    }

    #[must_use]
    pub fn new(mut seeds: Seeds) -> Self {
        let mut key_seed = [0; 32];
        seeds.secrets.fill(&mut key_seed);
        let calls = Calls::new(seeds.call_limits, KeySeed::new(key_seed));
        let sip = Sip::new(seeds.secrets);
        Self::over(sip, seeds.id_prefix, seeds.indexer, calls)
    }
}

impl<S: Signalling> Branch<S> {
    #[must_use]
    pub fn over(signalling: S, id_prefix: [u8; 6], indexer: Indexer, calls: Calls) -> Self {
        Self {
            sip: signalling,
            calls,
            gate: Gate::new(indexer),
            mint: IdMint::new(id_prefix),
            config: None,
            ports: PortPool::default(),
            legs: BTreeMap::new(),
            leg_of: BTreeMap::new(),
            engaged: Engaged::default(),
            meters: Meters::default(),
            courses: BTreeMap::new(),
            ways: BTreeMap::new(),
            notes: BTreeMap::new(),
            awaiting_key: BTreeMap::new(),
            journal_has_room: true,
            disk: DiskStage::Ample,
            load: LoadRule::default(),
            stopping: false,
            outputs: VecDeque::new(),
        }
    }

    /// A binding of the last run, so that a phone need not register again to be reached.
    fn restore_binding(&mut self, binding: &RestoredBinding) {
        let flow = Flow {
            transport: Transport::Udp,
            local: binding.local,
            remote: binding.source,
            connection: 0,
        };
        self.sip.restore_binding(
            &binding.extension,
            &binding.contact,
            flow,
            &binding.user_agent,
            binding.expires,
        );
    }

    /// Behind `Stop`: no call is up, and the carriers know that nobody is here.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.calls.is_empty() && self.sip.signing_off() == 0
    }

    /// Calls that are not closed yet.
    #[must_use]
    pub fn calls_open(&self) -> usize {
        self.calls.len()
    }

    fn configure(&mut self, now: Now, config: Box<BranchConfig>) {
        // registrations that were taken back stay so
        if self.stopping {
            return;
        }
        let rules = Rules {
            profile: config.profile,
            dial_rules: config.rules.clone(),
            trunks: config.trunks.iter().map(|(plan, _)| plan.clone()).collect(),
            dids: config.dids.clone(),
            destinations: config.destinations.clone(),
            ceilings: config.ceilings.clone(),
        };
        self.gate.configure(rules, now.mono);
        self.sip
            .handle(now, sip::Input::Configure(sip_config(&config)));
        self.engaged
            .keep(|extension| config.phones.iter().any(|one| one.extension == *extension));
        self.config = Some(config);
    }

    /// What is too much is given up in its order; each step is written.
    fn look_at_load(&mut self, now: Now, sample: LoadSample) {
        let millis = |span: Duration| u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
        if let Some(stage) = self.load.look(now.mono, sample) {
            let changed = LoadStageChanged {
                stage,
                waited_ms: millis(sample.waited),
                late_ms: millis(sample.late),
            };
            self.fact(now, Actor::System, changed);
        }
    }

    /// May a list be dialled?
    #[must_use]
    pub const fn takes_list_dials(&self) -> bool {
        self.load.stage().takes_list_dials()
    }

    /// May a new call begin? Emergency calls are never asked this.
    pub(crate) fn room_for_call(&self) -> Result<(), Refusal> {
        if self.stopping || self.config.is_none() {
            Err(Refusal::NotReady)
        } else if !self.journal_has_room || !self.disk.takes_calls() {
            Err(Refusal::JournalUnavailable)
        } else if !self.load.stage().takes_calls() {
            Err(Refusal::Overloaded)
        } else if !self.calls.has_room() {
            Err(Refusal::CallsFull)
        } else {
            Ok(())
        }
    }

    /// `urgent`: an emergency call, which may also have the ports that are held back for such.
    pub(crate) fn allot(&mut self, call: CallId, urgent: bool) -> Option<calls::Ports> {
        let [caller, callee] = self.ports.take_pair(call, urgent)?;
        Some(calls::Ports {
            caller,
            callee,
            guest: None,
        })
    }

    /// The address that was named for our descriptions, else this one.
    pub(crate) fn named_or(&self, address: IpAddr) -> IpAddr {
        let config = self.config.as_ref();
        config
            .and_then(|config| config.media_address)
            .unwrap_or(address)
    }

    /// Our address towards a trunk, where the way there is known.
    pub(crate) fn address_of_trunk(&self, name: &TrunkName) -> Option<IpAddr> {
        let trunks = &self.config.as_ref()?.trunks;
        let (_, flow) = trunks.iter().find(|(plan, _)| plan.name == *name)?;
        flow.map(|flow| self.named_or(flow.local.ip()))
    }

    /// The same for a call that goes on over it.
    pub(crate) fn address_towards_trunk(&self, name: &TrunkName, call: CallId) -> IpAddr {
        let of_call = || self.notes.get(&call)?.address;
        let address = self.address_of_trunk(name).or_else(of_call);
        address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// No new call, and an end to those that are up.
    fn stop(&mut self, now: Now) {
        self.stopping = true;
        self.sip
            .handle(now, sip::Input::Command(sip::Command::SignOff));
        for call in self.calls.open() {
            self.calls.handle(
                now,
                calls::Input::HangUp {
                    call,
                    by: ReleasedBy::System,
                },
            );
        }
    }

    /// Passes what the parts say to each other until nobody says anything more.
    fn settle(&mut self, now: Now) {
        loop {
            if let Some(output) = self.sip.poll() {
                self.sip_says(now, output);
            } else if let Some(output) = self.calls.poll() {
                self.calls_say(now, output);
            } else {
                let lamps = self.engaged.lamps();
                if lamps.is_empty() {
                    return;
                }
                for (of, lamp) in lamps {
                    let light = sip::Command::Light { of, lamp };
                    self.sip.handle(now, sip::Input::Command(light));
                }
            }
        }
    }
}

/// The purpose by which a dialled call from a desk phone, or one from a trunk, is judged.
pub(crate) const DIALLED_BY_HAND: Purpose = Purpose::Service;

fn sip_config(config: &BranchConfig) -> sip::Config {
    let trunk = |(plan, flow): &(messages::command::TrunkPlan, Option<Flow>)| sip::TrunkAccount {
        name: plan.name.clone(),
        flow: *flow,
        host: plan.address.clone(),
        domain: plan.domain.clone(),
        login: plan.login.as_ref().map(login),
        caller_in: plan.caller_in,
        accept_from: plan.accept_from.clone(),
        options_every: config.trunk_options_every,
        offers: sip::Offers {
            reliable: plan.reliable,
            session_timer: plan.session_timer,
        },
    };
    sip::Config {
        realm: config.realm.clone(),
        user_agent: config.user_agent.clone(),
        phones: config.phones.clone(),
        trunks: config.trunks.iter().map(trunk).collect(),
        limits: config.sip_limits,
    }
}

fn login(plan: &messages::command::TrunkLogin) -> sip::Login {
    sip::Login {
        user: plan.user.clone(),
        auth_user: plan.auth_user.clone(),
        password: plan.password.expose().to_owned(),
        expires: Duration::from_secs(plan.expires_s.into()),
    }
}

impl<S: Signalling> Machine for Branch<S> {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Configure(config) => self.configure(now, config),
            Input::Sip { flow, bytes } => {
                self.sip.handle(now, sip::Input::Received { flow, bytes })
            }
            Input::FlowClosed { flow } => self.sip.handle(now, sip::Input::FlowClosed { flow }),
            Input::Media(report) => self.media_reports(now, report),
            Input::Dial { ask, request } => self.dial(now, ask, *request),
            Input::Order { ask, order } => self.order(now, ask, order),
            Input::RecordingKey { recording, answer } => self.key_came(now, recording, answer),
            Input::ContactRefusals(indexes) => self.refusals_came(now, indexes),
            Input::OfferProfile { reply, url } => {
                let offer = sip::Command::OfferProfile { reply, url };
                self.sip.handle(now, sip::Input::Command(offer));
            }
            Input::Spent(calls) => calls.iter().for_each(|one| self.gate.spent(one, now.utc)),
            Input::JournalRoom(has_room) => self.journal_has_room = has_room,
            Input::Load(sample) => self.look_at_load(now, sample),
            Input::DiskStage(stage) => {
                self.disk = stage;
                self.gate.take_recordings(stage.takes_recordings());
            }
            Input::EndOrphan { orphan, record } => {
                let bye = sip::Command::ByeOrphan { orphan, record };
                self.sip.handle(now, sip::Input::Command(bye));
            }
            Input::RestoreBindings(bindings) => {
                bindings
                    .iter()
                    .for_each(|binding| self.restore_binding(binding));
            }
            Input::Stop => self.stop(now),
        }
        self.settle(now);
    }

    fn tick(&mut self, now: Now) {
        self.sip.tick(now);
        self.calls.tick(now);
        self.settle(now);
    }

    fn deadline(&self) -> Option<Moment> {
        [self.sip.deadline(), self.calls.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

/// The box's own name where a realm is not configured.
impl BranchConfig {
    #[must_use]
    pub fn realm_of(box_id: &BoxId) -> String {
        format!("{box_id}.zhunkehu")
    }
}
