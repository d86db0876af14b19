//! A carrier that speaks word by word, as the test writes it.
use crate::world::{CARRIER, GATEWAY, World, address};

/// As a carrier writes it; `lines` stand before the length.
pub(crate) fn request(method: &str, number: u32, lines: &str, body: &str, to_tag: &str) -> String {
    let carrier = address(CARRIER);
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "{method} sip:1000@{gateway} SIP/2.0\r\nVia: SIP/2.0/UDP {carrier};branch=z9hG4bKt{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:138@{carrier}>;tag=far\r\nTo: <sip:1000@{gateway}>{to_tag}\r\nCall-ID: timed\r\n\
         CSeq: {number} {method}\r\nContact: <sip:138@{carrier}>\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len(),
        gateway = address(GATEWAY),
    )
}

pub(crate) fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    found.map_or("", |rest| rest.trim_start_matches(':').trim())
}

pub(crate) fn tell(world: &mut World, text: &str) {
    world.inject(GATEWAY, &address(CARRIER).to_string(), text);
}

/// What the gateway sent last that begins so.
pub(crate) fn last(world: &World, start: &str) -> String {
    let sent = world.sent.iter().rev();
    let mut own = sent.filter(|(from, _, text)| *from == GATEWAY && text.starts_with(start));
    own.next()
        .map(|(_, _, text)| text.clone())
        .unwrap_or_default()
}

/// Answers a request of the gateway as the carrier would.
pub(crate) fn answer(code: &str, asked: &str, lines: &str, body: &str) -> String {
    let to = line(asked, "To");
    let tag = if to.contains(";tag=") { "" } else { ";tag=far" };
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "SIP/2.0 {code}\r\nVia: {}\r\nFrom: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <sip:138@{}>\r\n\
         {lines}{kind}Content-Length: {}\r\n\r\n{body}",
        line(asked, "Via"),
        line(asked, "From"),
        line(asked, "Call-ID"),
        line(asked, "CSeq"),
        address(CARRIER),
        body.len(),
    )
}

/// Only what the test says reaches the gateway; the real carrier is deaf.
pub(crate) fn alone() -> World {
    let mut world = World::new(9);
    world.filter = Box::new(|_, _, _| false);
    world
}
