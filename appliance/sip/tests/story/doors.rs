//! Strangers who try doors: what they learn, how soon they are not heard any more, and who is not harmed by it.
use crate::world::{CARRIER, GATEWAY, PHONE, World, address, extension};
use sip::{Command, Event};
use std::net::IpAddr;

const STRANGER: &str = "203.0.113.7:5060";

fn register(user: &str, seq: u32) -> String {
    format!(
        "REGISTER sip:branch SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bKs{seq};rport\r\n\
         From: <sip:{user}@branch>;tag=s{seq}\r\nTo: <sip:{user}@branch>\r\nCall-ID: s{seq}\r\n\
         CSeq: 1 REGISTER\r\nContact: <sip:{user}@203.0.113.7>\r\nContent-Length: 0\r\n\r\n"
    )
}

/// What the gateway has answered so far.
fn answers(world: &World) -> usize {
    let sent = world.sent.iter();
    sent.filter(|(from, _, text)| *from == GATEWAY && text.starts_with("SIP/2.0"))
        .count()
}

fn banned(world: &World) -> Vec<(IpAddr, Option<u16>, &'static str)> {
    let events = world.events(GATEWAY).into_iter();
    events
        .filter_map(|event| match event {
            Event::Banned {
                source, port, why, ..
            } => Some((*source, *port, why.code())),
            _ => None,
        })
        .collect()
}

#[test]
fn who_looks_for_extensions_gets_five_answers_that_say_nothing_and_then_none() {
    let mut world = World::new(60);
    for seq in 0..200_u32 {
        world.inject(
            GATEWAY,
            STRANGER,
            &register(&(2_000 + seq).to_string(), seq),
        );
    }
    assert_eq!(answers(&world), 5);
    let ip: IpAddr = "203.0.113.7".parse().unwrap();
    assert_eq!(banned(&world), [(ip, None, "unknown_source")]);
    // another port of the address is no way in
    world.inject(GATEWAY, "203.0.113.7:9999", &register("1000", 900));
    assert_eq!(answers(&world), 5);
    // its time passes
    world.seconds(601);
    world.inject(GATEWAY, STRANGER, &register("1000", 901));
    assert_eq!(answers(&world), 6);
}

#[test]
fn rubbish_shuts_nobody_out_and_an_administrator_lets_in_again() {
    let mut world = World::new(61);
    for _ in 0..50 {
        world.inject(GATEWAY, STRANGER, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    assert_eq!(banned(&world), []);
    for seq in 0..9 {
        world.inject(GATEWAY, STRANGER, &register("2000", seq));
    }
    assert_eq!(banned(&world).len(), 1);
    let source = "203.0.113.7".parse().unwrap();
    world.command(GATEWAY, Command::Unban { source });
    let before = answers(&world);
    world.inject(GATEWAY, STRANGER, &register("1000", 1));
    assert_eq!(answers(&world), before + 1);
}

#[test]
fn phones_behind_the_strangers_address_and_trunks_go_on() {
    let mut world = World::new(62);
    world.register(PHONE, "1000");
    world.seconds(1);
    let home = address(PHONE).ip();
    for seq in 0..20_u32 {
        world.inject(GATEWAY, &format!("{home}:40000"), &register("2000", seq));
    }
    assert_eq!(banned(&world), [(home, Some(40_000), "unknown_source")]);
    world.seconds(500);
    assert_eq!(
        world.nodes[GATEWAY].sip.bindings(&extension("1000")).len(),
        1
    );
    let trunk = address(CARRIER).to_string();
    for _ in 0..20 {
        world.inject(GATEWAY, &trunk, &register("2000", 70));
    }
    assert_eq!(banned(&world).len(), 1);
}
