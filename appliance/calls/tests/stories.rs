//! Stories of calls, told as the orders and facts that come out.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use calls::{
    Callee, Calls, ClickToCall, Connect, Input, Invitation, LegAct, LegEvent, Limits, MediaOrder,
    MediaPlace, Output, Ports,
};
use core::time::Duration;
use expect_test::{Expect, expect};
use gate::{Gate, Pass, Request, Rules, Token};
use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan};
use messages::fact::{Body, Side};
use messages::{
    AttemptId, CallId, Direction, Extension, HangUpCause, Moment, Purpose, Q850, ReleasedBy,
    SipCode, TrunkName,
};
use sansio::virtual_time::{VirtualClock, feed, pass};
use std::net::{IpAddr, Ipv4Addr};

const CALL: CallId = CallId::from_bytes([7; 16]);
const LAN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 20));
const CARRIER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

/// A call and its clock; each step adds what came out to the told text.
struct Story {
    clock: VirtualClock,
    calls: Calls,
    told: String,
}

impl Story {
    fn new() -> Self {
        Self {
            clock: VirtualClock::default(),
            calls: Calls::new(Limits::default()),
            told: String::new(),
        }
    }

    fn from_phone(callee: Callee, direction: Direction, offer: Option<Bytes>) -> Self {
        let mut story = Self::new();
        let connect = Connect {
            call: CALL,
            direction,
            from_trunk: None,
            from_phone: Extension::parse("1000"),
            from_number: None,
            shown: "1000".to_owned(),
            display: None,
            offer,
            source: LAN,
            callee,
            ports: ports_of_call(),
        };
        story.tell("INVITE from 1000", Input::Connect(Box::new(connect)));
        story
    }

    fn tell(&mut self, what: &str, input: Input) -> &mut Self {
        self.told.push_str(&format!("> {what}\n"));
        let outputs = feed(&self.clock, &mut self.calls, input);
        outputs
            .iter()
            .for_each(|output| self.told.push_str(&line(output)));
        self
    }

    fn leg(&mut self, what: &str, side: Side, event: LegEvent) -> &mut Self {
        self.tell(
            what,
            Input::Leg {
                call: CALL,
                side,
                event,
            },
        )
    }

    fn callee_rings(&mut self) -> &mut Self {
        let event = LegEvent::Progressed {
            code: SipCode(180),
            sdp: None,
            source: CARRIER,
        };
        self.leg("callee 180", Side::Callee, event)
    }

    fn callee_answers(&mut self, formats: &str) -> &mut Self {
        let event = LegEvent::Answered {
            sdp: Some(sdp(CARRIER, 6_000, formats)),
            source: CARRIER,
        };
        self.leg("callee 200", Side::Callee, event)
    }

    fn ends(&mut self, side: Side, by_peer: bool, sip: Option<u16>, q850: Option<u8>) -> &mut Self {
        let cause = HangUpCause {
            sip: sip.map(SipCode),
            q850: q850.map(Q850),
        };
        let ended = LegEvent::Ended { by_peer, cause };
        self.leg(&format!("{side:?} ended"), side, ended)
    }

    fn wait(&mut self, seconds: u64) -> &mut Self {
        self.told.push_str(&format!("> {seconds} s pass\n"));
        let span = Duration::from_secs(seconds);
        let outputs = pass(&mut self.clock, &mut self.calls, span);
        outputs
            .iter()
            .for_each(|(_, output)| self.told.push_str(&line(output)));
        self
    }

    fn is(&self, expected: &Expect) {
        expected.assert_eq(&self.told);
    }
}

fn sdp(ip: IpAddr, port: u16, formats: &str) -> Bytes {
    let text = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\n"
    );
    Bytes::from(text)
}

fn payloads(sdp: &Bytes) -> String {
    let text = String::from_utf8_lossy(sdp);
    let line = text
        .lines()
        .find(|line| line.starts_with("m=audio"))
        .unwrap()
        .to_owned();
    let way = text.lines().find(|line| {
        line.starts_with("a=send") || line.starts_with("a=recv") || line.starts_with("a=inactive")
    });
    format!(
        "[{}{}]",
        &line[2..],
        way.map_or(String::new(), |way| format!(" {}", &way[2..]))
    )
}

fn line(output: &Output) -> String {
    match output {
        Output::Leg { side, act, .. } => format!("  {side:?}: {}\n", act_line(act)),
        Output::Media { order, .. } => format!("  media: {}\n", media_line(order)),
        Output::Fact(body) => format!("  fact {}{}\n", body.kind(), detail(body)),
        Output::Record { formats, .. } => format!("  record {formats:?}\n"),
        Output::Closed { channel, ports, .. } => {
            format!(
                "  closed, frees {} {ports:?}\n",
                channel.as_ref().map_or("no channel", TrunkName::as_str)
            )
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)]
fn detail(body: &Body) -> String {
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
        Body::CallHeld(b) => format!(" by {:?}", b.by),
        Body::CallResumed(b) => format!(" by {:?}", b.by),
        _ => String::new(),
    }
}

fn act_line(act: &LegAct) -> String {
    match act {
        LegAct::Invite(Invitation::Phone {
            extension,
            sdp,
            auto_answer,
            ..
        }) => {
            format!(
                "invite phone {extension} auto={auto_answer} {}",
                payloads(sdp)
            )
        }
        LegAct::Invite(Invitation::Trunk(invite)) => format!("invite trunk {invite:?}")
            .split("sdp")
            .next()
            .unwrap()
            .to_owned(),
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

fn media_line(order: &MediaOrder) -> String {
    match order {
        MediaOrder::Set {
            side,
            port,
            remote,
            to_leg,
            from_leg,
            ..
        } => {
            let remote = remote.map_or_else(|| "unknown".to_owned(), |remote| remote.to_string());
            format!("{side:?} {port} <-> {remote} hears={to_leg} sends={from_leg}")
        }
        MediaOrder::Bridge => "bridge".to_owned(),
        MediaOrder::Watch => "watch".to_owned(),
        MediaOrder::Ringback { side, format } => format!("ringback to {side:?} {format:?}"),
        MediaOrder::StopTone { side } => format!("stop tone {side:?}"),
        MediaOrder::Close => "close".to_owned(),
    }
}

fn token(record: bool) -> Token {
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
        name: carrier,
        address: String::new(),
        accept_from: Vec::new(),
        concurrent_max: 9,
        cps_max: 9,
        caller: None,
    };
    gate.configure(
        Rules {
            profile: Profile::Lab,
            dial_rules: vec![rule],
            trunks: vec![trunk],
        },
        Moment::START,
    );
    match gate.ask(
        &Request {
            dialled: "13800138000",
            purpose: Purpose::Sales,
        },
        Moment::START,
    ) {
        Ok(Pass::Outside(token)) => token,
        other => panic!("{other:?}"),
    }
}

fn outside(record: bool) -> Callee {
    Callee::Outside {
        attempt: AttemptId::from_bytes([8; 16]),
        token: token(record),
    }
}

fn offer(formats: &str) -> Option<Bytes> {
    Some(sdp(LAN, 4_000, formats))
}

#[test]
fn a_recorded_call_to_the_trunk_from_ring_to_hang_up() {
    let mut story = Story::from_phone(outside(true), Direction::Outbound, offer("9 8 0 101"));
    story.callee_rings().wait(3).callee_answers("8 101").wait(5);
    story
        .ends(Side::Callee, true, None, Some(16))
        .ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > callee 180
          fact call_ringing early_media=false
          Caller: progress 180 
        > 3 s pass
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered
          record [ALaw, ALaw]
        > 5 s pass
        > Callee ended
          fact attempt_ended
          fact call_ended answered by callee sip=None q850=Some(16) talk=5000
          media: close
          Caller: release 200 q850=Some(16)
        > Caller ended
          closed, frees carrier [20000, 20002]
    "#]]);
}

#[test]
fn early_media_is_passed_and_a_refusal_reaches_the_caller_with_its_cause() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    let event = LegEvent::Progressed {
        code: SipCode(183),
        sdp: Some(sdp(CARRIER, 6_000, "8")),
        source: CARRIER,
    };
    story.leg("callee 183 with audio", Side::Callee, event);
    story
        .ends(Side::Callee, true, Some(404), Some(1))
        .ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > callee 183 with audio
          fact call_ringing early_media=true
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          Caller: progress 183 [audio 20000 RTP/AVP 8 sendrecv]
        > Callee ended
          fact attempt_ended
          fact call_ended vacant by callee sip=Some(404) q850=Some(1) talk=0
          media: close
          Caller: release 404 q850=Some(1)
        > Caller ended
          closed, frees carrier [20000, 20002]
    "#]]);
}

#[test]
fn the_own_phone_rings_first_then_the_customer() {
    let mut story = Story::new();
    let click = ClickToCall {
        call: CALL,
        extension: Extension::parse("1000").unwrap(),
        customer: None,
        attempt: AttemptId::from_bytes([8; 16]),
        token: token(true),
        ports: ports_of_call(),
    };
    story.tell("click", Input::ClickToCall(Box::new(click)));
    let answered = LegEvent::Answered {
        sdp: Some(sdp(LAN, 4_000, "8 0 101")),
        source: LAN,
    };
    story.leg("own phone 200", Side::Caller, answered);
    story.callee_rings().callee_answers("8");
    story.tell(
        "hang up",
        Input::HangUp {
            call: CALL,
            by: ReleasedBy::Caller,
        },
    );
    story
        .ends(Side::Caller, false, None, None)
        .ends(Side::Callee, false, None, None);
    story.is(&expect![[r#"
        > click
          fact call_started outbound
          Caller: invite phone 1000 auto=true [audio 20000 RTP/AVP 8 0 101 sendrecv]
        > own phone 200
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > callee 180
          fact call_ringing early_media=false
          media: ringback to Caller ALaw
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          media: watch
          fact call_answered
          record [ALaw, ALaw]
        > hang up
          fact attempt_ended
          fact call_ended answered by caller sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: release 200 q850=Some(16)
        > Caller ended
        > Callee ended
          closed, frees carrier [20000, 20002]
    "#]]);
}

#[test]
fn hold_and_resume_stay_on_the_side_that_asks() {
    let callee = Callee::Phone {
        extension: Extension::parse("1001").unwrap(),
        record: false,
    };
    let mut story = Story::from_phone(callee, Direction::Internal, offer("0 8 101"));
    story.callee_answers("0 101");
    let hold = String::from_utf8_lossy(&sdp(LAN, 4_000, "0 8 101")).into_owned() + "a=sendonly\r\n";
    story.leg(
        "hold",
        Side::Caller,
        LegEvent::Reoffered {
            sdp: Some(Bytes::from(hold)),
        },
    );
    story.leg(
        "resume",
        Side::Caller,
        LegEvent::Reoffered {
            sdp: offer("0 8 101"),
        },
    );
    story.leg(
        "a codec that we do not carry",
        Side::Caller,
        LegEvent::Reoffered { sdp: offer("9") },
    );
    story.leg(
        "no offer at all",
        Side::Callee,
        LegEvent::Reoffered { sdp: None },
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          Callee: invite phone 1001 auto=false [audio 20002 RTP/AVP 0 8 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_answered
        > hold
          media: Caller 20000 <-> 192.168.1.20:4000 hears=false sends=true
          Caller: accept [audio 20000 RTP/AVP 0 101 recvonly]
          fact call_held by Caller
        > resume
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          Caller: accept [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_resumed by Caller
        > a codec that we do not carry
          Caller: refuse 488
        > no offer at all
          Callee: accept [audio 20002 RTP/AVP 0 101 sendrecv]
    "#]]);
}

#[test]
fn without_a_common_codec_nothing_is_dialled() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("9 18"));
    story.ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          fact call_ended no_common_codec by system sip=Some(488) q850=None talk=0
          media: close
          Caller: release 488 q850=None
        > Caller ended
          closed, frees carrier [20000, 20002]
    "#]]);
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, None);
    story.callee_answers("0 101");
    story.leg(
        "ACK with the answer",
        Side::Caller,
        LegEvent::Acked {
            sdp: offer("0 101"),
        },
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_answered
        > ACK with the answer
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
    "#]]);
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn every_way_to_stop_waiting_frees_the_channel() {
    let mut cancelled = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    cancelled
        .ends(Side::Caller, true, Some(487), None)
        .ends(Side::Callee, false, Some(487), None);
    cancelled.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > Caller ended
          fact attempt_ended
          fact call_ended cancelled by caller sip=Some(487) q850=None talk=0
          media: close
          Callee: release 487 q850=None
        > Callee ended
          closed, frees carrier [20000, 20002]
    "#]]);

    let mut rung_out = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    rung_out.wait(121);
    rung_out.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > 121 s pass
          fact attempt_ended
          fact call_ended no_answer by system sip=Some(408) q850=None talk=0
          media: close
          Caller: release 408 q850=None
          Callee: release 487 q850=None
    "#]]);

    let mut silent = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    silent.callee_answers("8");
    silent
        .tell("silence", Input::Silent { call: CALL })
        .wait(71);
    silent.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true
          fact attempt_started
          Callee: invite trunk TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", shown: "1000", 
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
        > silence
          fact attempt_ended
          fact call_ended media_timeout by system sip=None q850=None talk=0
          media: close
          Caller: release 200 q850=None
          Callee: release 200 q850=None
        > 71 s pass
          closed, frees carrier [20000, 20002]
    "#]]);
    assert!(silent.calls.is_empty());
}

#[test]
fn a_call_ends_at_its_longest_length() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    story.callee_answers("8").wait(4 * 3_600 + 1);
    assert!(
        story.told.contains("fact call_ended max_length by system"),
        "{}",
        story.told
    );
}

fn ports_of_call() -> Ports {
    let place = |port| MediaPlace {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port,
    };
    Ports {
        caller: place(20_000),
        callee: place(20_002),
    }
}
