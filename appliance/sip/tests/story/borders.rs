//! Who is let in, as what, and what everybody is answered.
use crate::world::{CARRIER, GATEWAY, OTHER, PHONE, World, config, flow};
use bytes::Bytes;
use core::time::Duration;
use sip::{Command, Event, Flow, Input, Output, Refused, Target, Transport};

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n";

/// A request from an address, with more header lines and a body.
fn request(method: &str, from: &str, number: usize, lines: &str, body: &str) -> String {
    format!(
        "{method} sip:9110@branch SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKb{number};rport\r\nMax-Forwards: 70\r\nFrom: <sip:1000@branch>;tag=f{number}\r\nTo: <sip:9110@branch>\r\nCall-ID: c{number}\r\nCSeq: 1 {method}\r\nContact: <sip:1000@{from}>\r\n{lines}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The final answer, or the last provisional one.
fn answer(world: &mut World, from: &str, text: &str) -> String {
    world.sent.clear();
    world.inject(GATEWAY, from, text);
    let last = world
        .sent
        .iter()
        .rev()
        .find(|(_, _, text)| text.starts_with("SIP/2.0"));
    last.map(|(_, _, text)| text.clone()).unwrap_or_default()
}

fn code(text: &str) -> &str {
    text.get(8..11).unwrap_or("")
}

#[test]
fn the_table_of_what_is_answered_before_anybody_is_known() {
    let sdp = "Content-Type: application/sdp\r\n";
    let mut world = World::new(50);
    for (number, (method, lines, body, expected)) in [
        ("INVITE", sdp, SDP, "401"),
        ("INVITE", "", "", "401"),
        ("INVITE", "Require: 100rel, x\r\n", "", "420"),
        ("INVITE", "Require: 100rel\r\n", "", "401"),
        ("INVITE", "Content-Type: application/x\r\n", "x", "415"),
        (
            "INVITE",
            "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n",
            SDP,
            "415",
        ),
        ("INVITE", "Accept: text/plain\r\n", "", "406"),
        (
            "INVITE",
            "Accept: text/plain, application/*;q=0.1\r\n",
            "",
            "401",
        ),
        ("OPTIONS", "", "", "200"),
        ("OPTIONS", "Require: x, y\r\n", "", "420"),
        ("BYE", "", "", "481"),
        ("INFO", "", "", "481"),
        ("UPDATE", "", "", "481"),
        ("CANCEL", "", "", "481"),
        ("MESSAGE", "", "", "405"),
        ("SUBSCRIBE", "", "", "489"),
        ("SUBSCRIBE", "Event: message-summary\r\n", "", "489"),
        ("SUBSCRIBE", "Event: dialog\r\n", "", "401"),
        ("NEWMETHOD", "", "", "501"),
        ("ACK", "", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let text = answer(
            &mut world,
            "192.0.2.9:5060",
            &request(method, "192.0.2.9:5060", number, lines, body),
        );
        assert_eq!(code(&text), expected, "{method} {lines}");
        let told = match expected {
            "420" => text.contains("Unsupported: "),
            "415" => text.contains("Accept: application/sdp"),
            "405" => text.contains("Allow: INVITE"),
            _ => true,
        };
        assert!(told, "{text}");
    }
    assert_eq!(
        (
            world.nodes[GATEWAY].sip.transactions_count(),
            world.nodes[GATEWAY].sip.legs_count()
        ),
        (0, 0)
    );
}

#[test]
fn a_trunk_calls_in_by_address_and_port_and_nobody_else_does() {
    let mut world = World::new(51);
    let invite = |from: &str, number| {
        request(
            "INVITE",
            from,
            number,
            "Content-Type: application/sdp\r\n",
            SDP,
        )
    };
    assert_eq!(
        code(&answer(
            &mut world,
            "10.0.0.4:5060",
            &invite("10.0.0.4:5060", 1)
        )),
        "100"
    );
    assert_eq!(
        code(&answer(
            &mut world,
            "10.0.0.4:5061",
            &invite("10.0.0.4:5061", 2)
        )),
        "401"
    );
    assert_eq!(
        code(&answer(
            &mut world,
            "10.0.0.5:5060",
            &invite("10.0.0.5:5060", 3)
        )),
        "401"
    );
    assert_eq!(world.words(GATEWAY), ["invited+sdp"]);
    let mut any_port = config(GATEWAY);
    any_port.trunks[0].accept_from[0].port = None;
    world.input(GATEWAY, Input::Configure(any_port));
    let by_a_phone = invite("10.0.0.4:5061", 4);
    let by_a_carrier =
        invite("10.0.0.4:5061", 5).replace("<sip:1000@branch>", "<sip:0755123@branch>");
    let carrier = answer(&mut world, "10.0.0.4:5061", &by_a_carrier);
    assert_eq!(code(&carrier), "100");
    let phone = answer(&mut world, "10.0.0.4:5061", &by_a_phone);
    assert_eq!(
        code(&phone),
        "401",
        "a phone is never trusted for its address"
    );
}

#[test]
fn the_same_invite_by_another_path_is_a_loop() {
    let mut world = World::new(52);
    let invite = request("INVITE", "10.0.0.4:5060", 1, "", "");
    assert_eq!(code(&answer(&mut world, "10.0.0.4:5060", &invite)), "100");
    assert_eq!(code(&answer(&mut world, "10.0.0.4:5060", &invite)), "100");
    let other = invite.replace("z9hG4bKb1", "z9hG4bKother");
    assert_eq!(code(&answer(&mut world, "10.0.0.4:5060", &other)), "482");
    let spent = request("INVITE", "10.0.0.4:5060", 2, "", "")
        .replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(code(&answer(&mut world, "10.0.0.4:5060", &spent)), "483");
    assert_eq!(world.words(GATEWAY), ["invited"]);
}

#[test]
fn a_full_machine_says_503_and_when_to_come_back() {
    let mut world = World::new(53);
    let mut small = config(GATEWAY);
    small.limits.legs_max = 1;
    world.input(GATEWAY, Input::Configure(small.clone()));
    assert_eq!(
        code(&answer(
            &mut world,
            "10.0.0.4:5060",
            &request("INVITE", "10.0.0.4:5060", 1, "", "")
        )),
        "100"
    );
    let refused = answer(
        &mut world,
        "10.0.0.4:5060",
        &request("INVITE", "10.0.0.4:5060", 2, "", ""),
    );
    assert!(refused.starts_with("SIP/2.0 503") && refused.contains("Retry-After: "));
    small.limits.legs_max = 100;
    small.limits.transactions_max = 1;
    world.input(GATEWAY, Input::Configure(small));
    assert_eq!(
        code(&answer(
            &mut world,
            "10.0.0.4:5060",
            &request("INVITE", "10.0.0.4:5060", 3, "", "")
        )),
        "503"
    );
    let told = world
        .events(GATEWAY)
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Refused {
                    why: Refused::TooMany,
                    ..
                }
            )
        })
        .count();
    assert_eq!(told, 2);
    let leg = world.call(
        GATEWAY,
        Target::Trunk(messages::TrunkName::parse("carrier").unwrap()),
        "9",
        None,
    );
    assert!(world.events(GATEWAY).iter().any(|event| matches!(event, Event::Ended { leg: ended, cause, .. } if *ended == leg && cause.sip == Some(messages::SipCode(503)))));
}

#[test]
fn an_answer_goes_where_rfc_3581_sends_it() {
    let mut world = World::new(54);
    let with = request("OPTIONS", "192.168.1.5:5060", 1, "", "");
    let without = with.replace(";rport", "");
    for (text, port, via) in [
        (
            &with,
            40_000,
            "branch=z9hG4bKb1;rport=40000;received=198.51.100.7",
        ),
        (&without, 5_060, "branch=z9hG4bKb1;received=198.51.100.7"),
    ] {
        let now = world.clock.now();
        let from = Flow {
            remote: "198.51.100.7:40000".parse().unwrap(),
            ..flow(GATEWAY, PHONE)
        };
        let sip = &mut world.nodes[GATEWAY].sip;
        sansio::Machine::handle(
            sip,
            now,
            Input::Received {
                flow: from,
                bytes: Bytes::copy_from_slice(text.as_bytes()),
            },
        );
        let Some(Output::Send { flow, bytes }) = sansio::Machine::poll(sip) else {
            panic!("an answer");
        };
        assert_eq!(flow.remote.to_string(), format!("198.51.100.7:{port}"));
        assert!(String::from_utf8_lossy(&bytes).contains(via));
    }
}

#[test]
fn malformed_is_400_before_any_password_and_garbage_is_silence() {
    let mut world = World::new(55);
    let good = request("INVITE", "192.0.2.9:5060", 1, "", "");
    for (from, to, expected) in [
        ("CSeq: 1 INVITE", "CSeq: 1 BYE", "400"),
        ("CSeq: 1 INVITE", "CSeq: 4294967296 INVITE", "400"),
        ("Call-ID: c1\r\n", "", "400"),
        ("Content-Length: 0", "Content-Length: 10", "400"),
        ("SIP/2.0\r\nVia", "SIP/3.0\r\nVia", "505"),
        ("sip:9110@branch SIP", "tel:110 SIP", "416"),
        (
            "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKb1;rport\r\n",
            "",
            "",
        ),
        ("INVITE sip:9110@branch SIP/2.0", "HELLO", ""),
    ] {
        let text = answer(&mut world, "192.0.2.9:5060", &good.replacen(from, to, 1));
        assert_eq!(code(&text), expected, "{to}");
    }
    for stray in [
        "SIP/2.0 200 OK\r\n\r\n",
        "SIP/2.0 999 x\r\n\r\n",
        "\r\n\r\n",
        "\0\0\0\0",
        "",
        "x",
    ] {
        assert_eq!(answer(&mut world, "192.0.2.9:5060", stray), "", "{stray:?}");
    }
}

#[test]
fn a_stream_is_framed_answered_on_itself_and_never_repeated() {
    let mut world = World::new(56);
    let tcp = Flow {
        transport: Transport::Tcp,
        local: "10.0.0.1:5060".parse().unwrap(),
        remote: "10.0.0.4:5060".parse().unwrap(),
        connection: 7,
    };
    let text = request("INVITE", "10.0.0.4:5060", 1, "", "").replace("/UDP", "/TCP");
    for half in [&text[..100], &text[100..]] {
        let bytes = Bytes::copy_from_slice(half.as_bytes());
        world.input(GATEWAY, Input::Received { flow: tcp, bytes });
    }
    assert_eq!(world.words(GATEWAY), ["invited"]);
    let leg = world.invited(GATEWAY);
    world.command(
        GATEWAY,
        Command::Release {
            leg,
            code: messages::SipCode(486),
            cause: None,
            retry_after: Some(Duration::from_secs(3)),
        },
    );
    world.seconds(20);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 486"), 1);
    assert!(world.sent.last().unwrap().2.contains("Retry-After: 3"));
    world.input(GATEWAY, Input::FlowClosed { flow: tcp });
    world.seconds(40);
    world.assert_empty();
}

#[test]
fn a_closed_connection_ends_its_legs_and_its_bindings() {
    let mut world = World::new(57);
    let tcp = Flow {
        transport: Transport::Tcp,
        connection: 9,
        ..flow(GATEWAY, CARRIER)
    };
    let text = request("INVITE", "10.0.0.4:5060", 1, "", "").replace("/UDP", "/TCP");
    world.input(
        GATEWAY,
        Input::Received {
            flow: tcp,
            bytes: Bytes::from(text),
        },
    );
    let leg = world.invited(GATEWAY);
    world.command(
        GATEWAY,
        Command::Answer {
            leg,
            sdp: Bytes::from_static(SDP.as_bytes()),
        },
    );
    world.input(GATEWAY, Input::FlowClosed { flow: tcp });
    assert_eq!(
        world.words(GATEWAY),
        ["invited", "opened", "closed", "ended by peer"]
    );
    world.seconds(60);
    world.assert_empty();
}

#[test]
fn a_trunk_is_told_down_after_two_silences_and_up_after_one_answer() {
    let mut world = World::new(58);
    let mut pinging = config(GATEWAY);
    pinging.trunks[0].options_every = Some(Duration::from_secs(60));
    world.input(GATEWAY, Input::Configure(pinging));
    let states = |world: &World| -> Vec<bool> {
        let state = |event: &&Event| match event {
            Event::TrunkState { reachable, .. } => Some(*reachable),
            _ => None,
        };
        world.events(GATEWAY).iter().filter_map(state).collect()
    };
    world.seconds(130);
    assert_eq!(states(&world), [true]);
    world.filter = Box::new(|_, to, _| to != CARRIER);
    world.seconds(95);
    assert_eq!(states(&world), [true]);
    world.seconds(60);
    assert_eq!(states(&world), [true, false]);
    world.filter = Box::new(|_, _, _| true);
    world.seconds(60);
    assert_eq!(states(&world), [true, false, true]);
}

#[test]
fn a_stranger_who_calls_is_told_and_gets_the_same_challenge_as_a_phone() {
    let mut world = World::new(59);
    let known = answer(
        &mut world,
        "192.0.2.9:5060",
        &request("INVITE", "192.0.2.9:5060", 1, "", ""),
    );
    let unknown = answer(
        &mut world,
        "192.0.2.9:5060",
        &request("INVITE", "192.0.2.9:5060", 1, "", "")
            .replace("<sip:1000@branch>;tag", "<sip:666@branch>;tag"),
    );
    let shape = |text: &str| {
        text.lines()
            .map(|line| line.split(&[':', ' '][..]).next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(&known), shape(&unknown));
    let strangers = world
        .events(GATEWAY)
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Refused {
                    why: Refused::UnknownSource,
                    ..
                }
            )
        })
        .count();
    assert_eq!(strangers, 1);
    assert!(world.events(OTHER).is_empty());
}
