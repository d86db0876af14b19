//! Session timers (RFC 4028): refreshed by whoever has to, ended where nobody does.
use crate::by_hand::{alone, answer, last, line, request, tell};
use crate::calls::{OFFER, sdp, up};
use crate::world::{CARRIER, GATEWAY, World};
use messages::{SipCode, TrunkName};
use sip::{Command, LegId, Target};

/// The gateway answers a call whose INVITE had these lines; its 200.
fn answered(world: &mut World, lines: &str) -> (LegId, String) {
    tell(world, &request("INVITE", 1, lines, OFFER, ""));
    let leg = world.invited(GATEWAY);
    let sdp = sdp(OFFER);
    world.command(GATEWAY, Command::Answer { leg, sdp });
    let ok = last(world, "SIP/2.0 200");
    let tag = line(&ok, "To").split(";tag=").nth(1).unwrap_or_default();
    let ack = request("ACK", 1, "", "", &format!(";tag={tag}"));
    tell(world, &ack);
    (leg, ok)
}

#[test]
fn a_long_call_is_refreshed_by_update_and_nobody_above_hears_of_it() {
    let (mut world, _, _) = up();
    let before = (world.words(GATEWAY), world.words(CARRIER));
    world.seconds(7_200);
    assert_eq!((world.words(GATEWAY), world.words(CARRIER)), before);
    let updates = world.count_sent(GATEWAY, "UPDATE ");
    assert!((7..=8).contains(&updates), "{updates} in two hours");
    assert_eq!(world.count_sent(CARRIER, "UPDATE "), 0, "one side does it");
}

#[test]
fn both_ends_let_go_of_a_call_whose_line_is_dead() {
    let (mut world, _, _) = up();
    world.filter = Box::new(|_, _, _| false);
    world.seconds(940);
    let ended =
        |world: &World, node: usize| world.words(node).contains(&"ended by us 408".to_owned());
    assert!(ended(&world, GATEWAY), "its refresh was not answered");
    assert!(!ended(&world, CARRIER), "it still waits to be refreshed");
    world.seconds(900);
    assert!(ended(&world, CARRIER));
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn what_a_caller_asks_for_is_agreed_on_with_whoever_can_refresh() {
    let table = [
        // lines of the INVITE, Session-Expires of the 200, Require of the 200
        ("", "", ""),
        ("Supported: timer\r\n", "1800;refresher=uac", "timer"),
        ("k: timer\r\nx: 600\r\n", "600;refresher=uac", "timer"),
        (
            "Supported: 100rel, timer\r\nSession-Expires: 600;refresher=uas\r\n",
            "600;refresher=uas",
            "",
        ),
        (
            "Session-Expires: 600;refresher=uac\r\n",
            "600;refresher=uas",
            "",
        ),
        ("Session-Expires: 20\r\n", "90;refresher=uas", ""),
        (
            "Supported: timer\r\nSession-Expires: nonsense\r\n",
            "1800;refresher=uac",
            "timer",
        ),
        (
            "Require: timer\r\nSession-Expires: 90\r\n",
            "90;refresher=uac",
            "timer",
        ),
    ];
    for (lines, expires, require) in table {
        let mut world = alone();
        let (_, ok) = answered(&mut world, lines);
        assert_eq!(line(&ok, "Session-Expires"), expires, "{lines}");
        assert_eq!(line(&ok, "Require"), require, "{lines}");
        assert_eq!(line(&ok, "Supported"), "timer", "{lines}");
    }
}

#[test]
fn a_session_that_is_too_short_is_refused_with_what_is_long_enough() {
    let mut world = alone();
    let lines = "Supported: timer\r\nSession-Expires: 30\r\n";
    tell(&mut world, &request("INVITE", 1, lines, OFFER, ""));
    let refused = last(&world, "SIP/2.0 422");
    assert_eq!(line(&refused, "Min-SE"), "90", "{refused}");
    assert!(world.words(GATEWAY).is_empty());
}

#[test]
fn a_caller_that_stops_refreshing_is_hung_up_on_and_one_that_goes_on_is_not() {
    let lines = "Supported: timer\r\nSession-Expires: 90\r\n";
    let mut world = alone();
    let (_, ok) = answered(&mut world, lines);
    let tag = line(&ok, "To").split(";tag=").nth(1).unwrap_or_default();
    for number in 2..6 {
        world.seconds(45);
        let update = request("UPDATE", number, lines, "", &format!(";tag={tag}"));
        tell(&mut world, &update);
        let ok = last(&world, "SIP/2.0 200");
        assert_eq!(line(&ok, "Session-Expires"), "90;refresher=uac");
    }
    assert_eq!(world.count_sent(GATEWAY, "BYE "), 0);
    world.seconds(61);
    assert!(world.count_sent(GATEWAY, "BYE ") > 0);
    assert!(world.words(GATEWAY).contains(&"ended by us 408".to_owned()));
}

#[test]
fn a_peer_without_update_hears_the_same_description_again() {
    let mut world = alone();
    let lines = "Allow: INVITE, ACK, BYE, CANCEL\r\nSupported: timer\r\nSession-Expires: 200;refresher=uas\r\n";
    let (leg, _) = answered(&mut world, lines);
    let before = world.words(GATEWAY);
    world.seconds(101);
    let again = last(&world, "INVITE ");
    assert!(again.ends_with(OFFER), "{again}");
    assert_eq!(line(&again, "Session-Expires"), "200;refresher=uac");
    // something new comes up meanwhile: it waits its turn, and is not lost
    let moved = sdp("v=0\r\no=- 1 2 IN IP4 10.0.0.2\r\ns=-\r\n");
    world.command(
        GATEWAY,
        Command::Reoffer {
            leg,
            sdp: moved.clone(),
        },
    );
    let timed = "Session-Expires: 200;refresher=uac\r\n";
    tell(&mut world, &answer("200 OK", &again, timed, OFFER));
    assert_eq!(
        world.words(GATEWAY),
        before,
        "nobody above hears of a refresh"
    );
    let new = last(&world, "INVITE ");
    assert!(new.as_bytes().ends_with(&moved), "{new}");
    tell(&mut world, &answer("200 OK", &new, timed, OFFER));
    assert_eq!(world.words(GATEWAY).last().unwrap(), "reanswered+sdp");
}

#[test]
fn a_callee_that_wants_longer_sessions_is_asked_once_more() {
    let mut world = alone();
    let trunk = Target::Trunk(TrunkName::parse("carrier").unwrap());
    world.call(GATEWAY, trunk, "913800138000", Some(OFFER));
    let first = last(&world, "INVITE ");
    assert_eq!(line(&first, "Session-Expires"), "1800");
    assert_eq!(line(&first, "Min-SE"), "90");
    let longer = "Min-SE: 3600\r\n";
    tell(
        &mut world,
        &answer("422 Session Interval Too Small", &first, longer, ""),
    );
    let second = last(&world, "INVITE ");
    assert_eq!(line(&second, "Session-Expires"), "3600");
    assert_eq!(line(&second, "CSeq"), "2 INVITE");
    let refused = answer("422 Session Interval Too Small", &second, longer, "");
    tell(&mut world, &refused);
    let ended = format!("ended by peer {}", SipCode(422).0);
    assert_eq!(world.words(GATEWAY).last(), Some(&ended));
}
