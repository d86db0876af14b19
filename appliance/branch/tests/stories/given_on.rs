//! Calls that are given on: by settings, by groups, by the phones themselves, by whoever is in them.
use crate::world::*;
use branch::{Ask, BranchOrder, Input};
use media::{MediaReport, PortPair};
use messages::command::{CallHandling, HuntGroup, HuntStrategy, Profile};
use messages::fact::{Actor, Body, Side, TakenBy};
use messages::{CallId, Extension, Refusal, ReleasedBy, SystemResult};
use sip::{Command, Event, LegId};

const DESK: &str = "10.0.0.21:5060";
const BROWSER: &str = "10.0.0.22:5060";
const THIRD: &str = "10.0.0.23:5060";

fn extension(text: &str) -> Extension {
    Extension::parse(text).unwrap()
}

/// 1000 at its desk, 1001 at a desk and a browser, 1002 at a third place.
fn office() -> World {
    let mut world = World::new(Profile::Lab);
    world.register("1001", DESK);
    world.register("1001", BROWSER);
    world.register("1002", THIRD);
    world
}

/// 1000 talks with 1001 at its desk.
fn talk() -> (World, CallId) {
    let mut world = office();
    world.phone_dials("1001");
    world.answers(DESK);
    let call = started(&world);
    (world, call)
}

fn started(world: &World) -> CallId {
    let mut facts = world.facts.iter().rev();
    let found = facts.find_map(|body| match body {
        Body::CallStarted(fact) => Some(fact.call),
        _ => None,
    });
    found.expect("a call has begun")
}

/// How sides of calls came to be others', and who has them now.
fn taken(world: &World) -> Vec<(TakenBy, String)> {
    let facts = world.facts.iter();
    facts
        .filter_map(|body| match body {
            Body::CallTaken(fact) => {
                let to = fact.to.extension.as_ref().map(ToString::to_string);
                Some((fact.how, to.unwrap_or_else(|| "outside".to_owned())))
            }
            _ => None,
        })
        .collect()
}

fn diverted(world: &World) -> Vec<String> {
    let facts = world.facts.iter();
    facts
        .filter_map(|body| match body {
            Body::CallDiverted(fact) => {
                let to = fact
                    .to
                    .extension
                    .as_ref()
                    .map_or("outside", Extension::as_str);
                Some(format!("{} {} {to}", fact.by, fact.reason.code()))
            }
            _ => None,
        })
        .collect()
}

fn order(world: &mut World, order: BranchOrder) -> Result<(), Refusal> {
    let ask = Ask(9);
    world.tell(Input::Order { ask, order });
    *world.done.last().unwrap()
}

fn transfer(call: CallId, phone: &str, to: &str) -> BranchOrder {
    BranchOrder::Transfer {
        call,
        phone: extension(phone),
        to: to.to_owned(),
        actor: Actor::System,
    }
}

fn invited_since(world: &mut World, place: &str) -> bool {
    let events = std::mem::take(&mut world.peer(place).events);
    events
        .iter()
        .any(|event| matches!(event, Event::Invited { .. }))
}

fn handle(world: &mut World, phone: &str, handling: CallHandling) {
    let mut config = config(Profile::Lab);
    config.handling.insert(extension(phone), handling);
    world.tell(Input::Configure(Box::new(config)));
}

fn group(strategy: HuntStrategy) -> HuntGroup {
    HuntGroup {
        number: extension("1900"),
        label: "前台".to_owned(),
        members: vec![extension("1001"), extension("1002")],
        strategy,
        ring_s: 15,
    }
}

fn with_group(strategy: HuntStrategy) -> World {
    let mut world = office();
    let mut config = config(Profile::Lab);
    config.groups.insert(extension("1900"), group(strategy));
    world.tell(Input::Configure(Box::new(config)));
    world
}

fn nothing_is_left(world: &mut World) {
    world.pass(70);
    let standing = world.branch.standing();
    assert_eq!(world.branch.calls_open(), 0);
    assert_eq!(
        (standing.legs, standing.notes, standing.ports_taken),
        (0, 0, 0)
    );
    assert_eq!(world.branch.channels_in_use(&carrier_name()), 0);
}

#[test]
fn every_place_of_a_phone_rings_and_the_others_stop_when_one_answers() {
    let mut world = office();
    world.phone_dials("1001");
    assert!(world.rung(DESK).is_some() && world.rung(BROWSER).is_some());
    world.answers(BROWSER);
    assert_eq!(
        world.saw(DESK),
        Some(200),
        "answered elsewhere: no missed call"
    );
    let leg = world.rung(BROWSER).unwrap();
    world.does(BROWSER, release(leg, 200));
    assert_eq!(world.end(), (SystemResult::Answered, ReleasedBy::Callee));
    nothing_is_left(&mut world);
}

#[test]
fn a_blind_transfer_asked_for_at_a_screen_takes_the_side_of_the_own_phone() {
    let (mut world, call) = talk();
    assert_eq!(
        order(&mut world, transfer(call, "1002", "1000")),
        Err(Refusal::NotInCall)
    );
    assert_eq!(order(&mut world, transfer(call, "1001", "1002")), Ok(()));
    assert_eq!(
        order(&mut world, transfer(call, "1001", "1002")),
        Err(Refusal::CallNotReady)
    );
    world.answers(THIRD);
    assert_eq!(taken(&world), [(TakenBy::Transfer, "1002".to_owned())]);
    assert!(world.saw(DESK).is_none(), "it is let go without a code");
    world.phone_does(release(LegId(1), 200));
    assert_eq!(world.end(), (SystemResult::Answered, ReleasedBy::Caller));
    nothing_is_left(&mut world);
}

#[test]
fn nobody_transfers_a_call_to_where_the_gate_lets_nobody_call() {
    let (mut world, call) = talk();
    assert_eq!(
        order(&mut world, transfer(call, "1001", "77")),
        Err(Refusal::NoRoute)
    );
    let blocked = world
        .facts
        .iter()
        .any(|body| matches!(body, Body::DialBlocked(_)));
    assert!(blocked && world.branch.calls_open() == 1);
    // outside, with a channel that comes back
    assert_eq!(
        order(&mut world, transfer(call, "1001", "913800138000")),
        Ok(())
    );
    assert_eq!(world.branch.channels_in_use(&carrier_name()), 1);
    world.carrier_answers();
    assert_eq!(taken(&world), [(TakenBy::Transfer, "outside".to_owned())]);
    world.phone_does(release(LegId(1), 200));
    nothing_is_left(&mut world);
}

#[test]
fn a_call_moves_between_the_places_of_one_phone() {
    let (mut world, call) = talk();
    let moved = BranchOrder::Move {
        call,
        phone: extension("1001"),
        actor: Actor::System,
    };
    world.peer(DESK).events.clear();
    assert_eq!(order(&mut world, moved), Ok(()));
    assert!(!invited_since(&mut world, DESK), "it has the call already");
    world.answers(BROWSER);
    assert_eq!(taken(&world), [(TakenBy::Move, "1001".to_owned())]);
    let alone = BranchOrder::Move {
        call,
        phone: extension("1000"),
        actor: Actor::System,
    };
    assert_eq!(order(&mut world, alone), Err(Refusal::NoOtherPlace));
}

#[test]
fn a_ringing_call_is_picked_up_by_a_code_and_at_a_screen() {
    let mut world = office();
    world.phone_dials("1001");
    world.dials(THIRD, "1002", "*81001");
    assert_eq!(taken(&world), [(TakenBy::PickUp, "1002".to_owned())]);
    assert_eq!(world.saw(DESK), Some(200));
    world.phone_does(release(LegId(1), 200));
    world.dials(THIRD, "1002", "*81001");
    assert_eq!(world.saw(THIRD), Some(404), "nothing rings there");
    nothing_is_left(&mut world);

    world.phone_dials("1001");
    let picked = BranchOrder::PickUp {
        rung: extension("1001"),
        phone: extension("1002"),
    };
    assert_eq!(order(&mut world, picked.clone()), Ok(()));
    world.answers(THIRD);
    let answered = world.facts.iter().rev().find_map(|body| match body {
        Body::CallAnswered(fact) => fact.extension.clone(),
        _ => None,
    });
    assert_eq!(answered, Some(extension("1002")));
    assert_eq!(order(&mut world, picked), Err(Refusal::UnknownCall));
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn forwards_follow_why_the_phone_did_not_take_the_call() {
    let to = |number: &str| Some(number.to_owned());
    let none = CallHandling::default;
    // settings of 1001, whether it is in a call, what it answers, what is written
    let table = [
        (
            CallHandling {
                forward_always: to("1002"),
                ..none()
            },
            false,
            None,
            "1001 always 1002",
        ),
        (
            CallHandling {
                forward_busy: to("1002"),
                ..none()
            },
            false,
            Some(486),
            "1001 busy 1002",
        ),
        (
            CallHandling {
                forward_busy: to("1002"),
                call_waiting: false,
                ..none()
            },
            true,
            None,
            "1001 busy 1002",
        ),
        (
            CallHandling {
                forward_busy: to("1002"),
                do_not_disturb: true,
                ..none()
            },
            false,
            None,
            "1001 do_not_disturb 1002",
        ),
        (
            CallHandling {
                forward_no_answer: to("1002"),
                ..none()
            },
            false,
            Some(480),
            "1001 no_answer 1002",
        ),
    ];
    for (handling, engaged, answer, expected) in table {
        let mut world = office();
        handle(&mut world, "1001", handling);
        if engaged {
            world.dials(DESK, "1001", "95588");
        }
        world.phone_dials("1001");
        if let Some(code) = answer {
            world.refuses(DESK, code);
            world.refuses(BROWSER, code);
        }
        assert_eq!(diverted(&world), [expected]);
        world.answers(THIRD);
        assert!(world.kinds().contains(&"call_answered"), "{expected}");
    }
}

#[test]
fn who_is_not_answered_in_time_is_forwarded_and_who_is_not_there_at_once() {
    let handling = CallHandling {
        forward_no_answer: Some("1002".to_owned()),
        no_answer_s: 12,
        ..CallHandling::default()
    };
    let mut world = office();
    handle(&mut world, "1001", handling.clone());
    world.phone_dials("1001");
    world.pass(11);
    assert!(world.rung(THIRD).is_none());
    world.pass(2);
    assert_eq!(diverted(&world), ["1001 no_answer 1002"]);
    assert_eq!(world.saw(DESK), Some(487));
    let mut world = World::new(Profile::Lab);
    world.register("1002", THIRD);
    handle(&mut world, "1001", handling);
    world.phone_dials("1001");
    assert_eq!(diverted(&world), ["1001 unreachable 1002"]);
}

#[test]
fn a_phone_in_a_call_rings_for_another_one_where_calls_may_wait() {
    let mut world = office();
    world.dials(DESK, "1001", "95588");
    world.phone_dials("1001");
    assert!(world.rung(DESK).is_some());
    let waits_not = CallHandling {
        call_waiting: false,
        ..CallHandling::default()
    };
    let mut world = office();
    handle(&mut world, "1001", waits_not);
    world.dials(DESK, "1001", "95588");
    world.phone_dials("1001");
    assert_eq!((world.phone_saw(), world.rung(DESK)), (Some(486), None));
}

#[test]
fn forwards_in_a_circle_end() {
    let mut world = office();
    let mut config = config(Profile::Lab);
    for (phone, to) in [("1001", "1002"), ("1002", "1001")] {
        let handling = CallHandling {
            forward_always: Some(to.to_owned()),
            ..CallHandling::default()
        };
        config.handling.insert(extension(phone), handling);
    }
    world.tell(Input::Configure(Box::new(config)));
    world.phone_dials("1001");
    assert_eq!(world.phone_saw(), Some(482));
    nothing_is_left(&mut world);
}

#[test]
fn a_forward_to_the_outside_asks_the_gate_and_says_by_whom() {
    let mut world = office();
    let forward = |number: &str| CallHandling {
        forward_always: Some(number.to_owned()),
        ..CallHandling::default()
    };
    handle(&mut world, "1001", forward("913800138000"));
    world.phone_dials("1001");
    assert_eq!(diverted(&world), ["1001 always outside"]);
    let diversions = world.events(CARRIER).iter().find_map(|event| match event {
        Event::Invited { diversions, .. } => Some(*diversions),
        _ => None,
    });
    assert_eq!(diversions, Some(1));
    handle(&mut world, "1001", forward("77"));
    world.phone_dials("1001");
    assert_eq!(world.phone_saw(), Some(404));
}

#[test]
fn a_group_rings_together_in_turn_or_by_who_was_idle_longest() {
    let mut world = with_group(HuntStrategy::RingAll);
    world.phone_dials("1900");
    assert!(
        [DESK, BROWSER, THIRD]
            .iter()
            .all(|place| world.rung(place).is_some())
    );
    world.answers(THIRD);
    let answered = world.facts.iter().find_map(|body| match body {
        Body::CallAnswered(fact) => fact.extension.clone(),
        _ => None,
    });
    assert_eq!(answered, Some(extension("1002")));

    let mut world = with_group(HuntStrategy::InTurn);
    world.phone_dials("1900");
    assert!(world.rung(THIRD).is_none());
    world.pass(16);
    assert!(world.rung(THIRD).is_some());
    assert_eq!(world.saw(DESK), Some(487));
    world.refuses(THIRD, 486);
    assert_eq!(world.phone_saw(), Some(486), "there is nobody else");

    let mut world = with_group(HuntStrategy::LongestIdle);
    let call = |world: &mut World, place: &str, user: &str| {
        let leg = world.dials(place, user, "95588");
        world.carrier_answers();
        world.does(place, release(leg, 200));
        world.pass(1);
    };
    call(&mut world, THIRD, "1002");
    call(&mut world, DESK, "1001");
    world.phone_dials("1900");
    assert!(world.rung(THIRD).is_some() && world.rung(BROWSER).is_none());
}

#[test]
fn members_who_are_busy_away_or_not_to_be_disturbed_are_passed_over() {
    let mut world = with_group(HuntStrategy::InTurn);
    world.dials(DESK, "1001", "95588");
    world.phone_dials("1900");
    assert!(world.rung(THIRD).is_some() && world.rung(BROWSER).is_none());
    let mut world = World::new(Profile::Lab);
    let mut config = config(Profile::Lab);
    config
        .groups
        .insert(extension("1900"), group(HuntStrategy::RingAll));
    world.tell(Input::Configure(Box::new(config)));
    world.phone_dials("1900");
    assert_eq!(world.phone_saw(), Some(480));
}

#[test]
fn two_calls_of_one_phone_are_joined_at_a_screen() {
    let (mut world, call) = talk();
    world.dials(DESK, "1001", "913800138000");
    world.carrier_answers();
    let other = started(&world);
    let join = BranchOrder::Join {
        call,
        phone: extension("1001"),
        other,
        actor: Actor::System,
    };
    assert_eq!(order(&mut world, join), Ok(()));
    // the call with somebody outside stays; who talked with 1001 comes over
    let leg = LegId(1);
    assert!(matches!(
        world.events(PHONE).last(),
        Some(Event::Reoffered { .. })
    ));
    let sdp = sdp(PHONE);
    world.phone_does(Command::AcceptReoffer { leg, sdp });
    assert_eq!(
        taken(&world),
        [(TakenBy::AttendedTransfer, "1000".to_owned())]
    );
    assert_eq!(world.branch.calls_open(), 1);
    world.phone_does(release(leg, 200));
    assert_eq!(world.end().0, SystemResult::Answered);
    nothing_is_left(&mut world);
}

#[test]
fn two_calls_of_one_phone_become_one_of_three_at_a_screen() {
    let (mut world, call) = talk();
    let own = world.dials(DESK, "1001", "913800138000");
    world.carrier_answers();
    let other = started(&world);
    let confer = || BranchOrder::Confer {
        call,
        phone: extension("1001"),
        other,
        actor: Actor::System,
    };
    assert_eq!(order(&mut world, confer()), Err(Refusal::MediaFull));
    let port = PortPair { rtp: 20_100 };
    world.tell(Input::Media(MediaReport::Ports(vec![port])));
    assert_eq!(order(&mut world, confer()), Ok(()));
    assert_eq!(order(&mut world, confer()), Err(Refusal::CallNotReady));
    // who talked with 1001 comes into the call with somebody outside, which stays
    let leg = LegId(1);
    let sdp = sdp(PHONE);
    world.phone_does(Command::AcceptReoffer { leg, sdp });
    assert_eq!(world.branch.calls_open(), 1);
    let came = world.facts.iter().find_map(|body| match body {
        Body::CallGuestCame(fact) => Some((fact.call, fact.beside, fact.guest.extension.clone())),
        _ => None,
    });
    assert_eq!(came, Some((other, Side::Caller, Some(extension("1000")))));
    assert_eq!(order(&mut world, confer()), Err(Refusal::UnknownCall));
    // the phone that brought them together goes: the two others go on
    world.does(DESK, release(own, 200));
    assert_eq!(taken(&world), [(TakenBy::Conference, "1000".to_owned())]);
    world.phone_does(release(leg, 200));
    assert_eq!(world.end().0, SystemResult::Answered);
    nothing_is_left(&mut world);
}

#[test]
fn a_group_s_own_forward_takes_what_nobody_in_it_takes() {
    let with = |handling: CallHandling| {
        let mut world = office();
        let mut config = config(Profile::Lab);
        config
            .groups
            .insert(extension("1900"), group(HuntStrategy::RingAll));
        config.handling.insert(extension("1900"), handling);
        world.tell(Input::Configure(Box::new(config)));
        world
    };
    let to_1000 = || Some("1000".to_owned());
    let night = CallHandling {
        forward_always: to_1000(),
        ..CallHandling::default()
    };
    let mut world = with(night);
    world.dials(THIRD, "1002", "1900");
    assert_eq!(diverted(&world), ["1900 always 1000"]);
    assert!(world.rung(PHONE).is_some());

    let busy = CallHandling {
        forward_busy: to_1000(),
        ..CallHandling::default()
    };
    let mut world = with(busy);
    world.dials(DESK, "1001", "95588");
    world.dials(THIRD, "1002", "1900");
    assert_eq!(diverted(&world), ["1900 busy 1000"]);

    let late = CallHandling {
        forward_no_answer: to_1000(),
        no_answer_s: 10,
        ..CallHandling::default()
    };
    let mut world = with(late);
    world.dials(THIRD, "1002", "1900");
    world.pass(11);
    assert_eq!(diverted(&world), ["1900 no_answer 1000"]);
    assert_eq!(world.saw(DESK), Some(487));
}

#[test]
fn a_call_is_recorded_from_where_it_is_given_on_to_by_a_rule_that_wants_it() {
    let (mut world, call) = talk();
    let recorded = |world: &World| world.kinds().contains(&"recording_started");
    assert!(!recorded(&world));
    assert_eq!(
        order(&mut world, transfer(call, "1001", "813800138000")),
        Ok(())
    );
    world.carrier_answers();
    assert!(recorded(&world));
}

#[test]
fn a_wish_to_record_ends_with_the_try_that_had_it() {
    let (mut world, call) = talk();
    let recorded = transfer(call, "1001", "813800138000");
    assert_eq!(order(&mut world, recorded), Ok(()));
    world.refuses(CARRIER, 486);
    assert_eq!(order(&mut world, transfer(call, "1001", "1002")), Ok(()));
    world.answers(THIRD);
    assert_eq!(taken(&world), [(TakenBy::Transfer, "1002".to_owned())]);
    assert!(!world.kinds().contains(&"recording_started"));
}
