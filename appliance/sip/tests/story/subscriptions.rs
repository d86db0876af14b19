//! Phones that ask to be told: where their configuration is, how another phone is; and phones that are asked to look anew.
use crate::by_hand::{last, line};
use crate::registering::{between, credentials_for};
use crate::world::{GATEWAY, PHONE, World, address, extension};
use sip::{Command, Event, Lamp, Resync};

const WATCHED: &str = "sip:1001@branch";

fn watch(world: &mut World, number: u32, to_tag: &str, lines: &str) {
    let at = address(PHONE);
    let text = format!(
        "SUBSCRIBE {WATCHED} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKw{number};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:1000@branch>;tag=w\r\nTo: <{WATCHED}>{to_tag}\r\nCall-ID: watching\r\nCSeq: {number} SUBSCRIBE\r\n\
         Contact: <sip:1000@{at}>\r\nEvent: dialog\r\n{lines}Content-Length: 0\r\n\r\n"
    );
    world.sent.clear();
    world.inject(GATEWAY, &at.to_string(), &text);
}

/// The lamp that the phone was told last, if it was told since it was last asked; the phone says thanks.
fn told(world: &mut World) -> Option<(String, String)> {
    let notify = last(world, "NOTIFY ");
    world.sent.clear();
    if notify.is_empty() {
        return None;
    }
    assert_eq!(line(&notify, "Event"), "dialog");
    assert_eq!(line(&notify, "Content-Type"), "application/dialog-info+xml");
    let thanks = format!(
        "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\nContent-Length: 0\r\n\r\n",
        line(&notify, "Via"),
        line(&notify, "From"),
        line(&notify, "To"),
        line(&notify, "Call-ID"),
        line(&notify, "CSeq"),
    );
    let at = address(PHONE).to_string();
    world.inject(GATEWAY, &at, &thanks);
    let state = line(&notify, "Subscription-State");
    let state = state.split(';').next().unwrap_or_default().to_owned();
    Some((state, between(&notify, "<state>", "</state>")))
}

fn light(world: &mut World, lamp: Lamp) {
    let of = extension("1001");
    world.command(GATEWAY, Command::Light { of, lamp });
}

/// A subscription that is up, and the gateway's tag in it. The phone itself is deaf: the test speaks for it.
fn watching(seed: u64, lines: &str) -> (World, String) {
    let mut world = World::new(seed);
    world.filter = Box::new(|_, _, _| false);
    watch(&mut world, 1, "", lines);
    let challenge = last(&world, "SIP/2.0 401");
    let nonce = between(&challenge, "nonce=\"", "\"");
    let own = credentials_for("SUBSCRIBE", WATCHED, &nonce, 1);
    watch(&mut world, 2, "", &format!("{own}{lines}"));
    let accepted = last(&world, "SIP/2.0 200");
    let to = line(&accepted, "To");
    let tag = to.split_once(";tag=").map_or("", |(_, tag)| tag);
    let tag = format!(";tag={tag}");
    (world, tag)
}

fn state(state: &str, lamp: &str) -> Option<(String, String)> {
    Some((state.to_owned(), lamp.to_owned()))
}

#[test]
fn a_lamp_shows_how_the_other_phone_is_until_nobody_looks() {
    let (mut world, tag) = watching(70, "Expires: 600\r\n");
    assert_eq!(told(&mut world), state("active", "terminated"));
    light(&mut world, Lamp::Ringing);
    assert_eq!(told(&mut world), state("active", "early"));
    light(&mut world, Lamp::Busy);
    assert_eq!(told(&mut world), state("active", "confirmed"));
    light(&mut world, Lamp::Busy);
    assert_eq!(told(&mut world), None, "nothing has changed");
    // it goes on looking: told again, then for as long as it asked
    world.seconds(500);
    watch(&mut world, 3, &tag, "Expires: 600\r\n");
    assert!(last(&world, "SIP/2.0 200").contains("Expires: 600"));
    assert_eq!(told(&mut world), state("active", "confirmed"));
    world.seconds(599);
    assert_eq!(told(&mut world), None);
    world.seconds(2);
    assert_eq!(told(&mut world), state("terminated", "confirmed"));
    light(&mut world, Lamp::Idle);
    assert_eq!(told(&mut world), None);
    world.seconds(40);
    world.assert_empty();
}

#[test]
fn a_phone_stops_looking_by_itself() {
    let (mut world, tag) = watching(71, "");
    assert_eq!(told(&mut world), state("active", "terminated"));
    watch(&mut world, 3, &tag, "Expires: 0\r\n");
    assert_eq!(told(&mut world), state("terminated", "terminated"));
    watch(&mut world, 4, &tag, "Expires: 600\r\n");
    assert!(!last(&world, "SIP/2.0 481").is_empty());
    light(&mut world, Lamp::Busy);
    assert_eq!(told(&mut world), None);
}

#[test]
fn who_does_not_answer_is_not_told_any_more() {
    let (mut world, _tag) = watching(72, "Expires: 3600\r\n");
    world.seconds(40);
    world.sent.clear();
    light(&mut world, Lamp::Busy);
    assert_eq!(told(&mut world), None);
    let (mut brief, _tag) = watching(73, "Expires: 20\r\n");
    assert!(last(&brief, "SIP/2.0 423").contains("Min-Expires: 60"));
    assert_eq!(told(&mut brief), None);
}

#[test]
fn a_phone_that_is_plugged_in_is_told_where_its_configuration_is() {
    let mut world = World::new(74);
    let at = address(PHONE);
    let mac = "sip:MAC%3a00156574b1c2@224.0.1.75";
    let text = format!(
        "SUBSCRIBE {mac} SIP/2.0\r\nVia: SIP/2.0/UDP {at};branch=z9hG4bKp1\r\nMax-Forwards: 70\r\nFrom: <{mac}>;tag=p\r\n\
         To: <{mac}>\r\nCall-ID: plug\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:{at}>\r\nExpires: 0\r\n\
         Event: ua-profile;profile-type=\"device\";vendor=\"Yealink\";model=\"T31G\";version=\"124.86\"\r\nContent-Length: 0\r\n\r\n"
    );
    for _ in 0..2 {
        world.inject(GATEWAY, &at.to_string(), &text);
    }
    let asked: Vec<_> = world
        .events(GATEWAY)
        .iter()
        .filter_map(|event| match event {
            Event::ProfileAsked(asked) => Some(asked.clone()),
            _ => None,
        })
        .collect();
    let [asked] = &asked[..] else {
        panic!("it is asked once, however often it is repeated: {asked:?}")
    };
    assert_eq!(
        (
            asked.mac.map(|mac| mac.to_string()).as_deref(),
            asked.user_agent.as_str(),
            asked.source
        ),
        (Some("00156574b1c2"), "Yealink T31G 124.86", at)
    );
    let url = "https://10.0.0.1:8443/provisioning/t/0/";
    world.command(
        GATEWAY,
        Command::OfferProfile {
            reply: Box::new(asked.reply.clone()),
            url: url.to_owned(),
        },
    );
    let notify = last(&world, "NOTIFY ");
    let accepted = last(&world, "SIP/2.0 200");
    assert!(notify.ends_with(&format!("\r\n\r\n{url}")), "{notify}");
    assert_eq!(line(&notify, "Content-Type"), "application/url");
    assert_eq!(line(&notify, "Call-ID"), "plug");
    assert_eq!(line(&notify, "From"), line(&accepted, "To"), "one dialog");
    assert!(line(&notify, "Subscription-State").starts_with("terminated"));
}

#[test]
fn a_phone_is_asked_to_look_for_a_new_configuration_and_may_want_a_password() {
    let mut world = World::new(75);
    world.register(PHONE, "1000");
    world.seconds(1);
    world.filter = Box::new(|_, _, _| false);
    world.sent.clear();
    let resync = |how| Command::Resync {
        extension: extension("1000"),
        how,
    };
    world.command(GATEWAY, resync(Resync::CheckSync));
    assert_eq!(line(&last(&world, "NOTIFY "), "Event"), "check-sync");
    world.sent.clear();
    world.command(GATEWAY, resync(Resync::Resync));
    let notify = last(&world, "NOTIFY ");
    assert_eq!(line(&notify, "Event"), "resync");
    assert_eq!(line(&notify, "Authorization"), "");
    let challenge = format!(
        "SIP/2.0 401 Unauthorized\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=c\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         WWW-Authenticate: Digest realm=\"phone\", nonce=\"n\", qop=\"auth\", algorithm=MD5\r\nContent-Length: 0\r\n\r\n",
        line(&notify, "Via"),
        line(&notify, "From"),
        line(&notify, "To"),
        line(&notify, "Call-ID"),
        line(&notify, "CSeq"),
    );
    world.sent.clear();
    world.inject(GATEWAY, &address(PHONE).to_string(), &challenge);
    let again = last(&world, "NOTIFY ");
    assert_eq!(line(&again, "CSeq"), "2 NOTIFY");
    let shown = line(&again, "Authorization");
    assert!(
        shown.contains("username=\"1000\"") && shown.contains("realm=\"phone\""),
        "{again}"
    );
    world.seconds(40);
}
