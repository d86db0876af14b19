//! Somebody else in a peer's place: REFER (RFC 3515), Replaces (RFC 3891), redirection, forks that lost.
use crate::by_hand::{alone, answer, last, line, request, tell};
use crate::calls::{OFFER, sdp};
use crate::world::{GATEWAY, OTHER, PHONE, World, address, extension};
use messages::SipCode;
use sip::{Command, Event, LegId, Target};

/// A call that came is up; its To tag.
fn answered(world: &mut World) -> (LegId, String) {
    tell(world, &request("INVITE", 1, "", OFFER, ""));
    let leg = world.invited(GATEWAY);
    let sdp = sdp(OFFER);
    world.command(GATEWAY, Command::Answer { leg, sdp });
    let ok = last(world, "SIP/2.0 200");
    let tag = line(&ok, "To").split(";tag=").nth(1).unwrap_or_default();
    let tag = format!(";tag={tag}");
    tell(world, &request("ACK", 1, "", "", &tag));
    (leg, tag)
}

fn refer(number: u32, lines: &str, tag: &str) -> String {
    request("REFER", number, lines, "", tag)
}

fn report(world: &mut World, leg: LegId, code: u16) {
    let code = SipCode(code);
    world.command(GATEWAY, Command::ReportReferral { leg, code });
}

/// State and body of the last NOTIFY; it is answered.
fn notified(world: &mut World) -> (String, String) {
    let notify = last(world, "NOTIFY ");
    let said = (
        line(&notify, "Subscription-State").to_owned(),
        notify.lines().last().unwrap_or_default().to_owned(),
    );
    tell(world, &answer("200 OK", &notify, "", ""));
    said
}

#[test]
fn a_transfer_is_accepted_and_its_peer_hears_how_it_goes_until_the_last_word() {
    let mut world = alone();
    let (leg, tag) = answered(&mut world);
    let to = "Refer-To: <sip:1001@branch>\r\n";
    tell(&mut world, &refer(2, to, &tag));
    let accepted = last(&world, "SIP/2.0 202");
    assert_eq!(line(&accepted, "CSeq"), "2 REFER");
    let notify = last(&world, "NOTIFY ");
    assert_eq!(line(&notify, "Event"), "refer;id=2");
    assert!(line(&notify, "Contact").starts_with("<sip:"), "{notify}");
    assert_eq!(
        notified(&mut world),
        (
            "active;expires=180".to_owned(),
            "SIP/2.0 100 Trying".to_owned()
        )
    );
    assert_eq!(
        world.words(GATEWAY).last().map(String::as_str),
        Some("referred to 1001")
    );
    tell(&mut world, &refer(3, to, &tag));
    assert_eq!(line(&last(&world, "SIP/2.0 491"), "CSeq"), "3 REFER");
    report(&mut world, leg, 180);
    assert_eq!(notified(&mut world).1, "SIP/2.0 180 Ringing");
    report(&mut world, leg, 486);
    let over = notified(&mut world);
    assert_eq!(over.0, "terminated;reason=noresource");
    assert_eq!(over.1, "SIP/2.0 486 Busy Here");
    // the last word was said: nothing more of this one, and room for another
    let sent = world.count_sent(GATEWAY, "NOTIFY ");
    report(&mut world, leg, 200);
    assert_eq!(world.count_sent(GATEWAY, "NOTIFY "), sent);
    tell(&mut world, &refer(4, to, &tag));
    assert_eq!(line(&last(&world, "SIP/2.0 202"), "CSeq"), "4 REFER");
}

#[test]
fn who_does_not_want_to_hear_of_its_transfer_is_left_in_peace() {
    let mut world = alone();
    let (leg, tag) = answered(&mut world);
    let lines = "Refer-To: sip:1001@branch\r\nRefer-Sub: false\r\n";
    tell(&mut world, &refer(2, lines, &tag));
    assert_eq!(line(&last(&world, "SIP/2.0 202"), "Refer-Sub"), "false");
    report(&mut world, leg, 200);
    assert_eq!(world.count_sent(GATEWAY, "NOTIFY "), 0);
}

#[test]
fn an_attended_transfer_names_the_peers_other_leg_whichever_way_its_tags_are_written() {
    for swapped in [false, true] {
        let mut world = alone();
        let (first, tag) = answered(&mut world);
        let own = tag.trim_start_matches(";tag=");
        let (to_tag, from_tag) = if swapped { ("far", own) } else { (own, "far") };
        let lines = format!(
            "Refer-To: <sip:1001@branch?Replaces=timed%3Bto-tag%3D{to_tag}%3Bfrom-tag%3D{from_tag}>\r\n"
        );
        tell(&mut world, &refer(2, &lines, &tag));
        let expected = format!("referred to 1001 for {}", first.0);
        assert_eq!(world.words(GATEWAY).last(), Some(&expected));
    }
}

#[test]
fn a_transfer_that_points_nowhere_is_refused_and_the_call_goes_on() {
    let table = [
        ("", 400),
        ("Refer-To: rubbish\r\n", 400),
        ("Refer-To: <sip:branch>\r\n", 400),
        ("Refer-To: <tel:1001>\r\n", 400),
        ("Refer-To: <sip:1001@branch;method=BYE>\r\n", 400),
        ("Refer-To: <sip:1@b>\r\nRefer-To: <sip:2@b>\r\n", 400),
        (
            "Refer-To: <sip:1@b?Replaces=a%3Bto-tag%3Dx%3Bfrom-tag%3Dy>\r\n",
            603,
        ),
        ("Refer-To: <sip:1@b?Replaces=nothing>\r\n", 603),
    ];
    for (lines, code) in table {
        let mut world = alone();
        let (_, tag) = answered(&mut world);
        let before = world.words(GATEWAY);
        tell(&mut world, &refer(2, lines, &tag));
        let reply = last(&world, &format!("SIP/2.0 {code}"));
        assert_eq!(line(&reply, "CSeq"), "2 REFER", "{lines}");
        assert_eq!(world.words(GATEWAY), before, "{lines}");
    }
}

#[test]
fn nobody_transfers_a_call_that_it_is_not_in() {
    let mut world = alone();
    let to = "Refer-To: <sip:1001@branch>\r\n";
    tell(&mut world, &refer(1, to, ""));
    assert_eq!(line(&last(&world, "SIP/2.0 403"), "CSeq"), "1 REFER");
    tell(&mut world, &refer(2, to, ";tag=unknown"));
    assert_eq!(line(&last(&world, "SIP/2.0 481"), "CSeq"), "2 REFER");
}

/// What a phone's INVITE with this line is answered; the gateway's leg to the other phone is up, or rings.
fn replacing(is_up: bool, lines: impl Fn(&str, &str, &str) -> String) -> (World, LegId, String) {
    let mut world = World::new(5);
    world.register(PHONE, "1000");
    world.register(OTHER, "1001");
    world.seconds(1);
    let to = Target::Phone(extension("1001"));
    let held = world.call(GATEWAY, to, "1001", Some(OFFER));
    world.seconds(1);
    if is_up {
        let leg = world.invited(OTHER);
        let sdp = sdp(OFFER);
        world.command(OTHER, Command::Answer { leg, sdp });
        world.seconds(1);
    }
    let invite = last(&world, "INVITE ");
    let own = line(&invite, "From").split(";tag=").nth(1).unwrap();
    let far = world.sent.iter().rev().find_map(|(from, _, text)| {
        let theirs = *from == OTHER && text.starts_with("SIP/2.0 200") && is_up;
        let to = line(text, "To").split(";tag=").nth(1)?;
        theirs.then(|| to.to_owned())
    });
    let lines = lines(
        line(&invite, "Call-ID"),
        own,
        &far.unwrap_or_else(|| "ringing".to_owned()),
    );
    // the phone's INVITE with its password is held back, and comes with the line put in
    world.filter = Box::new(|from, _, text| from != PHONE || !text.contains("Authorization: "));
    let to = Target::Registrar {
        user: "1000".to_owned(),
    };
    world.call(PHONE, to, "1001", Some(OFFER));
    world.run(core::time::Duration::from_millis(200));
    let mut sent = world.sent.iter().rev();
    let mine = sent.find(|(from, _, text)| *from == PHONE && text.starts_with("INVITE "));
    let text = mine
        .unwrap()
        .2
        .replacen("\r\nMax-Forwards", &format!("\r\n{lines}Max-Forwards"), 1);
    world.inject(GATEWAY, &address(PHONE).to_string(), &text);
    let mut sent = world.sent.iter().rev();
    let reply = sent
        .find(|(from, to, text)| *from == GATEWAY && *to == PHONE && text.starts_with("SIP/2.0 "));
    let code = reply.unwrap().2[8..11].to_owned();
    (world, held, code)
}

fn replaced(world: &World) -> Option<LegId> {
    let mut events = world.events(GATEWAY).into_iter().rev();
    events.find_map(|event| match event {
        Event::Invited { replaces, .. } => *replaces,
        _ => None,
    })
}

#[test]
fn a_phone_takes_the_place_of_a_leg_that_is_up_or_rings() {
    let named = |id: &str, own: &str, far: &str| {
        format!("Replaces: {id};to-tag={own};from-tag={far}\r\nRequire: replaces\r\n")
    };
    for is_up in [true, false] {
        let (world, held, code) = replacing(is_up, named);
        assert_eq!((replaced(&world), code.as_str()), (Some(held), "100"));
    }
    let early = |id: &str, own: &str, far: &str| {
        format!("Replaces: {id};to-tag={own};from-tag={far};early-only\r\n")
    };
    assert_eq!(replacing(false, early).2, "100");
    let (world, _, code) = replacing(true, early);
    assert_eq!((replaced(&world), code.as_str()), (None, "486"));
}

#[test]
fn a_leg_that_is_not_there_cannot_be_replaced() {
    type Lines = fn(&str, &str, &str) -> String;
    let table: [(Lines, &str); 5] = [
        (
            |_, own, far| format!("Replaces: other;to-tag={own};from-tag={far}\r\n"),
            "481",
        ),
        (
            |id, _, far| format!("Replaces: {id};to-tag=x;from-tag={far}\r\n"),
            "481",
        ),
        (
            |id, own, _| format!("Replaces: {id};to-tag={own};from-tag=x\r\n"),
            "481",
        ),
        (
            |id, own, _| format!("Replaces: {id};to-tag={own}\r\n"),
            "400",
        ),
        (
            |id, own, far| {
                let one = format!("Replaces: {id};to-tag={own};from-tag={far}\r\n");
                format!("{one}{one}")
            },
            "400",
        ),
    ];
    for (lines, code) in table {
        let (world, _, answered) = replacing(true, lines);
        assert_eq!((replaced(&world), answered.as_str()), (None, code));
    }
}

#[test]
fn a_trunk_takes_nobodys_place() {
    let mut world = alone();
    let (_, tag) = answered(&mut world);
    let own = tag.trim_start_matches(";tag=");
    let lines = format!("Replaces: timed;to-tag={own};from-tag=far\r\n");
    let text = request("INVITE", 7, &lines, OFFER, "").replace("Call-ID: timed", "Call-ID: new");
    tell(&mut world, &text);
    assert_eq!(line(&last(&world, "SIP/2.0 403"), "Call-ID"), "new");
}

#[test]
fn a_phone_that_sends_its_call_on_tells_where_to() {
    let mut world = alone();
    let to = Target::Trunk(messages::TrunkName::parse("carrier").unwrap());
    world.call(GATEWAY, to, "1001", Some(OFFER));
    let invite = last(&world, "INVITE ");
    let moved = answer("302 Moved", &invite, "", "").replace("sip:138@", "sip:1007@");
    tell(&mut world, &moved);
    assert_eq!(
        world.words(GATEWAY),
        ["redirected to 1007", "ended by peer 302"]
    );
}

#[test]
fn a_fork_that_lost_shows_no_missed_call() {
    let mut world = alone();
    let to = Target::Trunk(messages::TrunkName::parse("carrier").unwrap());
    let leg = world.call(GATEWAY, to, "1001", Some(OFFER));
    let invite = last(&world, "INVITE ");
    tell(&mut world, &answer("180 Ringing", &invite, "", ""));
    let release = Command::Release {
        leg,
        code: SipCode(200),
        cause: None,
        retry_after: None,
    };
    world.command(GATEWAY, release);
    let reason = "SIP;cause=200;text=\"Call completed elsewhere\"";
    assert_eq!(line(&last(&world, "CANCEL "), "Reason"), reason);
}
