//! One call after the other: what becomes of it, what is written, what is let through.
use crate::world::*;
use branch::{Input, LoadSample};
use media::MediaCommand;
use messages::command::{Did, Profile};
use messages::fact::Body;
use messages::{
    Extension, PartyNumber, Q850, Refusal, ReleasedBy, SipCode, SystemResult, TrunkName,
};
use sip::{Command, Event, Target};
use std::time::Duration;

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
        .events(CARRIER)
        .iter()
        .rev()
        .find_map(|event| match event {
            Event::Invited { called, .. } => Some(called.clone()),
            _ => None,
        });
    assert_eq!(called.as_deref(), Some("110"));
}

#[test]
fn too_much_load_turns_new_calls_away_but_emergencies_and_leaves_the_others_alone() {
    let mut world = World::new(Profile::Production);
    world.phone_dials("95588");
    world.carrier_answers();
    let busy = LoadSample {
        waited: Duration::from_millis(400),
        late: Duration::ZERO,
    };
    for _ in 0..3 {
        world.tell(Input::Load(busy));
    }
    assert_eq!(world.click("95599"), Err(Refusal::Overloaded));
    world.phone_dials("95599");
    assert_eq!(world.phone_saw(), Some(503));
    world.phone_dials("110");
    let called = world.events(CARRIER).iter().rev();
    let called = called.into_iter().find_map(|event| match event {
        Event::Invited { called, .. } => Some(called.clone()),
        _ => None,
    });
    assert_eq!(called.as_deref(), Some("110"));
    let ended = |event: &Event| matches!(event, Event::Ended { .. });
    assert!(
        !world.events(CARRIER).iter().any(ended),
        "the call that was up goes on"
    );
    let facts = world.kinds();
    assert!(facts.contains(&"load_stage_changed"), "{facts:?}");
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
            .events(CARRIER)
            .iter()
            .any(|event| matches!(event, Event::Invited { .. }))
    );
    assert_eq!(world.click("13800138001"), Err(Refusal::PhoneBusy));
    let own = world
        .events(PHONE)
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
        .events(CARRIER)
        .iter()
        .any(|event| matches!(event, Event::Invited { .. }));
    assert!(!outside_called);
}

#[test]
fn from_trunk_to_trunk_is_for_laboratories_only() {
    for (profile, expected) in [(Profile::Lab, true), (Profile::Production, false)] {
        let mut world = World::new(profile);
        let leg = world.peer(CARRIER).sip.mint_leg();
        let to = Target::Trunk(TrunkName::parse("gateway").unwrap());
        let invite = invite(leg, to, "95588", "load", sdp(CARRIER));
        world.carrier_does(Command::Invite(Box::new(invite)));
        let came_back = world
            .events(CARRIER)
            .iter()
            .any(|event| matches!(event, Event::Invited { .. }));
        assert_eq!(came_back, expected, "{profile:?}");
    }
}

#[test]
fn a_number_of_our_own_rings_the_phone_that_it_stands_for() {
    let mut world = World::new(Profile::Production);
    let mut config = config(Profile::Production);
    config.dids = vec![Did {
        number: "02081234567".to_owned(),
        trunk: None,
        to: Extension::parse("1000").unwrap(),
    }];
    world.tell(Input::Configure(Box::new(config)));
    let mut call_in = |called: &str| {
        let leg = world.peer(CARRIER).sip.mint_leg();
        let to = Target::Trunk(TrunkName::parse("gateway").unwrap());
        let invite = invite(leg, to, called, "13800138000", sdp(CARRIER));
        world.carrier_does(Command::Invite(Box::new(invite)));
        let rung = world.rung(PHONE).is_some();
        world.carrier_does(release(leg, 487));
        (rung, world.saw(CARRIER))
    };
    assert_eq!(call_in("+862081234568"), (false, Some(404)));
    assert!(call_in("+862081234567").0);
}

#[test]
fn a_test_call_that_comes_back_rings_nobody_and_a_customer_who_calls_meanwhile_does() {
    const DESK: &str = "192.168.1.30:5060";
    let mut world = World::new(Profile::Production);
    world.register("1001", DESK);
    let mut config = config(Profile::Production);
    config.dids = vec![Did {
        number: "02081234567".to_owned(),
        trunk: None,
        to: Extension::parse("1001").unwrap(),
    }];
    config.trunks[0].0.concurrent_max = 9;
    world.tell(Input::Configure(Box::new(config)));
    let test = branch::DialRequest {
        extension: Extension::parse("1000").unwrap(),
        customer: None,
        number: messages::PartyNumber::parse("02081234567").unwrap(),
        over: TrunkName::parse("carrier"),
        purpose: messages::Purpose::SelfTest,
        actor: messages::fact::Actor::System,
    };
    world.tell(Input::Dial {
        ask: branch::Ask(1),
        request: Box::new(test),
    });
    let own = world.rung(PHONE).unwrap();
    world.phone_does(Command::Answer {
        leg: own,
        sdp: sdp(PHONE),
    });
    let mut call_in = |caller: &str| {
        let leg = world.peer(CARRIER).sip.mint_leg();
        let to = Target::Trunk(TrunkName::parse("gateway").unwrap());
        let invite = invite(leg, to, "+862081234567", caller, sdp(CARRIER));
        world.peer(DESK).events.clear();
        world.carrier_does(Command::Invite(Box::new(invite)));
        let rung = world.rung(DESK).is_some();
        world.carrier_does(release(leg, 487));
        (rung, world.saw(CARRIER))
    };
    assert!(call_in("13800138000").0, "a customer");
    assert_eq!(call_in("1000"), (false, Some(486)), "our own call");
    assert!(call_in("1000").0, "it comes back once");
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
        world.carrier_does(release(leg, code));
        world.peer(CARRIER).events.clear();
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

/// The code of the last call that the gate held back.
fn held_back(world: &World) -> Option<&str> {
    world.facts.iter().rev().find_map(|body| match body {
        Body::DialBlocked(blocked) => Some(blocked.code.as_str()),
        _ => None,
    })
}

#[test]
fn a_phone_that_has_talked_its_minutes_calls_nobody_but_help() {
    let mut world = World::new(Profile::Production);
    let mut config = config(Profile::Production);
    config.rules[0].strip = 1;
    config.ceilings.phone_minutes_max = 2;
    config.ceilings.phone_calls_max = 1;
    world.tell(Input::Configure(Box::new(config)));
    world.phone_dials("913800138000");
    assert_eq!(held_back(&world), None);
    let leg = world.carrier_answers();
    // while it talks it may begin no other one
    world.phone_dials("913900139000");
    assert_eq!(held_back(&world), Some("calls_ceiling"));
    world.pass(120);
    world.carrier_does(release(leg, 200));
    world.phone_dials("913800138000");
    assert_eq!(held_back(&world), Some("minutes_ceiling"));
    assert_eq!(world.phone_saw(), Some(403));
    world.phone_dials("110");
    let help = world.carrier_answers();
    world.carrier_does(release(help, 200));
    // another phone has its own; what was used before a restart counts
    world.tell(Input::Spent(vec![gate::Spent {
        by: Extension::parse("1001"),
        trunk: carrier_name(),
        destination: None,
        talk_ms: 120_000,
    }]));
    let before = world.facts.len();
    world.register("1001", "192.0.2.11:5060");
    world.dials("192.0.2.11:5060", "1001", "913800138000");
    assert_eq!(world.saw("192.0.2.11:5060"), Some(403));
    assert!(world.facts.len() > before);
}

#[test]
fn a_call_that_a_phone_forwards_outside_is_paid_by_that_phone() {
    let mut world = World::new(Profile::Production);
    let mut config = config(Profile::Production);
    config.rules[0].strip = 1;
    config.trunks[0].0.concurrent_max = 10;
    config.ceilings.phone_minutes_max = 1;
    let forward = messages::command::CallHandling {
        forward_always: Some("913800138000".to_owned()),
        ..messages::command::CallHandling::default()
    };
    let forwards = Extension::parse("1001").unwrap();
    config.handling.insert(forwards.clone(), forward);
    world.tell(Input::Configure(Box::new(config)));
    world.register("1001", "192.0.2.11:5060");
    world.phone_dials("1001");
    let leg = world.carrier_answers();
    world.pass(60);
    world.carrier_does(release(leg, 200));
    // the phone that dialled has used nothing, the one that forwards all that it may
    world.phone_dials("1001");
    assert_eq!(held_back(&world), Some("minutes_ceiling"));
    world.phone_dials("913900139000");
    let leg = world.carrier_answers();
    world.carrier_does(release(leg, 200));
    let wanted = world.facts.iter().filter_map(|body| match body {
        Body::AttemptStarted(fact) => Some(fact.wanted_by.clone()),
        _ => None,
    });
    let wanted: Vec<_> = wanted.collect();
    assert_eq!(wanted, [Some(forwards), Extension::parse("1000")]);
}
