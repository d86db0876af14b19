//! Machines, the wire between them, and what they are told to do when.
use crate::calls::OFFER;
use bytes::Bytes;
use core::time::Duration;
use messages::{Extension, Moment, TrunkName, command::TrunkSource};
use sansio::virtual_time::VirtualClock;
use sansio::{Machine as _, SeededRng, SeededSecrets};
use sip::{
    Command, Config, Event, Flow, Input, Invite, LegId, Output, PhoneAccount, RegisterAs, Sip,
    Target, Transport, TrunkAccount,
};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub(crate) const GATEWAY: usize = 0;
pub(crate) const PHONE: usize = 1;
pub(crate) const OTHER: usize = 2;
pub(crate) const CARRIER: usize = 3;

pub(crate) struct Node {
    pub(crate) sip: Sip,
    pub(crate) address: SocketAddr,
    pub(crate) events: Vec<(Moment, Event)>,
}

/// What a node does when it is told something: commands, each after a time.
pub(crate) type Habit = Box<dyn FnMut(&Event, &mut SeededRng) -> Vec<(Duration, Command)>>;

pub(crate) type Filter = Box<dyn FnMut(usize, usize, &str) -> bool>;

pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    pub(crate) nodes: Vec<Node>,
    pub(crate) habits: Vec<Habit>,
    pub(crate) rng: SeededRng,
    /// Of each datagram.
    pub(crate) loss: f64,
    pub(crate) twice: f64,
    pub(crate) delay_ms_max: u64,
    /// Datagrams that are let through: (from, to, text) is false to drop.
    pub(crate) filter: Filter,
    pub(crate) sent: Vec<(usize, usize, String)>,
    wire: BTreeMap<(Moment, u64), (usize, usize, Bytes)>,
    plans: BTreeMap<(Moment, u64), (usize, Command)>,
    count: u64,
}

pub(crate) fn address(node: usize) -> SocketAddr {
    format!("10.0.0.{}:5060", node + 1).parse().unwrap()
}

pub(crate) fn flow(from: usize, to: usize) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: address(from),
        remote: address(to),
        connection: 0,
    }
}

pub(crate) fn extension(user: &str) -> Extension {
    Extension::parse(user).unwrap()
}

/// Seen from another node.
fn trunk(from: usize, name: &str, node: usize) -> TrunkAccount {
    TrunkAccount {
        name: TrunkName::parse(name).unwrap(),
        flow: Some(Flow::udp(address(from), address(node))),
        host: address(node).ip().to_string(),
        accept_from: vec![TrunkSource {
            ip: address(node).ip(),
            port: Some(5060),
        }],
        options_every: None,
        offers: sip::Offers::default(),
        domain: None,
        login: None,
        caller_in: Default::default(),
    }
}

pub(crate) fn phone(user: &str) -> PhoneAccount {
    PhoneAccount {
        extension: extension(user),
        password: format!("pw{user}"),
    }
}

/// The gateway's and the carrier's configuration.
pub(crate) fn config(node: usize) -> Config {
    Config {
        realm: "branch".to_owned(),
        user_agent: "test".to_owned(),
        phones: if node == GATEWAY {
            vec![phone("1000"), phone("1001")]
        } else {
            Vec::new()
        },
        trunks: match node {
            GATEWAY => vec![trunk(node, "carrier", CARRIER)],
            CARRIER => vec![trunk(node, "gateway", GATEWAY)],
            _ => Vec::new(),
        },
        ..Config::default()
    }
}

impl World {
    /// Gateway, two phones, carrier.
    pub(crate) fn new(seed: u64) -> Self {
        let node = |index: usize| Node {
            sip: Sip::new(Box::new(SeededSecrets::new(seed * 10 + index as u64))),
            address: address(index),
            events: Vec::new(),
        };
        let mut world = Self {
            clock: VirtualClock::default(),
            nodes: (0..4).map(node).collect(),
            habits: (0..4)
                .map(|_| Box::new(|_: &Event, _: &mut SeededRng| Vec::new()) as Habit)
                .collect(),
            rng: SeededRng::new(seed),
            loss: 0.0,
            twice: 0.0,
            delay_ms_max: 20,
            filter: Box::new(|_, _, _| true),
            sent: Vec::new(),
            wire: BTreeMap::new(),
            plans: BTreeMap::new(),
            count: 0,
        };
        for index in 0..4 {
            world.input(index, Input::Configure(config(index)));
        }
        world
    }

    pub(crate) fn input(&mut self, node: usize, input: Input) {
        let now = self.clock.now();
        self.nodes[node].sip.handle(now, input);
        self.drain(node);
    }

    pub(crate) fn command(&mut self, node: usize, command: Command) {
        self.input(node, Input::Command(command));
    }

    /// A datagram from nobody we run.
    pub(crate) fn inject(&mut self, node: usize, from: &str, text: &str) {
        let flow = Flow {
            transport: Transport::Udp,
            local: address(node),
            remote: from.parse().unwrap(),
            connection: 0,
        };
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        self.input(node, Input::Received { flow, bytes });
    }

    fn drain(&mut self, node: usize) {
        while let Some(output) = self.nodes[node].sip.poll() {
            match output {
                Output::Send { flow, bytes } => self.put_on_wire(node, flow, bytes),
                Output::CloseFlow { .. } | Output::Traced(_) | Output::LegNamed { .. } => {}
                Output::Event(event) => {
                    let at = self.clock.now().mono;
                    let todo = (self.habits[node])(&event, &mut self.rng);
                    for (after, command) in todo {
                        self.count += 1;
                        self.plans.insert((at + after, self.count), (node, command));
                    }
                    self.nodes[node].events.push((at, event));
                }
            }
        }
    }

    fn put_on_wire(&mut self, from: usize, flow: Flow, bytes: Bytes) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let to = self
            .nodes
            .iter()
            .position(|node| node.address == flow.remote)
            .unwrap_or(usize::MAX);
        self.sent.push((from, to, text.clone()));
        let wanted = (self.filter)(from, to, &text);
        if to == usize::MAX || !wanted {
            return;
        }
        let copies = if self.rng.chance(self.twice) { 2 } else { 1 };
        for _ in 0..copies {
            if self.rng.chance(self.loss) {
                continue;
            }
            let delay = Duration::from_millis(1 + self.rng.below(self.delay_ms_max));
            self.count += 1;
            let at = self.clock.now().mono + delay;
            self.wire
                .insert((at, self.count), (from, to, bytes.clone()));
        }
    }

    fn next(&self) -> Option<Moment> {
        let deadlines = self.nodes.iter().filter_map(|node| node.sip.deadline());
        let wire = self.wire.keys().next().map(|(at, _)| *at);
        let plan = self.plans.keys().next().map(|(at, _)| *at);
        deadlines.chain(wire).chain(plan).min()
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, during: Duration) {
        let end = self.clock.now().mono + during;
        let mut steps = 0_u64;
        while let Some(at) = self.next().filter(|at| *at <= end) {
            steps += 1;
            assert!(steps < 3_000_000, "the world does not come to rest");
            let now = self.clock.now().mono;
            self.clock.advance(at.since(now));
            self.step();
        }
        let now = self.clock.now().mono;
        self.clock.advance(end.since(now));
    }

    fn step(&mut self) {
        let now = self.clock.now();
        while let Some(entry) = self.wire.first_entry().filter(|e| e.key().0 <= now.mono) {
            let (from, to, bytes) = entry.remove();
            self.input(
                to,
                Input::Received {
                    flow: flow(to, from),
                    bytes,
                },
            );
        }
        while let Some(entry) = self.plans.first_entry().filter(|e| e.key().0 <= now.mono) {
            let (node, command) = entry.remove();
            self.command(node, command);
        }
        for index in 0..self.nodes.len() {
            if self.nodes[index]
                .sip
                .deadline()
                .is_some_and(|at| at <= now.mono)
            {
                self.nodes[index].sip.tick(now);
                self.drain(index);
            }
        }
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    pub(crate) fn register(&mut self, node: usize, user: &str) {
        let with = RegisterAs {
            user: user.to_owned(),
            auth_user: user.to_owned(),
            password: format!("pw{user}"),
            domain: "branch".to_owned(),
            flow: flow(node, GATEWAY),
            expires: Duration::from_secs(600),
        };
        self.command(node, Command::Register(Box::new(with)));
    }

    pub(crate) fn call(
        &mut self,
        node: usize,
        to: Target,
        called: &str,
        sdp: Option<&'static str>,
    ) -> LegId {
        let invite = self.draft(node, to, called, sdp);
        let leg = invite.leg;
        self.invite(node, invite);
        leg
    }

    fn draft(
        &mut self,
        node: usize,
        to: Target,
        called: &str,
        sdp: Option<&'static str>,
    ) -> Invite {
        Invite {
            leg: self.nodes[node].sip.mint_leg(),
            to,
            called: called.to_owned(),
            caller: "1000".to_owned(),
            display: Some("前台".to_owned()),
            sdp: sdp.map(|s| Bytes::from_static(s.as_bytes())),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
            silence_max: None,
        }
    }

    /// The gateway calls, and gives up where it hears nothing for so long.
    pub(crate) fn call_impatiently(&mut self, to: Target, silence_max: Duration) {
        let invite = Invite {
            silence_max: Some(silence_max),
            ..self.draft(GATEWAY, to, "913800138000", Some(OFFER))
        };
        self.invite(GATEWAY, invite);
    }

    pub(crate) fn invite(&mut self, node: usize, invite: Invite) {
        self.command(node, Command::Invite(Box::new(invite)));
    }

    pub(crate) fn events(&self, node: usize) -> Vec<&Event> {
        self.nodes[node]
            .events
            .iter()
            .map(|(_, event)| event)
            .collect()
    }

    /// One short word for each event of a leg's life, in order.
    pub(crate) fn words(&self, node: usize) -> Vec<String> {
        self.events(node).into_iter().filter_map(word).collect()
    }

    /// The leg of the first INVITE that came.
    pub(crate) fn invited(&self, node: usize) -> LegId {
        let found = self
            .events(node)
            .into_iter()
            .rev()
            .find_map(|event| match event {
                Event::Invited { leg, .. } => Some(*leg),
                _ => None,
            });
        found.expect("an INVITE has come")
    }

    pub(crate) fn count_sent(&self, from: usize, start: &str) -> usize {
        self.sent
            .iter()
            .filter(|(f, _, text)| *f == from && text.starts_with(start))
            .count()
    }

    /// After all timers: nothing is left anywhere.
    pub(crate) fn assert_empty(&self) {
        for (index, node) in self.nodes.iter().enumerate() {
            assert_eq!(
                (node.sip.legs_count(), node.sip.transactions_count()),
                (0, 0),
                "node {index}"
            );
        }
    }
}

pub(crate) fn word(event: &Event) -> Option<String> {
    let sdp = |sdp: &Option<Bytes>| if sdp.is_some() { "+sdp" } else { "" };
    Some(match event {
        Event::Invited { sdp: body, .. } => format!("invited{}", sdp(body)),
        Event::Progressed {
            code, sdp: body, ..
        } => format!("{}{}", code.0, sdp(body)),
        Event::Answered { sdp: body, .. } => format!("answered{}", sdp(body)),
        Event::Acked { sdp: body, .. } => format!("acked{}", sdp(body)),
        Event::Reoffered { sdp: body, .. } => format!("reoffered{}", sdp(body)),
        Event::Reanswered { sdp: body, .. } => format!("reanswered{}", sdp(body)),
        Event::ReofferRefused { code, .. } => format!("reoffer-refused {}", code.0),
        Event::Ended { by_peer, cause, .. } => {
            let sip = cause.sip.map_or(String::new(), |c| format!(" {}", c.0));
            let q850 = cause.q850.map_or(String::new(), |c| format!(" q{}", c.0));
            format!(
                "ended by {}{sip}{q850}",
                if *by_peer { "peer" } else { "us" }
            )
        }
        Event::Referred { to, replaces, .. } => {
            let other = replaces.map_or(String::new(), |leg| format!(" for {}", leg.0));
            format!("referred to {to}{other}")
        }
        Event::Redirected { to, .. } => format!("redirected to {to}"),
        Event::Digit { digit, .. } => format!("digit {digit}"),
        Event::DialogOpened { .. } => "opened".to_owned(),
        Event::DialogClosed { .. } => "closed".to_owned(),
        Event::ProfileAsked(asked) => {
            format!("profile asked by {:?} {}", asked.mac, asked.user_agent)
        }
        Event::OrphanEnded(orphan) => format!("orphan {} ended", orphan.leg),
        Event::Bound { .. }
        | Event::Refreshed { .. }
        | Event::Unbound { .. }
        | Event::TrunkState { .. }
        | Event::TrunkRegistered { .. }
        | Event::Banned { .. }
        | Event::Registered { .. }
        | Event::RegisterFailed { .. }
        | Event::Refused { .. } => return None,
    })
}
