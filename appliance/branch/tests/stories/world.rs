//! Phones, a carrier and the gateway: real SIP text, virtual time.

use branch::{Ask, Branch, BranchConfig, DialRequest, Input, KeyAnswer, Output, Seeds};
use bytes::Bytes;
use media::{MediaCommand, MediaReport, PortPair};
use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan, TrunkSource};
use messages::fact::{Actor, Body};
use messages::{
    Extension, PartyNumber, PersonalValue as _, Purpose, Refusal, ReleasedBy, SipCode,
    SystemResult, TrunkName,
};
use sansio::virtual_time::VirtualClock;
use sansio::{Machine as _, SeededSecrets};
use sip::{Command, Event, Flow, Invite, LegId, RegisterAs, Sip, Target, Transport};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const GATEWAY: &str = "10.0.0.1:5060";
pub(crate) const PHONE: &str = "10.0.0.20:5060";
pub(crate) const CARRIER: &str = "10.9.9.9:5060";

/// A phone or the carrier.
pub(crate) struct Peer {
    pub(crate) sip: Sip,
    pub(crate) events: Vec<Event>,
}

/// All of them, and everything that the gateway has said.
pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    pub(crate) branch: Branch,
    pub(crate) peers: BTreeMap<SocketAddr, Peer>,
    pub(crate) wire: VecDeque<(SocketAddr, SocketAddr, Bytes)>,
    pub(crate) done: Vec<Result<(), Refusal>>,
    pub(crate) facts: Vec<Body>,
    pub(crate) media: Vec<MediaCommand>,
    pub(crate) dialled: Vec<Result<messages::CallId, Refusal>>,
    pub(crate) gives_keys: bool,
}

pub(crate) fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(crate) fn flow(local: &str, remote: &str) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: at(local),
        remote: at(remote),
        connection: 0,
    }
}

pub(crate) fn carrier_name() -> TrunkName {
    TrunkName::parse("carrier").unwrap()
}

pub(crate) fn config(profile: Profile) -> BranchConfig {
    let rule = |prefix: &str, to, record| DialRule {
        prefix: prefix.to_owned(),
        to,
        record,
        strip: 0,
        prepend: String::new(),
    };
    let trunk = TrunkPlan {
        accept_from: vec![TrunkSource {
            ip: at(CARRIER).ip(),
            port: Some(5060),
        }],
        concurrent_max: 1,
        cps_max: 100,
        ..TrunkPlan::new(carrier_name(), CARRIER)
    };
    BranchConfig {
        realm: "branch".to_owned(),
        user_agent: "test".to_owned(),
        media_address: None,
        profile,
        phones: ["1000", "1001", "1002"].map(account).to_vec(),
        trunks: vec![(trunk, Some(Flow::udp(at(GATEWAY), at(CARRIER))))],
        destinations: messages::Destination::USUAL.to_vec(),
        ceilings: messages::ceilings::Ceilings::default(),
        dids: Vec::new(),
        rules: vec![
            rule("9", RuleTarget::Trunk(carrier_name()), false),
            rule("8", RuleTarget::Trunk(carrier_name()), true),
            rule("1", RuleTarget::Phone, false),
        ],
        handling: BTreeMap::new(),
        groups: BTreeMap::new(),
        trunk_options_every: None,
        sip_limits: sip::Limits::default(),
    }
}

pub(crate) fn account(extension: &str) -> sip::PhoneAccount {
    sip::PhoneAccount {
        extension: Extension::parse(extension).unwrap(),
        password: format!("pw{extension}"),
    }
}

pub(crate) fn sdp(address: &str) -> Bytes {
    let ip = at(address).ip();
    Bytes::from(format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    ))
}

pub(crate) fn index(number: &PartyNumber) -> [u8; 16] {
    let mut index = [0; 16];
    index
        .iter_mut()
        .zip(number.to_text().bytes().rev())
        .for_each(|(slot, byte)| *slot = byte);
    index
}

pub(crate) fn invite(leg: LegId, to: Target, called: &str, caller: &str, sdp: Bytes) -> Invite {
    Invite {
        leg,
        to,
        called: called.to_owned(),
        caller: caller.to_owned(),
        display: None,
        sdp: Some(sdp),
        private: false,
        diverted: Vec::new(),
        auto_answer: false,
        silence_max: None,
    }
}

pub(crate) fn release(leg: LegId, code: u16) -> Command {
    Command::Release {
        leg,
        code: SipCode(code),
        cause: None,
        retry_after: None,
    }
}

impl Peer {
    pub(crate) fn new(sip: Sip) -> Self {
        Self {
            sip,
            events: Vec::new(),
        }
    }
}

impl World {
    /// Phone 1000 is registered.
    pub(crate) fn new(profile: Profile) -> Self {
        let seeds = Seeds {
            id_prefix: [1; 6],
            secrets: Box::new(SeededSecrets::new(1)),
            indexer: Box::new(index),
            call_limits: calls::Limits::default(),
        };
        let mut carrier = Sip::new(Box::new(SeededSecrets::new(3)));
        let gateway = sip::TrunkAccount {
            name: TrunkName::parse("gateway").unwrap(),
            flow: Some(Flow::udp(at(CARRIER), at(GATEWAY))),
            host: GATEWAY.to_owned(),
            accept_from: vec![TrunkSource {
                ip: at(GATEWAY).ip(),
                port: None,
            }],
            options_every: None,
            offers: sip::Offers::default(),
            domain: None,
            login: None,
            caller_in: Default::default(),
        };
        let as_carrier = sip::Config {
            trunks: vec![gateway],
            ..sip::Config::default()
        };
        let clock = VirtualClock::default();
        carrier.handle(clock.now(), sip::Input::Configure(as_carrier));
        let mut world = Self {
            clock,
            branch: Branch::new(seeds),
            peers: BTreeMap::from([(at(CARRIER), Peer::new(carrier))]),
            wire: VecDeque::new(),
            done: Vec::new(),
            facts: Vec::new(),
            media: Vec::new(),
            dialled: Vec::new(),
            gives_keys: true,
        };
        world.tell(Input::Configure(Box::new(config(profile))));
        world.tell(Input::Media(MediaReport::Ports(
            (0..8)
                .map(|n| PortPair {
                    rtp: 20_000 + 2 * n,
                })
                .collect(),
        )));
        world.register("1000", PHONE);
        world
    }

    /// Another phone, or another place of one.
    pub(crate) fn register(&mut self, user: &str, place: &str) {
        let seed = 100 + self.peers.len() as u64;
        let sip = Sip::new(Box::new(SeededSecrets::new(seed)));
        self.peers.entry(at(place)).or_insert(Peer::new(sip));
        let register = RegisterAs {
            user: user.to_owned(),
            auth_user: user.to_owned(),
            password: format!("pw{user}"),
            domain: "branch".to_owned(),
            flow: flow(place, GATEWAY),
            expires: Duration::from_secs(300),
        };
        self.does(place, Command::Register(Box::new(register)));
    }

    pub(crate) fn tell(&mut self, input: Input) {
        self.branch.handle(self.clock.now(), input);
        self.settle();
    }

    pub(crate) fn peer(&mut self, place: &str) -> &mut Peer {
        self.peers.get_mut(&at(place)).expect("a peer of the story")
    }

    pub(crate) fn does(&mut self, place: &str, command: Command) {
        let now = self.clock.now();
        let sip = &mut self.peer(place).sip;
        sip.handle(now, sip::Input::Command(command));
        self.settle();
    }

    pub(crate) fn phone_does(&mut self, command: Command) {
        self.does(PHONE, command);
    }

    pub(crate) fn carrier_does(&mut self, command: Command) {
        self.does(CARRIER, command);
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds * 10 {
            self.clock.advance(Duration::from_millis(100));
            let now = self.clock.now();
            if self.branch.deadline().is_some_and(|at| at <= now.mono) {
                self.branch.tick(now);
            }
            for peer in self.peers.values_mut() {
                if peer.sip.deadline().is_some_and(|at| at <= now.mono) {
                    peer.sip.tick(now);
                }
            }
            self.settle();
        }
    }

    /// Carries every datagram until nobody says anything more.
    pub(crate) fn settle(&mut self) {
        loop {
            self.collect();
            let Some((from, to, bytes)) = self.wire.pop_front() else {
                return;
            };
            let now = self.clock.now();
            let flow = Flow::udp(to, from);
            if to == at(GATEWAY) {
                self.branch.handle(now, Input::Sip { flow, bytes });
            } else if let Some(peer) = self.peers.get_mut(&to) {
                peer.sip.handle(now, sip::Input::Received { flow, bytes });
            }
        }
    }

    pub(crate) fn collect(&mut self) {
        for peer in self.peers.values_mut() {
            while let Some(output) = peer.sip.poll() {
                match output {
                    sip::Output::Send { flow, bytes } => {
                        self.wire.push_back((flow.local, flow.remote, bytes));
                    }
                    sip::Output::CloseFlow { .. }
                    | sip::Output::Traced(_)
                    | sip::Output::LegNamed { .. } => {}
                    sip::Output::Event(event) => peer.events.push(event),
                }
            }
        }
        while let Some(output) = self.branch.poll() {
            self.take(output);
        }
    }

    pub(crate) fn take(&mut self, output: Output) {
        match output {
            Output::Send { flow, bytes } => self.wire.push_back((flow.local, flow.remote, bytes)),
            Output::Fact(fact) => self.facts.push(fact.body),
            Output::Media(command) => {
                if let MediaCommand::Close { .. } = command {
                    let ports = self.media.iter().filter_map(|one| match one {
                        MediaCommand::Set(set) => Some(set.port),
                        _ => None,
                    });
                    let ports: Vec<_> = ports.collect();
                    for port in ports {
                        self.branch
                            .handle(self.clock.now(), Input::Media(MediaReport::PortFree(port)));
                    }
                }
                self.media.push(command);
            }
            Output::NeedRecordingKey { order, .. } => {
                let answer = if self.gives_keys {
                    Ok(KeyAnswer { party: None })
                } else {
                    Err(Refusal::JournalUnavailable)
                };
                let recording = order.recording;
                self.branch
                    .handle(self.clock.now(), Input::RecordingKey { recording, answer });
            }
            Output::Dialled { result, .. } => self.dialled.push(result),
            Output::Done { result, .. } => self.done.push(result),
            _ => {}
        }
    }

    pub(crate) fn phone_dials(&mut self, number: &str) -> LegId {
        self.dials(PHONE, "1000", number)
    }

    pub(crate) fn dials(&mut self, place: &str, user: &str, number: &str) -> LegId {
        let leg = self.peer(place).sip.mint_leg();
        let to = Target::Registrar {
            user: user.to_owned(),
        };
        let invite = invite(leg, to, number, user, sdp(place));
        self.does(place, Command::Invite(Box::new(invite)));
        leg
    }

    pub(crate) fn events(&self, place: &str) -> &[Event] {
        &self.peers[&at(place)].events
    }

    /// The newest leg that a place was invited to.
    pub(crate) fn rung(&self, place: &str) -> Option<LegId> {
        let mut events = self.events(place).iter().rev();
        events.find_map(|event| match event {
            Event::Invited { leg, .. } => Some(*leg),
            _ => None,
        })
    }

    pub(crate) fn answers(&mut self, place: &str) -> LegId {
        let leg = self.rung(place).expect("it rings there");
        let sdp = sdp(place);
        self.does(place, Command::Answer { leg, sdp });
        leg
    }

    pub(crate) fn refuses(&mut self, place: &str, code: u16) {
        let leg = self.rung(place).expect("it rings there");
        self.does(place, release(leg, code));
    }

    pub(crate) fn carrier_leg(&self) -> LegId {
        self.rung(CARRIER).expect("the carrier was invited")
    }

    pub(crate) fn carrier_answers(&mut self) -> LegId {
        let leg = self.carrier_leg();
        self.carrier_does(Command::Progress {
            leg,
            code: SipCode(180),
            sdp: None,
        });
        self.carrier_does(Command::Answer {
            leg,
            sdp: sdp(CARRIER),
        });
        leg
    }

    pub(crate) fn click(&mut self, number: &str) -> Result<messages::CallId, Refusal> {
        let request = DialRequest {
            extension: Extension::parse("1000").unwrap(),
            customer: None,
            number: PartyNumber::parse(number).unwrap(),
            over: None,
            purpose: Purpose::Sales,
            actor: Actor::System,
        };
        self.tell(Input::Dial {
            ask: Ask(1),
            request: Box::new(request),
        });
        *self.dialled.last().unwrap()
    }

    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.facts.iter().map(Body::kind).collect()
    }

    /// How the last call ended, and the final code that the phone's last leg saw.
    pub(crate) fn end(&self) -> (SystemResult, ReleasedBy) {
        let ended = self.facts.iter().rev().find_map(|body| match body {
            Body::CallEnded(ended) => Some((ended.result, ended.released_by)),
            _ => None,
        });
        ended.expect("a call has ended")
    }

    pub(crate) fn phone_saw(&self) -> Option<u16> {
        self.saw(PHONE)
    }

    /// The code that ended the newest leg of a place.
    pub(crate) fn saw(&self, place: &str) -> Option<u16> {
        let mut events = self.events(place).iter().rev();
        events.find_map(|event| match event {
            Event::Ended { cause, .. } => cause.sip.map(|code| code.0),
            _ => None,
        })
    }
}
