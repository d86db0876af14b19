//! Reliable provisional answers (RFC 3262), on both sides.
use crate::by_hand::{alone, answer, last, line, request, tell};
use crate::calls::{OFFER, sdp};
use crate::world::{CARRIER, GATEWAY, World};
use messages::{SipCode, TrunkName};
use sip::{Command, LegId, Target};

fn call_out(world: &mut World, offer: Option<&'static str>) -> String {
    let trunk = Target::Trunk(TrunkName::parse("carrier").unwrap());
    world.call(GATEWAY, trunk, "913800138000", offer);
    last(world, "INVITE ")
}

#[test]
fn each_reliable_answer_of_a_callee_is_acknowledged_once_and_in_its_order() {
    let mut world = alone();
    let invite = call_out(&mut world, Some(OFFER));
    assert!(invite.contains("Supported: 100rel\r\n"), "{invite}");
    let rings = |code: &str, rseq: u32| {
        answer(
            code,
            &invite,
            &format!("Require: 100rel\r\nRSeq: {rseq}\r\n"),
            "",
        )
    };
    tell(&mut world, &rings("180 Ringing", 700));
    let prack = last(&world, "PRACK ");
    assert_eq!(line(&prack, "RAck"), "700 1 INVITE", "{prack}");
    assert_eq!(line(&prack, "CSeq"), "2 PRACK");
    assert!(line(&prack, "To").contains(";tag=far"));
    tell(&mut world, &answer("200 OK", &prack, "", ""));
    // once more, and one before its turn
    tell(&mut world, &rings("180 Ringing", 700));
    tell(&mut world, &rings("183 Session Progress", 702));
    assert_eq!(world.count_sent(GATEWAY, "PRACK "), 1);
    tell(&mut world, &rings("183 Session Progress", 701));
    assert_eq!(world.count_sent(GATEWAY, "PRACK "), 2);
    assert_eq!(world.words(GATEWAY), ["180", "183"]);
    let second = last(&world, "PRACK ");
    tell(&mut world, &answer("200 OK", &second, "", ""));
    tell(&mut world, &answer("200 OK", &invite, "", OFFER));
    assert_eq!(line(&last(&world, "ACK "), "CSeq"), "1 ACK");
    assert_eq!(world.words(GATEWAY)[2..], ["opened", "answered+sdp"]);
}

#[test]
fn a_provisional_answer_that_is_not_reliable_is_only_heard() {
    let mut world = alone();
    let invite = call_out(&mut world, Some(OFFER));
    tell(&mut world, &answer("180 Ringing", &invite, "", ""));
    tell(
        &mut world,
        &answer("183 Session Progress", &invite, "RSeq: 9\r\n", OFFER),
    );
    assert_eq!(world.count_sent(GATEWAY, "PRACK "), 0);
    assert_eq!(world.words(GATEWAY), ["180", "183+sdp"]);
    let late = call_out(&mut world, None);
    assert!(!late.contains("100rel"), "no offer of ours: {late}");
}

const INSISTS: &str = "Require: 100rel\r\n";

/// A caller that insists hears that it rings.
fn ringing() -> (World, LegId) {
    let mut world = alone();
    tell(&mut world, &request("INVITE", 1, INSISTS, OFFER, ""));
    let leg = world.invited(GATEWAY);
    ring(&mut world, leg, 180);
    (world, leg)
}

fn ring(world: &mut World, leg: LegId, code: u16) {
    let code = SipCode(code);
    world.command(
        GATEWAY,
        Command::Progress {
            leg,
            code,
            sdp: None,
        },
    );
}

fn prack(number: u32, answer: &str, rack: &str) -> String {
    let tag = line(answer, "To").split(";tag=").nth(1).unwrap_or_default();
    request(
        "PRACK",
        number,
        &format!("RAck: {rack}\r\n"),
        "",
        &format!(";tag={tag}"),
    )
}

#[test]
fn a_caller_that_insists_hears_each_answer_until_it_has_acknowledged_it() {
    let (mut world, leg) = ringing();
    let rings = last(&world, "SIP/2.0 180");
    assert_eq!(
        (line(&rings, "Require"), line(&rings, "RSeq")),
        ("100rel", "1")
    );
    world.seconds(4);
    assert_eq!(
        world.count_sent(GATEWAY, "SIP/2.0 180"),
        4,
        "0, 0.5, 1.5 and 3.5 s"
    );
    // what comes meanwhile waits its turn: the last word counts
    ring(&mut world, leg, 183);
    let sdp = sdp(OFFER);
    world.command(GATEWAY, Command::Answer { leg, sdp });
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 200"), 0);
    tell(&mut world, &prack(2, &rings, "1 1 INVITE"));
    assert_eq!(line(&last(&world, "SIP/2.0 200"), "CSeq"), "1 INVITE");
    assert_eq!(
        world.count_sent(GATEWAY, "SIP/2.0 200"),
        2,
        "to PRACK and INVITE"
    );
    world.seconds(2);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 180"), 4, "not any more");
}

#[test]
fn the_next_answer_follows_the_acknowledgement_of_the_one_before() {
    let (mut world, leg) = ringing();
    let rings = last(&world, "SIP/2.0 180");
    ring(&mut world, leg, 183);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 183"), 0);
    tell(&mut world, &prack(2, &rings, "1 1 INVITE"));
    assert_eq!(line(&last(&world, "SIP/2.0 183"), "RSeq"), "2");
    // an old one, and one of nothing
    for (number, rack) in [(3, "1 1 INVITE"), (4, "2 7 INVITE"), (5, "nonsense")] {
        tell(&mut world, &prack(number, &rings, rack));
        let refused = last(&world, "SIP/2.0 4");
        assert_eq!(
            line(&refused, "CSeq"),
            format!("{number} PRACK"),
            "{refused}"
        );
    }
}

#[test]
fn a_caller_that_never_acknowledges_is_refused_and_one_that_gives_up_leaves_nothing() {
    let (mut world, _) = ringing();
    world.seconds(33);
    assert!(world.count_sent(GATEWAY, "SIP/2.0 504") > 0);
    assert_eq!(world.words(GATEWAY).last().unwrap(), "ended by us 504");
    world.seconds(120);
    assert_eq!(world.nodes[GATEWAY].sip.legs_count(), 0);

    let (mut world, _) = ringing();
    let cancel = request("INVITE", 1, "", "", "");
    let cancel = cancel
        .replacen("INVITE", "CANCEL", 1)
        .replace("1 INVITE", "1 CANCEL");
    tell(&mut world, &cancel);
    let rung = world.count_sent(GATEWAY, "SIP/2.0 180");
    world.seconds(40);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 180"), rung);
    assert_eq!(world.words(CARRIER).len(), 0);
}
