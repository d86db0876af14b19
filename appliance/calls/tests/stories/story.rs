//! A call and its clock, told as the orders and facts that come out.
use bytes::Bytes;
use calls::{
    Callee, Calls, Connect, Input, Invitee, KeySeed, LegAct, LegEvent, LegNo, Limits, MediaOrder,
    Next, Output, Place, Ports,
};
use core::time::Duration;
use expect_test::Expect;
use gate::{Gate, Pass, Request, Rules, Token};
use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan, TrunkSpeech};
use messages::fact::{Body, CallTarget, Side};
use messages::{
    AttemptId, CallId, Direction, Extension, HangUpCause, Moment, Purpose, Q850, SipCode, TrunkName,
};
use sansio::virtual_time::{VirtualClock, feed, pass};
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

pub(crate) const CALL: CallId = CallId::from_bytes([7; 16]);
pub(crate) const LAN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 20));
pub(crate) const OURS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 1));
pub(crate) const CARRIER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

/// A call and its clock; each step adds what came out to the told text.
pub(crate) struct Story {
    pub(crate) clock: VirtualClock,
    pub(crate) calls: Calls,
    pub(crate) told: String,
    /// Whom the branch names when nobody was reached; then it gives up.
    pub(crate) next: VecDeque<Next>,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self {
            clock: VirtualClock::default(),
            calls: Calls::new(Limits::default(), KeySeed::new([7; 32])),
            told: String::new(),
            next: VecDeque::new(),
        }
    }

    pub(crate) fn from_phone(callee: Callee, direction: Direction, offer: Option<Bytes>) -> Self {
        let mut story = Self::new();
        let connect = Connect {
            call: CALL,
            direction,
            from_trunk: None,
            speech: None,
            from_phone: Extension::parse("1000"),
            from_number: None,
            shown: "1000".to_owned(),
            display: None,
            private: false,
            called: called(&callee),
            offer,
            source: LAN,
            address: OURS,
            callee,
            ports: ports_of_call(),
        };
        story.tell("INVITE from 1000", Input::Connect(Box::new(connect)));
        story
    }

    pub(crate) fn tell(&mut self, what: &str, input: Input) -> &mut Self {
        self.told.push_str(&format!("> {what}\n"));
        self.feed(input);
        self
    }

    pub(crate) fn feed(&mut self, input: Input) {
        let outputs = feed(&self.clock, &mut self.calls, input);
        self.hear(&outputs);
    }

    pub(crate) fn hear(&mut self, outputs: &[Output]) {
        for output in outputs {
            self.told.push_str(&line(output));
            if let Output::Unreached { call, .. } = output {
                let call = *call;
                let answer = match self.next.pop_front() {
                    Some(next) => Input::TryNext {
                        call,
                        next: Box::new(next),
                    },
                    None => Input::GiveUp { call, cause: None },
                };
                self.feed(answer);
            }
        }
    }

    pub(crate) fn leg(&mut self, what: &str, side: Side, event: LegEvent) -> &mut Self {
        self.tell(
            what,
            Input::Leg {
                call: CALL,
                leg: LegNo(u16::from(side == Side::Callee)),
                event,
            },
        )
    }

    /// Something of a leg by its number.
    pub(crate) fn at(&mut self, what: &str, leg: u16, event: LegEvent) -> &mut Self {
        self.at_call(what, CALL, leg, event)
    }

    pub(crate) fn at_call(
        &mut self,
        what: &str,
        call: CallId,
        leg: u16,
        event: LegEvent,
    ) -> &mut Self {
        let leg = LegNo(leg);
        self.tell(what, Input::Leg { call, leg, event })
    }

    /// From here on, only what comes now is told.
    pub(crate) fn forget(&mut self) -> &mut Self {
        self.told.clear();
        self
    }

    pub(crate) fn callee_rings(&mut self) -> &mut Self {
        let event = LegEvent::Progressed {
            code: SipCode(180),
            sdp: None,
            source: CARRIER,
        };
        self.leg("callee 180", Side::Callee, event)
    }

    pub(crate) fn callee_answers(&mut self, formats: &str) -> &mut Self {
        let event = LegEvent::Answered {
            sdp: Some(sdp(CARRIER, 6_000, formats)),
            source: CARRIER,
        };
        self.leg("callee 200", Side::Callee, event)
    }

    pub(crate) fn ends(
        &mut self,
        side: Side,
        by_peer: bool,
        sip: Option<u16>,
        q850: Option<u8>,
    ) -> &mut Self {
        let cause = HangUpCause {
            sip: sip.map(SipCode),
            q850: q850.map(Q850),
        };
        let ended = LegEvent::Ended { by_peer, cause };
        self.leg(&format!("{side:?} ended"), side, ended)
    }

    pub(crate) fn wait(&mut self, seconds: u64) -> &mut Self {
        self.told.push_str(&format!("> {seconds} s pass\n"));
        let span = Duration::from_secs(seconds);
        let outputs = pass(&mut self.clock, &mut self.calls, span);
        let outputs: Vec<Output> = outputs.into_iter().map(|(_, output)| output).collect();
        self.hear(&outputs);
        self
    }

    pub(crate) fn is(&self, expected: &Expect) {
        expected.assert_eq(&self.told);
    }
}

pub(crate) fn sdp(ip: IpAddr, port: u16, formats: &str) -> Bytes {
    let text = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\n"
    );
    Bytes::from(text)
}

pub(crate) fn payloads(sdp: &Bytes) -> String {
    let text = String::from_utf8_lossy(sdp);
    let line = text
        .lines()
        .find(|line| line.starts_with("m=audio"))
        .unwrap()
        .to_owned();
    let way = text.lines().find(|line| {
        line.starts_with("a=send") || line.starts_with("a=recv") || line.starts_with("a=inactive")
    });
    let ptime = text.lines().find(|line| line.starts_with("a=ptime"));
    let said: String = [way, ptime]
        .into_iter()
        .flatten()
        .map(|line| format!(" {}", &line[2..]))
        .collect();
    let keys: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("a=crypto:")?.split(" inline:").next())
        .map(|key| format!(" key {key}"))
        .collect();
    format!("[{}{said}{keys}]", &line[2..])
}

pub(crate) fn line(output: &Output) -> String {
    match output {
        Output::Leg { leg, act, .. } => format!("  {}: {}\n", leg_name(*leg), act_line(act)),
        Output::Media { order, .. } => format!("  media: {}\n", media_line(order)),
        Output::Fact(body) => format!("  fact {}{}\n", body.kind(), detail(body)),
        Output::Record { formats, .. } => format!("  record {formats:?}\n"),
        Output::Unreached {
            cause, redirect, ..
        } => {
            let sip = cause.sip.map_or(0, |code| code.0);
            let to = redirect
                .as_ref()
                .map_or(String::new(), |to| format!(", is at {to}"));
            format!("  unreached: {sip}{to}\n")
        }
        Output::LegMoved { from, to } => format!(
            "  {} of {} is {} of {}\n",
            leg_name(from.1),
            from.0.as_bytes()[0],
            leg_name(to.1),
            to.0.as_bytes()[0]
        ),
        Output::ChannelFree { trunk } => format!("  channel of {trunk} is free\n"),
        Output::Closed { ports, .. } => {
            let pair = [ports.caller, ports.callee].into_iter();
            let freed: Vec<u16> = pair.chain(ports.guest).collect();
            format!("  closed, frees {freed:?}\n")
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)]
pub(crate) fn detail(body: &Body) -> String {
    match body {
        Body::CallEnded(b) => format!(
            " {} by {} sip={:?} q850={:?} talk={}",
            b.result.code(),
            b.released_by.code(),
            b.cause.sip.map(|c| c.0),
            b.cause.q850.map(|q| q.0),
            b.talk_ms
        ),
        Body::CallStarted(b) => format!(" {}", b.direction.code()),
        Body::CallRinging(b) => format!(" early_media={}", b.early_media),
        Body::CallAnswered(b) => {
            let by = b.extension.as_ref();
            by.map_or(String::new(), |by| format!(" by {by}"))
        }
        Body::CallDiverted(b) => {
            format!(" by {} {} to {}", b.by, b.reason.code(), target(&b.to))
        }
        Body::CallTaken(b) => {
            let from = b.from.as_ref().map_or("nobody", Extension::as_str);
            let (side, how, to) = (b.side, b.how, target(&b.to));
            format!(" {side:?} {how:?} from {from} to {to}")
        }
        Body::CallGuestCame(b) => format!(" beside {:?}: {}", b.beside, target(&b.guest)),
        Body::CallHeld(b) => format!(" by {:?}", b.by),
        Body::CallResumed(b) => format!(" by {:?}", b.by),
        _ => String::new(),
    }
}

fn target(to: &CallTarget) -> String {
    let outside = to.trunk.as_ref().map(|trunk| format!("outside by {trunk}"));
    let phone = to.extension.as_ref().map(ToString::to_string);
    phone.or(outside).unwrap_or_default()
}

pub(crate) fn leg_name(leg: LegNo) -> String {
    match leg.0 {
        0 => "Caller".to_owned(),
        1 => "Callee".to_owned(),
        more => format!("leg {more}"),
    }
}

pub(crate) fn called(callee: &Callee) -> Option<Extension> {
    match callee {
        Callee::Phones { places, .. } => places.first().map(|place| place.extension.clone()),
        Callee::Outside { .. } => None,
    }
}

pub(crate) fn place(extension: &str, contact: &str) -> Place {
    Place {
        extension: Extension::parse(extension).unwrap(),
        contact: contact.to_owned(),
        address: OURS,
        auto_answer: false,
        private_way: false,
    }
}

pub(crate) fn act_line(act: &LegAct) -> String {
    match act {
        LegAct::Invite(invitation) => {
            let to = match &invitation.to {
                Invitee::Phone(place) => format!(
                    "phone {} at {} auto={}",
                    place.extension, place.contact, place.auto_answer
                ),
                Invitee::Trunk(invite) => format!("{invite:?}"),
            };
            let shown = &invitation.shown;
            let diverted: String = invitation
                .diverted
                .iter()
                .map(|one| format!(" by {} {}", one.by, one.reason.code()))
                .collect();
            let offer = payloads(&invitation.sdp);
            format!("invite {to} from {shown}{diverted} {offer}")
        }
        LegAct::Reoffer { sdp } => format!("reoffer {}", payloads(sdp)),
        LegAct::Report { code } => format!("report {}", code.0),
        LegAct::Progress { code, sdp } => format!(
            "progress {} {}",
            code.0,
            sdp.as_ref().map_or(String::new(), payloads)
        ),
        LegAct::Answer { sdp } => format!("answer {}", payloads(sdp)),
        LegAct::Release { code, cause } => {
            format!("release {} q850={:?}", code.0, cause.map(|c| c.0))
        }
        LegAct::AcceptReoffer { sdp } => format!("accept {}", payloads(sdp)),
        LegAct::RefuseReoffer { code } => format!("refuse {}", code.0),
    }
}

pub(crate) fn media_line(order: &MediaOrder) -> String {
    match order {
        MediaOrder::Set {
            seat,
            port,
            remote,
            to_leg,
            from_leg,
            formats,
            ptime,
            keys,
            ..
        } => {
            let remote = remote.map_or_else(|| "unknown".to_owned(), |remote| remote.to_string());
            let formats: Vec<String> = formats.iter().map(|one| one.payload.to_string()).collect();
            let formats = formats.join(" ");
            let ptime = ptime.map_or_else(String::new, |ms| format!(" {ms} ms"));
            let keys = keys
                .as_ref()
                .map_or_else(String::new, |keys| format!(" in {}", keys.suite.name()));
            format!(
                "{seat:?} {port} <-> {remote} hears={to_leg} sends={from_leg} speaks {formats}{ptime}{keys}"
            )
        }
        MediaOrder::Bridge => "bridge".to_owned(),
        MediaOrder::Watch => "watch".to_owned(),
        MediaOrder::Ringback { side } => format!("ringback to {side:?}"),
        MediaOrder::StopTone { side } => format!("stop tone {side:?}"),
        MediaOrder::Mix { beside } => format!("mix, guest beside {beside:?}"),
        MediaOrder::Unmix { guest_takes } => {
            let goes =
                guest_takes.map_or_else(|| "goes".to_owned(), |side| format!("takes {side:?}"));
            format!("unmix, guest {goes}")
        }
        MediaOrder::Close => "close".to_owned(),
    }
}

pub(crate) fn token(record: bool) -> Token {
    let carrier = TrunkName::parse("carrier").unwrap();
    let mut gate = Gate::new(Box::new(|_| [0; 16]));
    let rule = DialRule {
        prefix: String::new(),
        to: RuleTarget::Trunk(carrier.clone()),
        record,
        strip: 0,
        prepend: String::new(),
    };
    let trunk = TrunkPlan {
        concurrent_max: 9,
        cps_max: 9,
        ..TrunkPlan::new(carrier, "")
    };
    gate.configure(
        Rules {
            profile: Profile::Lab,
            destinations: messages::Destination::USUAL.to_vec(),
            ceilings: messages::ceilings::Ceilings::default(),
            dids: Vec::new(),
            dial_rules: vec![rule],
            trunks: vec![trunk],
        },
        Moment::START,
    );
    match gate.ask(
        &Request {
            dialled: "13800138000",
            purpose: Purpose::Sales,
            by: None,
            utc: messages::UtcMs(0),
        },
        Moment::START,
    ) {
        Ok(Pass::Outside(token)) => token,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn outside(record: bool) -> Callee {
    Callee::Outside {
        attempt: AttemptId::from_bytes([8; 16]),
        token: token(record),
        address: OURS,
        speech: TrunkSpeech::default(),
    }
}

pub(crate) fn phones(places: &[Place]) -> Callee {
    Callee::Phones {
        places: places.to_vec(),
        record: false,
    }
}

pub(crate) fn offer(formats: &str) -> Option<Bytes> {
    Some(sdp(LAN, 4_000, formats))
}

pub(crate) fn ports_of_call() -> Ports {
    Ports {
        caller: 20_000,
        callee: 20_002,
        guest: None,
    }
}
