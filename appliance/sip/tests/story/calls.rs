//! Calls from their first message to their end, on a wire that loses nothing unless told to.
use crate::world::{CARRIER, GATEWAY, OTHER, PHONE, World, address, extension};
use bytes::Bytes;
use core::time::Duration;
use messages::{Q850, SipCode, TrunkName};
use sip::{Command, Event, LegId, Origin, Target};

pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\n";
const ANSWER: &str = "v=0\r\no=- 2 2 IN IP4 10.0.0.1\r\ns=-\r\n";

pub(crate) fn sdp(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn carrier() -> Target {
    Target::Trunk(TrunkName::parse("carrier").unwrap())
}

fn release(leg: LegId, code: u16, cause: Option<Q850>) -> Command {
    Command::Release {
        leg,
        code: SipCode(code),
        cause,
        retry_after: None,
    }
}

/// The gateway's call to the carrier rings.
pub(crate) fn ringing() -> (World, LegId, LegId) {
    let mut world = World::new(1);
    let out = world.call(GATEWAY, carrier(), "913800138000", Some(OFFER));
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(
        CARRIER,
        Command::Progress {
            leg: incoming,
            code: SipCode(180),
            sdp: None,
        },
    );
    world.seconds(2);
    (world, out, incoming)
}

/// The gateway's call to the carrier is up.
pub(crate) fn up() -> (World, LegId, LegId) {
    let (mut world, out, incoming) = ringing();
    world.command(
        CARRIER,
        Command::Answer {
            leg: incoming,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(1);
    (world, out, incoming)
}

#[test]
fn a_call_to_the_carrier_rings_is_answered_and_ends_with_its_cause() {
    let (mut world, out, _) = up();
    world.command(GATEWAY, release(out, 200, Some(Q850::NORMAL)));
    world.seconds(60);
    assert_eq!(
        world.words(GATEWAY),
        ["180", "opened", "answered+sdp", "ended by us q16", "closed"]
    );
    assert_eq!(
        world.words(CARRIER),
        [
            "invited+sdp",
            "opened",
            "acked",
            "closed",
            "ended by peer q16"
        ]
    );
    world.assert_empty();
}

#[test]
fn the_called_side_may_hang_up_first() {
    let (mut world, _, incoming) = up();
    world.command(CARRIER, release(incoming, 200, None));
    world.seconds(60);
    assert_eq!(
        world.words(GATEWAY),
        ["180", "opened", "answered+sdp", "closed", "ended by peer"]
    );
    world.assert_empty();
}

#[test]
fn a_registered_phone_calls_with_its_password_and_is_called_at_its_binding() {
    let mut world = World::new(2);
    world.register(PHONE, "1000");
    world.register(OTHER, "1001");
    world.seconds(1);
    assert_eq!(world.nodes[GATEWAY].sip.registered_count(), 2);
    world.call(
        PHONE,
        Target::Registrar {
            user: "1000".to_owned(),
        },
        "1001",
        Some(OFFER),
    );
    world.seconds(1);
    let a = world.invited(GATEWAY);
    assert!(world.events(GATEWAY).iter().any(|event| matches!(
        event,
        Event::Invited { origin: Origin::Phone(phone), called, display: Some(name), .. }
            if *phone == extension("1000") && called == "1001" && name == "前台"
    )));
    let b = world.call(
        GATEWAY,
        Target::Phone(extension("1001")),
        "1001",
        Some(OFFER),
    );
    world.seconds(1);
    let rung = world.invited(OTHER);
    assert!(world.events(OTHER).iter().any(|event| matches!(event, Event::Invited { origin: Origin::Registrar { user }, .. } if user == "1001")));
    world.command(
        OTHER,
        Command::Answer {
            leg: rung,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(1);
    world.command(
        GATEWAY,
        Command::Answer {
            leg: a,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(1);
    assert_eq!(world.words(PHONE), ["opened", "answered+sdp"]);
    world.command(OTHER, release(rung, 200, None));
    world.command(GATEWAY, release(a, 200, None));
    world.seconds(50);
    assert_eq!(world.nodes[GATEWAY].sip.legs_count(), 0);
    assert!(
        world
            .events(GATEWAY)
            .iter()
            .any(|event| matches!(event, Event::Ended { leg, by_peer: true, .. } if *leg == b))
    );
    world.assert_empty();
}

#[test]
fn a_cancelled_call_ends_487_and_nothing_is_left() {
    let mut world = World::new(3);
    let out = world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(1);
    world.command(GATEWAY, release(out, 487, Some(Q850::NORMAL)));
    world.seconds(60);
    assert_eq!(world.words(GATEWAY), ["ended by us 487 q16"]);
    assert_eq!(
        world.words(CARRIER),
        ["invited+sdp", "ended by peer 487 q16"]
    );
    world.assert_empty();
}

#[test]
fn a_200_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut world = World::new(4);
    let out = world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(GATEWAY, release(out, 487, None));
    world.command(
        CARRIER,
        Command::Answer {
            leg: incoming,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(60);
    assert_eq!(world.words(GATEWAY), ["ended by us 487"]);
    assert_eq!(
        world.words(CARRIER),
        ["invited+sdp", "opened", "acked", "closed", "ended by peer"]
    );
    world.assert_empty();
}

#[test]
fn a_cancel_waits_for_a_provisional_answer() {
    let mut world = World::new(5);
    world.filter = Box::new(|from, _, text| !(from == CARRIER && text.starts_with("SIP/2.0 100")));
    let out = world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.command(GATEWAY, release(out, 487, None));
    world.run(Duration::from_millis(300));
    assert_eq!(world.count_sent(GATEWAY, "CANCEL"), 0);
    let incoming = world.invited(CARRIER);
    world.command(
        CARRIER,
        Command::Progress {
            leg: incoming,
            code: SipCode(183),
            sdp: Some(sdp(ANSWER)),
        },
    );
    world.run(Duration::from_millis(100));
    assert_eq!(world.count_sent(GATEWAY, "CANCEL"), 1);
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn a_refusal_carries_code_and_cause_and_is_acknowledged_once() {
    let mut world = World::new(6);
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(CARRIER, release(incoming, 486, Some(Q850::USER_BUSY)));
    world.seconds(60);
    assert_eq!(world.words(GATEWAY), ["ended by peer 486 q17"]);
    assert_eq!(world.count_sent(GATEWAY, "ACK"), 1);
    world.assert_empty();
}

#[test]
fn a_peer_that_never_answers_ends_the_leg_after_64_t1() {
    let mut world = World::new(7);
    world.filter = Box::new(|_, to, _| to != CARRIER);
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(31);
    assert!(world.words(GATEWAY).is_empty());
    world.seconds(2);
    assert_eq!(world.words(GATEWAY), ["ended by us"]);
    assert_eq!(world.count_sent(GATEWAY, "INVITE"), 7);
    world.assert_empty();
}

#[test]
fn a_phone_that_rings_for_ever_is_cancelled() {
    let mut world = World::new(8);
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(400);
    assert_eq!(world.words(GATEWAY), ["ended by us 408"]);
    assert_eq!(world.words(CARRIER), ["invited+sdp", "ended by peer 487"]);
    world.assert_empty();
}

#[test]
fn a_200_without_ack_is_repeated_and_then_ended() {
    let mut world = World::new(9);
    world.filter = Box::new(|from, _, text| !(from == GATEWAY && text.starts_with("ACK")));
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(
        CARRIER,
        Command::Answer {
            leg: incoming,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(100);
    assert_eq!(
        world.words(CARRIER),
        ["invited+sdp", "opened", "ended by us 408", "closed"]
    );
    assert_eq!(world.words(GATEWAY).last().unwrap(), "ended by peer");
    assert!(world.count_sent(CARRIER, "SIP/2.0 200") > 9);
    world.assert_empty();
}

#[test]
fn a_callee_that_hangs_up_before_the_ack_waits_for_it_with_its_bye() {
    let mut world = World::new(10);
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(
        CARRIER,
        Command::Answer {
            leg: incoming,
            sdp: sdp(ANSWER),
        },
    );
    world.command(CARRIER, release(incoming, 200, None));
    assert_eq!(world.count_sent(CARRIER, "BYE"), 0);
    world.seconds(1);
    assert_eq!(world.count_sent(CARRIER, "BYE"), 1);
    world.seconds(60);
    assert_eq!(
        world.words(GATEWAY),
        ["opened", "answered+sdp", "closed", "ended by peer"]
    );
    world.assert_empty();
}

#[test]
fn hold_and_resume_by_re_invite() {
    let (mut world, out, incoming) = up();
    world.command(
        GATEWAY,
        Command::Reoffer {
            leg: out,
            sdp: sdp(OFFER),
        },
    );
    world.seconds(1);
    world.command(
        CARRIER,
        Command::AcceptReoffer {
            leg: incoming,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(1);
    world.command(
        CARRIER,
        Command::Reoffer {
            leg: incoming,
            sdp: sdp(OFFER),
        },
    );
    world.seconds(1);
    world.command(
        GATEWAY,
        Command::RefuseReoffer {
            leg: out,
            code: SipCode(488),
        },
    );
    world.seconds(40);
    assert_eq!(
        world.words(GATEWAY),
        [
            "180",
            "opened",
            "answered+sdp",
            "reanswered+sdp",
            "reoffered+sdp"
        ]
    );
    assert_eq!(
        world.words(CARRIER),
        [
            "invited+sdp",
            "opened",
            "acked",
            "reoffered+sdp",
            "acked",
            "reoffer-refused 488"
        ]
    );
    world.command(GATEWAY, release(out, 200, None));
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn two_offers_at_once_are_both_refused_and_tried_again_apart() {
    let (mut world, out, incoming) = up();
    world.delay_ms_max = 1;
    world.command(
        GATEWAY,
        Command::Reoffer {
            leg: out,
            sdp: sdp(OFFER),
        },
    );
    world.command(
        CARRIER,
        Command::Reoffer {
            leg: incoming,
            sdp: sdp(OFFER),
        },
    );
    world.habits[GATEWAY] = Box::new(move |event, _| match event {
        Event::Reoffered { leg, .. } => vec![(
            Duration::from_millis(5),
            Command::AcceptReoffer {
                leg: *leg,
                sdp: sdp(ANSWER),
            },
        )],
        _ => Vec::new(),
    });
    world.habits[CARRIER] = Box::new(move |event, _| match event {
        Event::Reoffered { leg, .. } => vec![(
            Duration::from_millis(5),
            Command::AcceptReoffer {
                leg: *leg,
                sdp: sdp(ANSWER),
            },
        )],
        _ => Vec::new(),
    });
    world.seconds(20);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 491"), 1);
    assert_eq!(world.count_sent(CARRIER, "SIP/2.0 491"), 1);
    let ours = world.words(GATEWAY);
    assert!(ours.contains(&"reoffered+sdp".to_owned()), "{ours:?}");
    assert!(world.words(CARRIER).contains(&"reanswered+sdp".to_owned()));
    world.command(GATEWAY, release(out, 200, None));
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut world = World::new(11);
    let out = world.call(GATEWAY, carrier(), "9110", None);
    world.seconds(1);
    let incoming = world.invited(CARRIER);
    world.command(
        CARRIER,
        Command::Answer {
            leg: incoming,
            sdp: sdp(OFFER),
        },
    );
    world.seconds(1);
    world.command(
        GATEWAY,
        Command::Answer {
            leg: out,
            sdp: sdp(ANSWER),
        },
    );
    world.seconds(1);
    assert_eq!(world.words(CARRIER), ["invited", "opened", "acked+sdp"]);
    assert_eq!(world.words(GATEWAY), ["opened", "answered+sdp"]);
    world.command(CARRIER, release(incoming, 200, None));
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn the_first_fork_wins_and_the_second_is_acknowledged_and_ended() {
    let mut world = World::new(12);
    world.filter = Box::new(|_, to, _| to != CARRIER);
    world.call(GATEWAY, carrier(), "9110", Some(OFFER));
    let invite = world
        .sent
        .iter()
        .find(|(_, _, text)| text.starts_with("INVITE"))
        .unwrap()
        .2
        .clone();
    let from_carrier = address(CARRIER).to_string();
    let answer = |code: &str, tag: &str| {
        let mut out = format!("SIP/2.0 {code}\r\n");
        for line in invite.lines().take_while(|line| !line.is_empty()) {
            let kept = ["Via:", "From:", "Call-ID:", "CSeq:"]
                .iter()
                .any(|name| line.starts_with(name));
            if kept {
                out += &format!("{line}\r\n");
            } else if line.starts_with("To:") {
                out += &format!("{line};tag={tag}\r\n");
            }
        }
        out + &format!(
            "Contact: <sip:{tag}@10.0.0.4>\r\nRecord-Route: <sip:10.0.0.4;lr>\r\nContent-Length: 0\r\n\r\n"
        )
    };
    for (code, tag) in [
        ("180 Ringing", "a"),
        ("183 Progress", "b"),
        ("200 OK", "b"),
        ("200 OK", "a"),
        ("200 OK", "a"),
        ("200 OK", "b"),
    ] {
        world.inject(GATEWAY, &from_carrier, &answer(code, tag));
    }
    assert_eq!(world.words(GATEWAY), ["180", "183", "opened", "answered"]);
    assert_eq!(world.count_sent(GATEWAY, "ACK sip:b@"), 2);
    assert_eq!(world.count_sent(GATEWAY, "ACK sip:a@"), 2);
    assert_eq!(world.count_sent(GATEWAY, "BYE sip:a@"), 1);
    assert_eq!(world.count_sent(GATEWAY, "BYE sip:b@"), 0);
    let ack = world
        .sent
        .iter()
        .find(|(_, _, text)| text.starts_with("ACK sip:b"))
        .unwrap();
    assert!(ack.2.contains("Route: <sip:10.0.0.4;lr>"));
}

#[test]
fn digits_in_info_come_out_once() {
    let (mut world, _, _) = up();
    let ack = world
        .sent
        .iter()
        .find(|(from, _, text)| *from == GATEWAY && text.starts_with("ACK"))
        .unwrap()
        .2
        .clone();
    let field = |name: &str| {
        ack.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let info = format!(
        "INFO sip:x@10.0.0.4 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKinfo;rport\r\n{}\r\n{}\r\n{}\r\nCSeq: 7 INFO\r\nContent-Type: application/dtmf-relay\r\nContent-Length: 24\r\n\r\nSignal=5\r\nDuration=160\r\n",
        field("From"),
        field("To"),
        field("Call-ID")
    );
    let gateway = address(GATEWAY).to_string();
    world.inject(CARRIER, &gateway, &info);
    world.inject(CARRIER, &gateway, &info);
    let words = world.words(CARRIER);
    let digits = words.iter().filter(|word| *word == "digit 5");
    assert_eq!(digits.count(), 1);
    assert_eq!(
        world
            .sent
            .iter()
            .filter(|(_, _, text)| text.starts_with("SIP/2.0 200") && text.contains("7 INFO"))
            .count(),
        2
    );
}

#[test]
fn an_invite_without_a_word_is_given_up_and_an_answer_that_comes_later_is_ended() {
    let mut world = World::new(1);
    world.filter = Box::new(|from, _, _| from != CARRIER);
    let leg = world.call(GATEWAY, carrier(), "913800138000", Some(OFFER));
    world.seconds(3);
    assert!(world.words(GATEWAY).is_empty(), "{leg:?} is waited for");

    let mut world = World::new(1);
    world.filter = Box::new(|from, _, _| from != CARRIER);
    world.call_impatiently(carrier(), Duration::from_secs(4));
    world.seconds(3);
    assert!(world.words(GATEWAY).is_empty());
    world.seconds(2);
    assert_eq!(world.words(GATEWAY), ["ended by us 408"]);
    let invites = world.count_sent(GATEWAY, "INVITE");
    let leg = world.invited(CARRIER);
    world.filter = Box::new(|_, _, _| true);
    let answer = Command::Answer {
        leg,
        sdp: sdp(ANSWER),
    };
    world.command(CARRIER, answer);
    world.seconds(2);
    assert_eq!(
        world.count_sent(GATEWAY, "INVITE"),
        invites,
        "not sent again"
    );
    assert_eq!(world.count_sent(GATEWAY, "BYE"), 1);
    world.seconds(120);
    world.assert_empty();
}
