//! Broken messages of every kind, at any moment of a call: no panic, bounded memory, and the machine goes on.
use crate::world::{CARRIER, GATEWAY, World, flow};
use bytes::Bytes;
use messages::TrunkName;
use proptest::prelude::*;
use sip::{Command, Event, Input, LegId, Target};

/// One way to spoil a message.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Double(usize, usize),
    Drop(usize, usize),
    Insert(usize, &'static str),
    SwapLines(usize, usize),
}

pub(crate) const POISON: [&str; 14] = [
    "\r\n",
    ";",
    ",",
    "<",
    ">",
    "\"",
    "\\",
    "%",
    "\0",
    "=",
    ":",
    "99999999999999999999",
    "\u{7f}\u{80}",
    "Content-Length: 5\r\n",
];

fn damage() -> impl Strategy<Value = Damage> {
    let at = || 0_usize..2_000;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        at().prop_map(Damage::Cut),
        (at(), 0_usize..200).prop_map(|(at, n)| Damage::Double(at, n)),
        (at(), 0_usize..200).prop_map(|(at, n)| Damage::Drop(at, n)),
        (at(), 0_usize..POISON.len()).prop_map(|(at, which)| Damage::Insert(at, POISON[which])),
        (0_usize..20, 0_usize..20).prop_map(|(a, b)| Damage::SwapLines(a, b)),
    ]
}

pub(crate) fn spoil(mut bytes: Vec<u8>, damage: &Damage) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let len = bytes.len();
    match *damage {
        Damage::Flip(at, bits) => bytes[at % len] ^= bits,
        Damage::Cut(at) => bytes.truncate(at % len),
        Damage::Double(at, n) => {
            let at = at % len;
            let piece = bytes[at..(at + n).min(len)].to_vec();
            bytes.splice(at..at, piece);
        }
        Damage::Drop(at, n) => {
            let at = at % len;
            bytes.drain(at..(at + n).min(len));
        }
        Damage::Insert(at, text) => {
            let at = at % len;
            bytes.splice(at..at, text.bytes());
        }
        Damage::SwapLines(a, b) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let count = lines.len();
            lines.swap(a % count, b % count);
            bytes = lines.join(&b'\n');
        }
    }
    bytes
}

/// Plays a call whose messages to the gateway arrive once spoilt and once whole.
fn play(seed: u64, damages: &[Vec<Damage>]) {
    let mut world = World::new(seed);
    world.habits[CARRIER] = Box::new(|event, _| match event {
        Event::Invited { leg, .. } => vec![(
            core::time::Duration::from_secs(1),
            Command::Answer {
                leg: *leg,
                sdp: Bytes::from_static(b"v=0\r\n"),
            },
        )],
        _ => Vec::new(),
    });
    world.register(crate::world::PHONE, "1000");
    world.seconds(1);
    let leg = world.call(
        GATEWAY,
        Target::Trunk(TrunkName::parse("carrier").unwrap()),
        "9110",
        Some("v=0\r\n"),
    );
    for (seen, damage) in damages.iter().enumerate() {
        world.run(core::time::Duration::from_millis(400));
        let (from, to, text) = world.sent[seen % world.sent.len()].clone();
        if to >= world.nodes.len() || from >= world.nodes.len() {
            continue;
        }
        let spoilt = damage.iter().fold(text.into_bytes(), spoil);
        let bytes = Bytes::from(spoilt);
        let flow = flow(to, from);
        world.input(to, Input::Received { flow, bytes });
    }
    release(&mut world, GATEWAY, leg);
    release_all(&mut world);
    let user = "1000".to_owned();
    world.command(crate::world::PHONE, Command::Unregister { user });
    world.seconds(400);
    let ended = world
        .events(GATEWAY)
        .iter()
        .filter(|event| matches!(event, Event::Ended { leg: ended, .. } if *ended == leg))
        .count();
    assert_eq!(ended, 1);
    world.assert_empty();
}

fn release(world: &mut World, node: usize, leg: LegId) {
    let release = Command::Release {
        leg,
        code: messages::SipCode(480),
        cause: None,
        retry_after: None,
    };
    world.command(node, release);
}

fn release_all(world: &mut World) {
    for node in [GATEWAY, CARRIER] {
        let invited = |event: &Event| match event {
            Event::Invited { leg, .. } => Some(*leg),
            _ => None,
        };
        let open: Vec<LegId> = world.events(node).into_iter().filter_map(invited).collect();
        for leg in open {
            release(world, node, leg);
        }
    }
}

fn fold_all(damage: &[Damage], start: &[u8]) -> Vec<u8> {
    damage.iter().fold(start.to_vec(), spoil)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn spoilt_messages_in_a_call_leave_nothing_behind(seed in 0_u64..10_000, damages in proptest::collection::vec(proptest::collection::vec(damage(), 1..4), 1..12)) {
        play(seed, &damages);
    }

    #[test]
    fn spoilt_torture_messages_are_survived(which in 0_usize..49, damage in proptest::collection::vec(damage(), 0..6)) {
        let mut world = World::new(1);
        let case = sipx_testkit::rfc4475::CASES[which];
        let bytes = Bytes::from(fold_all(&damage, case.bytes));
        world.input(GATEWAY, Input::Received { flow: flow(GATEWAY, CARRIER), bytes });
        prop_assert!(world.sent.len() <= 2);
        prop_assert!(world.nodes[GATEWAY].sip.transactions_count() <= 1);
    }

    #[test]
    fn any_bytes_on_a_stream_are_survived(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..20)) {
        let mut world = World::new(1);
        let flow = sip::Flow { transport: sip::Transport::Tcp, ..flow(GATEWAY, CARRIER) };
        for piece in pieces {
            world.input(GATEWAY, Input::Received { flow, bytes: Bytes::from(piece) });
        }
    }
}
