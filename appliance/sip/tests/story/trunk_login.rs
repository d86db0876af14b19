//! A carrier that knows us by a password: we register there, and answer when it asks who calls.
use crate::calls::{OFFER, sdp};
use crate::world::{CARRIER, GATEWAY, World, address, extension, flow};
use core::time::Duration;
use messages::command::CallerIn;
use messages::{SipCode, TrunkName};
use sip::{
    Command, Config, Event, Input, Login, Offers, Origin, PhoneAccount, Target, TrunkAccount,
};

const DOMAIN: &str = "ims.carrier.cn";
const USER: &str = "2012";

fn name() -> TrunkName {
    TrunkName::parse("ims").unwrap()
}

fn trunk(password: &str) -> TrunkAccount {
    TrunkAccount {
        name: name(),
        flow: Some(flow(GATEWAY, CARRIER)),
        host: address(CARRIER).to_string(),
        domain: Some(DOMAIN.to_owned()),
        login: Some(Login {
            user: USER.to_owned(),
            auth_user: USER.to_owned(),
            password: password.to_owned(),
            expires: Duration::from_secs(600),
        }),
        caller_in: CallerIn::Preferred,
        accept_from: Vec::new(),
        options_every: None,
        offers: Offers::default(),
    }
}

fn ours(world: &mut World, trunks: Vec<TrunkAccount>) {
    let config = Config {
        trunks,
        ..crate::world::config(GATEWAY)
    };
    world.input(GATEWAY, Input::Configure(config));
    world.seconds(1);
}

/// The carrier has one subscriber.
fn carrier(password: &str) -> World {
    let mut world = World::new(40);
    let config = Config {
        realm: DOMAIN.to_owned(),
        user_agent: "carrier".to_owned(),
        phones: vec![PhoneAccount {
            extension: extension(USER),
            password: "secret".to_owned(),
        }],
        ..Config::default()
    };
    world.input(CARRIER, Input::Configure(config));
    ours(&mut world, vec![trunk(password)]);
    world
}

/// What was said of the registration.
fn states(world: &World) -> Vec<(bool, Option<u16>)> {
    let told = world
        .events(GATEWAY)
        .into_iter()
        .filter_map(|event| match event {
            Event::TrunkRegistered {
                trunk,
                registered,
                code,
            } if *trunk == name() => Some((*registered, code.map(|code| code.0))),
            _ => None,
        });
    told.collect()
}

fn last_sent(world: &World, start: &str) -> String {
    let mut sent = world.sent.iter().rev();
    let found = sent.find(|(from, _, text)| *from == GATEWAY && text.starts_with(start));
    found.map(|(_, _, text)| text.clone()).unwrap_or_default()
}

#[test]
fn it_is_registered_kept_fresh_and_taken_back_when_the_trunk_goes() {
    let mut world = carrier("secret");
    assert_eq!(states(&world), [(true, None)]);
    let bound = world.nodes[CARRIER].sip.bindings(&extension(USER));
    assert_eq!(bound.len(), 1);
    assert!(last_sent(&world, "REGISTER").starts_with(&format!("REGISTER sip:{DOMAIN} ")));
    let before = world.count_sent(GATEWAY, "REGISTER");
    world.seconds(1_200);
    assert!(world.count_sent(GATEWAY, "REGISTER") > before);
    assert_eq!(states(&world), [(true, None)]);
    // the same again changes nothing
    let before = world.count_sent(GATEWAY, "REGISTER");
    ours(&mut world, vec![trunk("secret")]);
    assert_eq!(world.count_sent(GATEWAY, "REGISTER"), before);
    ours(&mut world, Vec::new());
    assert_eq!(world.nodes[CARRIER].sip.registered_count(), 0);
    world.seconds(120);
    world.assert_empty();
}

#[test]
fn a_wrong_password_is_said_once_and_a_right_one_tried_at_once() {
    let mut world = carrier("wrong");
    world.seconds(120);
    assert_eq!(states(&world), [(false, Some(401))]);
    let tries = world.count_sent(GATEWAY, "REGISTER");
    assert!((4..=14).contains(&tries), "{tries}: it backs off");
    ours(&mut world, vec![trunk("secret")]);
    assert_eq!(states(&world), [(false, Some(401)), (true, None)]);
}

#[test]
fn a_carrier_that_goes_away_and_comes_back_is_registered_at_again() {
    let mut world = carrier("secret");
    world.filter = Box::new(|from, _, _| from != CARRIER);
    world.seconds(700);
    assert_eq!(states(&world), [(true, None), (false, None)]);
    world.filter = Box::new(|_, _, _| true);
    world.seconds(320);
    assert_eq!(states(&world).last(), Some(&(true, None)));
}

#[test]
fn a_call_out_is_in_the_carriers_own_terms_and_answers_its_challenge() {
    let mut world = carrier("secret");
    let out = world.call(GATEWAY, Target::Trunk(name()), "13800138000", Some(OFFER));
    world.seconds(1);
    let leg = world.invited(CARRIER);
    let invite = last_sent(&world, "INVITE");
    for part in [
        format!("INVITE sip:13800138000@{DOMAIN} SIP/2.0"),
        format!("<sip:1000@{DOMAIN}>;tag="),
        format!("P-Preferred-Identity: <sip:1000@{DOMAIN}>"),
        format!("Contact: <sip:{USER}@"),
        "Authorization: Digest".to_owned(),
    ] {
        assert!(invite.contains(&part), "{part}\n{invite}");
    }
    assert!(!invite.contains("P-Asserted-Identity"));
    let answer = Command::Answer {
        leg,
        sdp: sdp(OFFER),
    };
    world.command(CARRIER, answer);
    world.seconds(1);
    assert!(world.words(GATEWAY).contains(&"answered+sdp".to_owned()));
    let bye = Command::Release {
        leg: out,
        code: SipCode(200),
        cause: None,
        retry_after: None,
    };
    world.command(GATEWAY, bye);
    world.seconds(100);
    assert!(
        world
            .words(CARRIER)
            .iter()
            .any(|word| word.starts_with("ended by peer"))
    );
}

#[test]
fn a_call_in_is_the_trunks_and_names_the_number_that_was_dialled() {
    let mut world = carrier("secret");
    let from = address(CARRIER).to_string();
    let called = |world: &mut World, to: &str, more: &str| {
        let text = format!(
            "INVITE sip:{USER}@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{n};rport\r\n\
             From: <sip:13800138000@{DOMAIN}>;tag=t{n}\r\nTo: <sip:{to}@{DOMAIN}>\r\nCall-ID: in{n}\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:{from}>\r\n{more}Content-Length: 0\r\n\r\n",
            n = world.sent.len()
        );
        world.inject(GATEWAY, &from, &text);
        let events = world.events(GATEWAY);
        let found = events.into_iter().rev().find_map(|event| match event {
            Event::Invited { origin, called, .. } => Some((origin.clone(), called.clone())),
            _ => None,
        });
        let (origin, called) = found.unwrap();
        assert_eq!(origin, Origin::Trunk(name()));
        called
    };
    assert_eq!(called(&mut world, USER, ""), USER);
    assert_eq!(called(&mut world, "02012345679", ""), "02012345679");
    let beside = "P-Called-Party-ID: <sip:02012345670@ims.carrier.cn>\r\n";
    assert_eq!(called(&mut world, USER, beside), "02012345670");
}

/// Where the carrier reaches a subscriber of its own.
fn reached(world: &World, user: &str) -> usize {
    let bindings = world.nodes[CARRIER].sip.bindings(&extension(user));
    bindings.len()
}

#[test]
fn a_login_that_changes_takes_the_old_registration_back() {
    let mut world = carrier("secret");
    let config = Config {
        realm: DOMAIN.to_owned(),
        phones: [USER, "2013"]
            .map(|user| PhoneAccount {
                extension: extension(user),
                password: "secret".to_owned(),
            })
            .to_vec(),
        ..Config::default()
    };
    world.input(CARRIER, Input::Configure(config));
    assert_eq!((reached(&world, USER), reached(&world, "2013")), (1, 0));
    let mut other = trunk("secret");
    if let Some(login) = &mut other.login {
        login.user = "2013".to_owned();
        login.auth_user = "2013".to_owned();
    }
    ours(&mut world, vec![other]);
    world.seconds(2);
    assert_eq!((reached(&world, USER), reached(&world, "2013")), (0, 1));
}

#[test]
fn a_gateway_that_stops_takes_its_registrations_back() {
    let mut world = carrier("secret");
    assert_eq!(reached(&world, USER), 1);
    world.command(GATEWAY, Command::SignOff);
    assert_eq!(world.nodes[GATEWAY].sip.signing_off(), 1);
    world.seconds(1);
    assert_eq!(reached(&world, USER), 0);
    assert_eq!(world.nodes[GATEWAY].sip.signing_off(), 0);
}

#[test]
fn a_carrier_that_stumbles_over_extensions_is_asked_for_none() {
    let mut world = carrier("secret");
    let invite = |world: &mut World, offers: Offers| {
        ours(
            world,
            vec![TrunkAccount {
                offers,
                ..trunk("secret")
            }],
        );
        world.sent.clear();
        world.call(GATEWAY, Target::Trunk(name()), "13800138000", Some(OFFER));
        last_sent(world, "INVITE ")
    };
    let usual = invite(&mut world, Offers::default());
    assert!(usual.contains("100rel") && usual.contains("Session-Expires"));
    let plain = Offers {
        reliable: false,
        session_timer: false,
    };
    let bare = invite(&mut world, plain);
    assert!(
        !bare.contains("100rel") && !bare.contains("Session-Expires"),
        "{bare}"
    );
    assert!(!bare.contains("timer"), "{bare}");
}
