//! Whatever the wire loses, doubles or delays: every call ends, once, and nothing is left.
use crate::world::{CARRIER, GATEWAY, World};
use bytes::Bytes;
use core::time::Duration;
use messages::{SipCode, TrunkName};
use proptest::prelude::*;
use sansio::SeededRng;
use sip::{Command, Event, LegId, Target};
use std::collections::BTreeMap;

fn sdp() -> Bytes {
    Bytes::from_static(b"v=0\r\n")
}

fn release(leg: LegId) -> Command {
    Command::Release {
        leg,
        code: SipCode(480),
        cause: None,
        retry_after: None,
    }
}

/// A side that rings, answers, holds, hangs up or does nothing, as the dice say.
fn habit(event: &Event, rng: &mut SeededRng) -> Vec<(Duration, Command)> {
    let mut soon = || Duration::from_millis(rng.below(9_000));
    match event {
        Event::Invited { leg, .. } => {
            let leg = *leg;
            let ring = Command::Progress {
                leg,
                code: SipCode(180),
                sdp: None,
            };
            let mut todo = vec![
                (soon(), ring),
                (soon() * 3, Command::Answer { leg, sdp: sdp() }),
            ];
            if soon() < Duration::from_secs(3) {
                todo.push((soon() * 4, release(leg)));
            }
            todo
        }
        Event::Answered { leg, .. } | Event::Acked { leg, .. } => {
            vec![
                (
                    soon(),
                    Command::Reoffer {
                        leg: *leg,
                        sdp: sdp(),
                    },
                ),
                (soon() * 5, release(*leg)),
            ]
        }
        Event::Reoffered { leg, .. } => vec![(
            soon() / 4,
            Command::AcceptReoffer {
                leg: *leg,
                sdp: sdp(),
            },
        )],
        Event::Progressed { leg, .. } if soon() < Duration::from_secs(1) => {
            vec![(soon(), release(*leg))]
        }
        _ => Vec::new(),
    }
}

fn ends(world: &World, node: usize) -> BTreeMap<LegId, (u32, u32)> {
    let mut legs: BTreeMap<LegId, (u32, u32)> = BTreeMap::new();
    for event in world.events(node) {
        match event {
            Event::Invited { leg, .. } => legs.entry(*leg).or_default().0 += 1,
            Event::Ended { leg, .. } => legs.entry(*leg).or_default().1 += 1,
            _ => {}
        }
    }
    legs
}

fn story(seed: u64, loss: f64) {
    let mut world = World::new(seed);
    world.loss = loss;
    world.twice = 0.1;
    world.delay_ms_max = 400;
    world.habits[GATEWAY] = Box::new(habit);
    world.habits[CARRIER] = Box::new(habit);
    let mut placed = Vec::new();
    for _ in 0..12 {
        let to = Target::Trunk(TrunkName::parse("carrier").unwrap());
        placed.push(world.call(GATEWAY, to, "913800138000", Some("v=0\r\n")));
        world.seconds(2);
    }
    world.seconds(900);
    let outgoing = ends(&world, GATEWAY);
    for leg in placed {
        assert_eq!(
            outgoing.get(&leg).map(|(_, ended)| *ended),
            Some(1),
            "seed {seed}: {leg:?}"
        );
    }
    for (leg, (invited, ended)) in ends(&world, CARRIER) {
        assert_eq!((invited, ended), (1, 1), "seed {seed}: carrier's {leg:?}");
    }
    world.assert_empty();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_call_ends_once_and_nothing_is_left(seed in 0_u64..1_000_000, loss in 0_u32..30) {
        story(seed, f64::from(loss) / 100.0);
    }
}
