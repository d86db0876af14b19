//! Calls that a trunk does not bring through: another one has them, and it stays one try.
use crate::world::*;
use branch::{Ask, BranchOrder};
use messages::command::{CallHandling, Profile, RuleTarget, TrunkPlan};
use messages::fact::{Actor, Body};
use messages::{Extension, SipCode, SystemResult, TrunkName};
use sip::{Command, Event, Flow};

const DESK: &str = "10.0.0.21:5060";
const OTHER_DESK: &str = "10.0.0.22:5060";
/// A trunk that is nowhere.
const NOWHERE: &str = "10.0.0.99:5060";

fn name(name: &str) -> TrunkName {
    TrunkName::parse(name).unwrap()
}

/// Prefix 9 leads to these trunks; `lost` has no way, `silent` says nothing.
fn office(trunks: &[&str]) -> World {
    let mut world = World::new(Profile::Lab);
    let mut config = config(Profile::Lab);
    config.rules[0].to = RuleTarget::Trunks(trunks.iter().map(|one| name(one)).collect());
    config.trunks[0].0.concurrent_max = 10;
    let other = |of: &str| TrunkPlan::new(name(of), NOWHERE);
    config.trunks.push((other("lost"), None));
    let way = Flow::udp(at(GATEWAY), at(NOWHERE));
    config.trunks.push((other("silent"), Some(way)));
    world.tell(branch::Input::Configure(Box::new(config)));
    world
}

/// What the books say of tries, in their order.
fn tries(world: &World) -> Vec<String> {
    let told = world.facts.iter().filter_map(|body| match body {
        Body::AttemptStarted(fact) => Some(format!("begins on {}", fact.trunk)),
        Body::AttemptRerouted(fact) => {
            let code = fact.cause.sip.map_or(0, |code| code.0);
            Some(format!("{} {code}, goes on on {}", fact.from, fact.to))
        }
        Body::AttemptEnded(fact) => Some(format!("ends {}", fact.result.code())),
        _ => None,
    });
    told.collect()
}

fn nothing_is_left(world: &mut World) {
    world.pass(70);
    let standing = world.branch.standing();
    assert_eq!(
        (standing.calls, standing.notes, standing.ports_taken),
        (0, 0, 0)
    );
    for trunk in ["carrier", "lost", "silent"] {
        assert_eq!(world.branch.channels_in_use(&name(trunk)), 0, "{trunk}");
    }
}

#[test]
fn a_trunk_without_a_way_and_one_that_is_silent_are_passed_over_within_one_try() {
    let mut world = office(&["lost", "silent", "carrier"]);
    let leg = world.phone_dials("913800138000");
    world.pass(5);
    world.carrier_answers();
    assert_eq!(
        tries(&world),
        [
            "begins on lost",
            "lost 503, goes on on silent",
            "silent 408, goes on on carrier"
        ]
    );
    world.phone_does(release(leg, 200));
    assert_eq!(world.end().0, SystemResult::Answered);
    assert_eq!(
        tries(&world).last().map(String::as_str),
        Some("ends answered")
    );
    nothing_is_left(&mut world);
}

#[test]
fn what_the_callee_said_or_what_was_heard_ringing_is_final() {
    for (rings, code) in [(false, 486), (false, 603), (true, 503)] {
        let mut world = office(&["carrier", "lost"]);
        world.phone_dials("913800138000");
        let leg = world.carrier_leg();
        if rings {
            let code = SipCode(180);
            world.carrier_does(Command::Progress {
                leg,
                code,
                sdp: None,
            });
        }
        world.carrier_does(release(leg, code));
        let cause = messages::HangUpCause {
            sip: Some(SipCode(code)),
            q850: None,
        };
        let ends = format!("ends {}", SystemResult::of_failure(cause).code());
        assert_eq!(tries(&world), ["begins on carrier".to_owned(), ends]);
        assert_eq!(world.phone_saw(), Some(code), "{code}");
        nothing_is_left(&mut world);
    }
}

#[test]
fn when_no_trunk_is_left_the_caller_hears_what_the_last_one_said() {
    let mut world = office(&["lost", "carrier"]);
    world.phone_dials("913800138000");
    let leg = world.carrier_leg();
    world.carrier_does(release(leg, 502));
    assert_eq!(world.phone_saw(), Some(502));
    assert_eq!(tries(&world).len(), 3, "{:?}", tries(&world));
    nothing_is_left(&mut world);
}

#[test]
fn a_trunk_that_fails_again_and_again_is_left_alone() {
    let mut world = office(&["silent", "carrier"]);
    for _ in 0..2 {
        let leg = world.phone_dials("913800138000");
        world.pass(5);
        world.carrier_answers();
        world.phone_does(release(leg, 200));
    }
    world.facts.clear();
    let leg = world.phone_dials("913800138000");
    assert_eq!(tries(&world), ["begins on carrier"]);
    world.carrier_answers();
    world.phone_does(release(leg, 200));
    // after its rest it gets a call again
    world.pass(15);
    world.facts.clear();
    world.phone_dials("913800138000");
    assert_eq!(tries(&world), ["begins on silent"]);
}

#[test]
fn a_single_trunk_is_waited_for_as_long_as_it_takes() {
    let mut world = office(&["silent"]);
    world.phone_dials("913800138000");
    world.pass(20);
    assert_eq!(tries(&world), ["begins on silent"]);
    world.pass(20);
    assert_eq!(tries(&world).len(), 2);
    nothing_is_left(&mut world);
}

#[test]
fn who_gives_up_while_trunks_are_tried_ends_the_try() {
    let mut world = office(&["silent", "carrier"]);
    let leg = world.phone_dials("913800138000");
    world.pass(1);
    world.phone_does(release(leg, 487));
    world.pass(10);
    assert_eq!(tries(&world), ["begins on silent", "ends cancelled"]);
    assert!(world.rung(CARRIER).is_none());
    nothing_is_left(&mut world);
}

#[test]
fn a_forward_to_the_outside_is_told_to_each_trunk_that_is_tried() {
    let mut world = World::new(Profile::Lab);
    let mut config = config(Profile::Lab);
    config.rules[0].to = RuleTarget::Trunks(vec![name("lost"), name("carrier")]);
    config
        .trunks
        .push((TrunkPlan::new(name("lost"), NOWHERE), None));
    let always = CallHandling {
        forward_always: Some("913800138000".to_owned()),
        ..CallHandling::default()
    };
    let phone = Extension::parse("1001").unwrap();
    config.handling.insert(phone, always);
    world.tell(branch::Input::Configure(Box::new(config)));
    world.phone_dials("1001");
    let told = world.events(CARRIER).iter().find_map(|event| match event {
        Event::Invited { diversions, .. } => Some(*diversions),
        _ => None,
    });
    assert_eq!(told, Some(1));
}

#[test]
fn a_transfer_to_the_outside_that_failed_is_not_tried_again_by_what_comes_later() {
    let mut world = office(&["carrier", "lost"]);
    world.register("1001", DESK);
    world.phone_dials("1001");
    world.answers(DESK);
    let call = world.facts.iter().find_map(|body| match body {
        Body::CallAnswered(fact) => Some(fact.call),
        _ => None,
    });
    let call = call.unwrap();
    let phone = Extension::parse("1001").unwrap();
    let order = |order| branch::Input::Order { ask: Ask(1), order };
    let transfer = BranchOrder::Transfer {
        call,
        phone: phone.clone(),
        to: "913800138000".to_owned(),
        actor: Actor::System,
    };
    world.tell(order(transfer));
    world.refuses(CARRIER, 486);
    assert_eq!(tries(&world), ["begins on carrier", "ends busy"]);
    // it goes on at another device, and nobody answers there
    world.register("1001", OTHER_DESK);
    let actor = Actor::System;
    world.tell(order(BranchOrder::Move { call, phone, actor }));
    assert!(world.rung(OTHER_DESK).is_some());
    world.pass(130);
    assert_eq!(tries(&world).len(), 2, "{:?}", tries(&world));
}
