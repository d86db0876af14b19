//! The registrar and its clients.
use crate::world::{GATEWAY, OTHER, PHONE, World, config, extension, flow};
use core::time::Duration;
use messages::{Moment, UnbindReason};
use sip::{Command, Event, Flow, Input, RegisterAs, Transport};

fn phone_words(world: &World) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::Bound { .. } => Some("bound".to_owned()),
        Event::Refreshed { .. } => Some("refreshed".to_owned()),
        Event::Unbound { reason, .. } => Some(format!("unbound {}", reason.code())),
        Event::Refused { why, .. } => Some(format!("{why:?}")),
        _ => None,
    };
    world.events(GATEWAY).into_iter().filter_map(word).collect()
}

/// A phone registers by hand: sends `lines`, answers one challenge.
struct ByHand {
    seq: u32,
}

impl ByHand {
    fn send(&mut self, world: &mut World, from: &str, lines: &str) -> String {
        let first = self.once(world, from, lines, "");
        if !first.starts_with("SIP/2.0 401") {
            return first;
        }
        let nonce = between(&first, "nonce=\"", "\"");
        let credentials = credentials(&nonce, 1);
        self.once(world, from, lines, &credentials)
    }

    fn once(&mut self, world: &mut World, from: &str, lines: &str, more: &str) -> String {
        self.seq += 1;
        let text = format!(
            "REGISTER sip:branch SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKh{seq};rport\r\nFrom: <sip:1000@branch>;tag=t\r\nTo: <sip:1000@branch>\r\nCall-ID: byhand\r\nCSeq: {seq} REGISTER\r\n{lines}{more}Content-Length: 0\r\n\r\n",
            seq = self.seq
        );
        world.sent.clear();
        world.inject(GATEWAY, from, &text);
        world
            .sent
            .last()
            .map(|(_, _, text)| text.clone())
            .unwrap_or_default()
    }
}

pub(crate) fn between(text: &str, start: &str, end: &str) -> String {
    let at = text.find(start).unwrap() + start.len();
    text[at..].split(end).next().unwrap().to_owned()
}

fn credentials(nonce: &str, nc: u32) -> String {
    credentials_for("REGISTER", "sip:branch", nonce, nc)
}

/// As phone 1000, for one request.
pub(crate) fn credentials_for(method: &str, uri: &str, nonce: &str, nc: u32) -> String {
    use md5::{Digest as _, Md5};
    let hash = |text: String| hex::encode(Md5::digest(text));
    let a1 = hash("1000:branch:pw1000".to_owned());
    let a2 = hash(format!("{method}:{uri}"));
    let response = hash(format!("{a1}:{nonce}:{nc:08x}:cn:auth:{a2}"));
    format!(
        "Authorization: Digest username=\"1000\", realm=\"branch\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm=MD5, qop=auth, nc={nc:08x}, cnonce=\"cn\"\r\n"
    )
}

#[test]
fn a_binding_is_made_refreshed_and_taken_back() {
    let mut world = World::new(20);
    world.register(PHONE, "1000");
    world.seconds(1);
    assert!(
        world
            .events(PHONE)
            .iter()
            .any(|event| matches!(event, Event::Registered { .. }))
    );
    world.seconds(500);
    assert_eq!(phone_words(&world), ["bound", "refreshed"]);
    let bindings = world.nodes[GATEWAY].sip.bindings(&extension("1000"));
    assert_eq!(bindings.len(), 1);
    assert_eq!(bindings[0].contact, "sip:1000@10.0.0.2:5060");
    world.command(
        PHONE,
        Command::Unregister {
            user: "1000".to_owned(),
        },
    );
    world.seconds(50);
    assert_eq!(
        phone_words(&world),
        ["bound", "refreshed", "unbound unregistered"]
    );
    assert_eq!(world.nodes[GATEWAY].sip.registered_count(), 0);
    world.assert_empty();
}

#[test]
fn a_phone_that_falls_silent_is_unbound_when_its_time_is_over() {
    let mut world = World::new(21);
    world.register(PHONE, "1000");
    world.seconds(1);
    world.filter = Box::new(|from, _, _| from != PHONE);
    world.seconds(601);
    assert_eq!(phone_words(&world), ["bound", "unbound expired"]);
    assert!(
        world
            .events(PHONE)
            .iter()
            .any(|event| matches!(event, Event::RegisterFailed { code: None, .. }))
    );
}

#[test]
fn a_wrong_password_and_an_unknown_phone_get_the_same_answers() {
    let mut world = World::new(22);
    let mut with = RegisterAs {
        user: "1000".to_owned(),
        auth_user: "1000".to_owned(),
        password: "wrong".to_owned(),
        domain: "branch".to_owned(),
        flow: flow(PHONE, GATEWAY),
        expires: Duration::from_secs(600),
    };
    world.command(PHONE, Command::Register(Box::new(with.clone())));
    world.seconds(1);
    with.user = "7777".to_owned();
    with.auth_user = "7777".to_owned();
    with.flow = flow(OTHER, GATEWAY);
    world.command(OTHER, Command::Register(Box::new(with)));
    world.seconds(1);
    assert_eq!(world.nodes[GATEWAY].sip.registered_count(), 0);
    let answers = |to: usize| -> Vec<Vec<String>> {
        let mine = world
            .sent
            .iter()
            .filter(|(from, t, _)| *from == GATEWAY && *t == to);
        let shape = |text: &str| {
            text.lines()
                .map(|line| {
                    line.split("nonce")
                        .next()
                        .unwrap()
                        .split(&[':', ' '][..])
                        .next()
                        .unwrap()
                        .to_owned()
                })
                .collect()
        };
        mine.map(|(_, _, text)| shape(text)).collect()
    };
    assert_eq!(answers(PHONE), answers(OTHER));
    assert_eq!(answers(PHONE).len(), 2);
}

#[test]
fn the_table_of_register_answers() {
    let mut world = World::new(23);
    let mut phone = ByHand { seq: 0 };
    for (lines, code, bound) in [
        (
            "Contact: <sip:1000@192.0.2.5:5070;ob>;expires=300\r\n",
            "200",
            1,
        ),
        (
            "Contact: <sip:1000@192.0.2.5:5070;ob>;expires=10\r\n",
            "423",
            1,
        ),
        ("Contact: *\r\nExpires: 60\r\n", "400", 1),
        (
            "Contact: *, <sip:1000@192.0.2.5>\r\nExpires: 0\r\n",
            "400",
            1,
        ),
        ("Contact: <tel:1000>\r\n", "400", 1),
        (
            "Contact: <sip:a@192.0.2.6>;q=0.5\r\nContact: <sip:b@192.0.2.6>;q=0.7\r\n",
            "200",
            3,
        ),
        ("Contact: <sip:c@192.0.2.6>\r\n", "200", 3),
        ("Contact: <sip:c@192.0.2.6>;expires=0\r\n", "200", 2),
        ("", "200", 2),
        (
            "Contact: <sip:c@192.0.2.6>;expires=99999999999999\r\n",
            "200",
            3,
        ),
        (
            "Require: outbound\r\nContact: <sip:c@192.0.2.6>\r\n",
            "420",
            3,
        ),
        ("Contact: *\r\nExpires: 0\r\n", "200", 0),
    ] {
        let answer = phone.send(&mut world, "192.0.2.5:5070", lines);
        assert_eq!(answer.get(8..11), Some(code), "{lines}");
        assert_eq!(
            world.nodes[GATEWAY].sip.bindings(&extension("1000")).len(),
            bound,
            "{lines}"
        );
    }
}

#[test]
fn the_contact_comes_back_as_it_was_written_with_the_seconds_left() {
    let mut world = World::new(24);
    let mut phone = ByHand { seq: 0 };
    let answer = phone.send(
        &mut world,
        "192.0.2.5:5070",
        "Contact: \"x\" <sip:1000@192.0.2.5:5070;ob;x=%41>;q=0.5;expires=300\r\n",
    );
    assert!(
        answer.contains("Contact: <sip:1000@192.0.2.5:5070;ob;x=%41>;expires=300\r\n"),
        "{answer}"
    );
}

#[test]
fn a_binding_that_moves_to_another_address_is_a_changed_binding() {
    let mut world = World::new(25);
    let mut phone = ByHand { seq: 0 };
    let lines = "Contact: <sip:1000@192.168.1.9>;expires=300\r\n";
    phone.send(&mut world, "192.0.2.5:5070", lines);
    phone.send(&mut world, "192.0.2.5:5070", lines);
    phone.send(&mut world, "192.0.2.77:1024", lines);
    assert_eq!(
        phone_words(&world),
        ["bound", "refreshed", "unbound replaced", "bound"]
    );
}

#[test]
fn a_spent_nonce_is_asked_for_again_not_taken() {
    let mut world = World::new(26);
    let mut phone = ByHand { seq: 0 };
    let lines = "User-Agent: Yealink SIP-T31G\r\nContact: <sip:1000@192.168.1.9>;expires=300\r\n";
    let challenge = phone.once(&mut world, "192.0.2.5:5070", lines, "");
    assert!(challenge.find("SHA-256").unwrap() < challenge.find("MD5").unwrap());
    let once = credentials(&between(&challenge, "nonce=\"", "\""), 1);
    assert!(
        phone
            .once(&mut world, "192.0.2.5:5070", lines, &once)
            .starts_with("SIP/2.0 200")
    );
    let replayed = phone.once(&mut world, "192.0.2.5:5070", lines, &once);
    assert!(replayed.starts_with("SIP/2.0 401") && replayed.contains("stale=true"));
    assert_eq!(phone_words(&world), ["bound", "ReplayedNonce"]);
    world.seconds(301);
    let late = credentials(&between(&replayed, "nonce=\"", "\""), 1);
    assert!(
        phone
            .once(&mut world, "192.0.2.5:5070", lines, &late)
            .contains("stale=true")
    );
}

#[test]
fn who_takes_the_first_challenge_or_gives_up_is_asked_in_md5_first() {
    let mut world = World::new(31);
    let mut phone = ByHand { seq: 0 };
    let mut asked = |agent: &str| {
        let lines = format!("{agent}Contact: <sip:1000@192.168.1.9>\r\n");
        let challenge = phone.once(&mut world, "192.0.2.5:5070", &lines, "");
        (challenge.find("SHA-256"), challenge.find("MD5"))
    };
    for nameless in ["", "User-Agent: SIPp v3.6\r\n"] {
        let (sha, md5) = asked(nameless);
        assert!(md5.unwrap() < sha.unwrap(), "{nameless}");
    }
    let (sha, md5) = asked("User-Agent: Snom\r\n");
    assert!(sha.unwrap() < md5.unwrap());
    assert_eq!(asked("User-Agent: baresip v1.0.0\r\n").0, None);
}

#[test]
fn a_trunk_address_does_not_register_anybody() {
    let mut world = World::new(27);
    let mut phone = ByHand { seq: 0 };
    let answer = phone.once(
        &mut world,
        "10.0.0.4:5060",
        "Contact: <sip:1000@10.0.0.4>\r\n",
        "",
    );
    assert!(answer.starts_with("SIP/2.0 401"));
}

#[test]
fn bindings_come_back_after_a_restart_and_a_closed_stream_takes_its_own_away() {
    let mut world = World::new(28);
    let now = world.clock.now().mono;
    let sip = &mut world.nodes[GATEWAY].sip;
    let at = now + Duration::from_secs(100);
    assert!(sip.restore_binding(
        &extension("1000"),
        "sip:1000@10.0.0.2:5060",
        flow(GATEWAY, PHONE),
        "old",
        at
    ));
    let wss = Flow {
        transport: Transport::Wss,
        ..flow(GATEWAY, OTHER)
    };
    assert!(!sip.restore_binding(&extension("1001"), "sip:1001@x.invalid", wss, "old", at));
    assert!(!sip.restore_binding(
        &extension("1001"),
        "nonsense",
        flow(GATEWAY, OTHER),
        "old",
        Moment::START
    ));
    assert_eq!(sip.registered_count(), 1);
    world.seconds(101);
    assert_eq!(phone_words(&world), ["unbound expired"]);
}

#[test]
fn a_phone_that_is_taken_out_of_the_configuration_is_unbound() {
    let mut world = World::new(29);
    world.register(PHONE, "1000");
    world.seconds(1);
    let mut without = config(GATEWAY);
    without.phones.clear();
    world.input(GATEWAY, Input::Configure(without));
    assert!(world.events(GATEWAY).iter().any(|event| matches!(
        event,
        Event::Unbound {
            reason: UnbindReason::Unregistered,
            ..
        }
    )));
}
