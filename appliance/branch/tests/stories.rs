//! The whole branch machine in virtual time: a phone, a carrier and the gateway exchange real SIP text in memory.
// What a story does not tell of is left out by wildcards.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

use branch::{Ask, Branch, BranchConfig, DialRequest, Input, KeyAnswer, Output, Seeds};
use bytes::Bytes;
use media::{MediaCommand, MediaReport, PortPair};
use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan, TrunkSource};
use messages::fact::{Actor, Body};
use messages::{
    Extension, PartyNumber, PersonalValue as _, Purpose, Q850, Refusal, ReleasedBy, SipCode,
    SystemResult, TrunkName,
};
use sansio::virtual_time::VirtualClock;
use sansio::{Machine as _, SeededSecrets};
use sip::{Command, Event, Flow, Invite, LegId, RegisterAs, Sip, Target, Transport};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

const GATEWAY: &str = "10.0.0.1:5060";
const PHONE: &str = "10.0.0.20:5060";
const CARRIER: &str = "10.9.9.9:5060";

/// The three of them, and everything that the gateway has said.
struct World {
    clock: VirtualClock,
    branch: Branch,
    phone: Sip,
    carrier: Sip,
    wire: VecDeque<(SocketAddr, SocketAddr, Bytes)>,
    phone_events: Vec<Event>,
    carrier_events: Vec<Event>,
    facts: Vec<Body>,
    media: Vec<MediaCommand>,
    dialled: Vec<Result<messages::CallId, Refusal>>,
    gives_keys: bool,
}

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn flow(local: &str, remote: &str) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: at(local),
        remote: at(remote),
        connection: 0,
    }
}

fn carrier_name() -> TrunkName {
    TrunkName::parse("carrier").unwrap()
}

fn config(profile: Profile) -> BranchConfig {
    let rule = |prefix: &str, to, record| DialRule {
        prefix: prefix.to_owned(),
        to,
        record,
        strip: 0,
        prepend: String::new(),
    };
    let trunk = TrunkPlan {
        name: carrier_name(),
        address: CARRIER.to_owned(),
        accept_from: vec![TrunkSource {
            ip: at(CARRIER).ip(),
            port: Some(5060),
        }],
        concurrent_max: 1,
        cps_max: 100,
        caller: None,
    };
    BranchConfig {
        realm: "branch".to_owned(),
        user_agent: "test".to_owned(),
        media_address: None,
        profile,
        phones: vec![account("1000"), account("1001")],
        trunks: vec![(trunk, Some(Flow::udp(at(GATEWAY), at(CARRIER))))],
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

fn account(extension: &str) -> sip::PhoneAccount {
    sip::PhoneAccount {
        extension: Extension::parse(extension).unwrap(),
        password: format!("pw{extension}"),
    }
}

fn sdp(address: &str) -> Bytes {
    let ip = at(address).ip();
    Bytes::from(format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    ))
}

fn index(number: &PartyNumber) -> [u8; 16] {
    let mut index = [0; 16];
    index
        .iter_mut()
        .zip(number.to_text().bytes().rev())
        .for_each(|(slot, byte)| *slot = byte);
    index
}

impl World {
    /// Phone 1000 is registered.
    fn new(profile: Profile) -> Self {
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
            phone: Sip::new(Box::new(SeededSecrets::new(2))),
            carrier,
            wire: VecDeque::new(),
            phone_events: Vec::new(),
            carrier_events: Vec::new(),
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
        let register = RegisterAs {
            user: "1000".to_owned(),
            auth_user: "1000".to_owned(),
            password: "pw1000".to_owned(),
            domain: "branch".to_owned(),
            flow: flow(PHONE, GATEWAY),
            expires: Duration::from_secs(300),
        };
        world.phone_does(Command::Register(Box::new(register)));
        world
    }

    fn tell(&mut self, input: Input) {
        self.branch.handle(self.clock.now(), input);
        self.settle();
    }

    fn phone_does(&mut self, command: Command) {
        self.phone
            .handle(self.clock.now(), sip::Input::Command(command));
        self.settle();
    }

    fn carrier_does(&mut self, command: Command) {
        self.carrier
            .handle(self.clock.now(), sip::Input::Command(command));
        self.settle();
    }

    /// Carries every datagram until nobody says anything more.
    fn settle(&mut self) {
        loop {
            self.collect();
            let Some((from, to, bytes)) = self.wire.pop_front() else {
                return;
            };
            let now = self.clock.now();
            let flow = Flow {
                transport: Transport::Udp,
                local: to,
                remote: from,
                connection: 0,
            };
            match to {
                to if to == at(GATEWAY) => self.branch.handle(now, Input::Sip { flow, bytes }),
                to if to == at(PHONE) => {
                    self.phone.handle(now, sip::Input::Received { flow, bytes })
                }
                to if to == at(CARRIER) => self
                    .carrier
                    .handle(now, sip::Input::Received { flow, bytes }),
                _ => {}
            }
        }
    }

    fn collect(&mut self) {
        let (wire, phone, carrier) = (
            &mut self.wire,
            &mut self.phone_events,
            &mut self.carrier_events,
        );
        for (machine, events) in [(&mut self.phone, phone), (&mut self.carrier, carrier)] {
            while let Some(output) = machine.poll() {
                match output {
                    sip::Output::Send { flow, bytes } => {
                        wire.push_back((flow.local, flow.remote, bytes))
                    }
                    sip::Output::CloseFlow { .. } => {}
                    sip::Output::Event(event) => events.push(event),
                }
            }
        }
        while let Some(output) = self.branch.poll() {
            self.take(output);
        }
    }

    fn take(&mut self, output: Output) {
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
            _ => {}
        }
    }

    fn phone_dials(&mut self, number: &str) -> LegId {
        let leg = self.phone.mint_leg();
        let invite = Invite {
            leg,
            to: Target::Registrar {
                user: "1000".to_owned(),
            },
            called: number.to_owned(),
            caller: "1000".to_owned(),
            display: None,
            sdp: Some(sdp(PHONE)),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
        };
        self.phone_does(Command::Invite(Box::new(invite)));
        leg
    }

    fn carrier_leg(&self) -> LegId {
        let invited = self
            .carrier_events
            .iter()
            .rev()
            .find_map(|event| match event {
                Event::Invited { leg, .. } => Some(*leg),
                _ => None,
            });
        invited.expect("the carrier was invited")
    }

    fn carrier_answers(&mut self) -> LegId {
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

    fn click(&mut self, number: &str) -> Result<messages::CallId, Refusal> {
        let request = DialRequest {
            extension: Extension::parse("1000").unwrap(),
            customer: None,
            number: PartyNumber::parse(number).unwrap(),
            purpose: Purpose::Sales,
            actor: Actor::System,
        };
        self.tell(Input::Dial {
            ask: Ask(1),
            request: Box::new(request),
        });
        *self.dialled.last().unwrap()
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.facts.iter().map(Body::kind).collect()
    }

    /// How the last call ended, and the final code that the phone's last leg saw.
    fn end(&self) -> (SystemResult, ReleasedBy) {
        let ended = self.facts.iter().rev().find_map(|body| match body {
            Body::CallEnded(ended) => Some((ended.result, ended.released_by)),
            _ => None,
        });
        ended.expect("a call has ended")
    }

    fn phone_saw(&self) -> Option<u16> {
        self.phone_events
            .iter()
            .rev()
            .find_map(|event| match event {
                Event::Ended { cause, .. } => cause.sip.map(|code| code.0),
                _ => None,
            })
    }
}

#[test]
fn a_desk_phone_calls_out_and_the_call_is_recorded() {
    let mut world = World::new(Profile::Lab);
    world.phone_dials("8123456");
    let leg = world.carrier_answers();
    assert!(
        world
            .media
            .iter()
            .any(|command| matches!(command, MediaCommand::Record(_)))
    );
    world.carrier_does(Command::Release {
        leg,
        code: SipCode(200),
        cause: Some(Q850::NORMAL),
        retry_after: None,
    });
    assert_eq!(
        world.kinds(),
        [
            "phone_bound",
            "call_started",
            "attempt_started",
            "call_ringing",
            "call_answered",
            "recording_started",
            "attempt_ended",
            "call_ended"
        ]
    );
    assert_eq!(world.end(), (SystemResult::Answered, ReleasedBy::Callee));
    assert_eq!(world.branch.calls_open(), 0);
}

#[test]
fn without_a_key_there_is_no_recording_and_the_call_goes_on() {
    let mut world = World::new(Profile::Lab);
    world.gives_keys = false;
    world.phone_dials("8123456");
    world.carrier_answers();
    assert!(
        !world
            .media
            .iter()
            .any(|command| matches!(command, MediaCommand::Record(_)))
    );
    assert!(world.kinds().contains(&"recording_failed"));
    assert_eq!(world.branch.calls_open(), 1);
}

#[test]
fn the_gate_refuses_with_a_code_and_a_fact() {
    let mut world = World::new(Profile::Production);
    world.phone_dials("9123456");
    assert_eq!(world.phone_saw(), Some(484), "private digits in production");
    world.phone_dials("7000");
    assert_eq!(world.phone_saw(), Some(404), "no rule");
    assert_eq!(
        world.kinds(),
        ["phone_bound", "dial_blocked", "dial_blocked"]
    );
    let refused = PartyNumber::parse("95588").unwrap();
    world.tell(Input::ContactRefusals(vec![index(&refused)]));
    world.phone_dials("95588");
    assert_eq!(world.phone_saw(), Some(403), "refusal of contact");
}

#[test]
fn emergency_numbers_pass_a_full_trunk_and_a_journal_without_room() {
    let mut world = World::new(Profile::Production);
    world.phone_dials("95588");
    world.carrier_answers();
    world.phone_dials("95599");
    assert_eq!(world.phone_saw(), Some(503), "the trunk has one channel");
    world.tell(Input::JournalRoom(false));
    world.phone_dials("110");
    let called = world
        .carrier_events
        .iter()
        .rev()
        .find_map(|event| match event {
            Event::Invited { called, .. } => Some(called.clone()),
            _ => None,
        });
    assert_eq!(called.as_deref(), Some("110"));
}

#[test]
fn an_emergency_asked_for_at_the_screen_passes_a_journal_without_room() {
    let mut world = World::new(Profile::Production);
    world.tell(Input::JournalRoom(false));
    assert_eq!(world.click("95588"), Err(Refusal::JournalUnavailable));
    assert!(world.click("110").is_ok());
}

#[test]
fn click_to_call_rings_the_own_phone_first_and_one_call_at_a_time() {
    let mut world = World::new(Profile::Lab);
    assert!(world.click("13800138000").is_ok());
    assert!(
        !world
            .carrier_events
            .iter()
            .any(|event| matches!(event, Event::Invited { .. }))
    );
    assert_eq!(world.click("13800138001"), Err(Refusal::PhoneBusy));
    let own = world
        .phone_events
        .iter()
        .rev()
        .find_map(|event| match event {
            Event::Invited { leg, .. } => Some(*leg),
            _ => None,
        });
    world.phone_does(Command::Answer {
        leg: own.unwrap(),
        sdp: sdp(PHONE),
    });
    world.carrier_answers();
    assert!(world.kinds().contains(&"call_answered"));
    world.tell(Input::Stop);
    assert_eq!(world.end(), (SystemResult::Answered, ReleasedBy::System));
    assert_eq!(world.branch.calls_open(), 0);
    assert_eq!(world.click("13800138000"), Err(Refusal::NotReady));
}

#[test]
fn a_phone_that_is_not_there_and_a_refused_number_are_named() {
    let mut world = World::new(Profile::Lab);
    world.phone_does(Command::Unregister {
        user: "1000".to_owned(),
    });
    assert_eq!(world.click("13800138000"), Err(Refusal::PhoneNotRegistered));
    let mut world = World::new(Profile::Lab);
    let number = PartyNumber::parse("13800138000").unwrap();
    world.tell(Input::ContactRefusals(vec![index(&number)]));
    assert_eq!(world.click("13800138000"), Err(Refusal::DoNotCall));
    assert_eq!(world.kinds(), ["phone_bound", "dial_blocked"]);
}

#[test]
fn who_refuses_contact_while_the_own_phone_rings_is_not_called() {
    let mut world = World::new(Profile::Lab);
    assert!(world.click("13800138000").is_ok());
    let number = PartyNumber::parse("13800138000").unwrap();
    world.tell(Input::ContactRefusals(vec![index(&number)]));
    assert_eq!(world.branch.calls_open(), 0);
    assert_eq!(
        world.kinds(),
        ["phone_bound", "call_started", "dial_blocked", "call_ended"]
    );
    let outside_called = world
        .carrier_events
        .iter()
        .any(|event| matches!(event, Event::Invited { .. }));
    assert!(!outside_called);
}

#[test]
fn from_trunk_to_trunk_is_for_laboratories_only() {
    for (profile, expected) in [(Profile::Lab, true), (Profile::Production, false)] {
        let mut world = World::new(profile);
        let leg = world.carrier.mint_leg();
        let invite = Invite {
            leg,
            to: Target::Trunk(TrunkName::parse("gateway").unwrap()),
            called: "95588".to_owned(),
            caller: "load".to_owned(),
            display: None,
            sdp: Some(sdp(CARRIER)),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
        };
        world.carrier_does(Command::Invite(Box::new(invite)));
        let came_back = world
            .carrier_events
            .iter()
            .any(|event| matches!(event, Event::Invited { .. }));
        assert_eq!(came_back, expected, "{profile:?}");
    }
}

#[test]
fn channels_and_ports_come_back_after_a_thousand_calls() {
    let mut world = World::new(Profile::Lab);
    for number in 0..1_000 {
        // The trunk takes a hundred in a second.
        world.clock.advance(Duration::from_millis(20));
        world.phone_dials(&format!("9{number:06}"));
        let leg = world.carrier_leg();
        let code = if number % 3 == 0 { 486 } else { 404 };
        world.carrier_does(Command::Release {
            leg,
            code: SipCode(code),
            cause: None,
            retry_after: None,
        });
        world.carrier_events.clear();
        world.media.clear();
    }
    assert_eq!(world.branch.calls_open(), 0);
    let ended = world
        .facts
        .iter()
        .filter(|body| matches!(body, Body::CallEnded(_)))
        .count();
    assert_eq!(ended, 1_000);
}
