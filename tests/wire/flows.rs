//! The ways in: TCP, TLS and IPv6 carry a phone as UDP does, and a stranger on a stream can neither break nor fill it.
use house_tests::baresip::{Baresip, Carried, Plan};
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Of one address, as the product has it.
const PER_SOURCE_MAX: usize = 128;

#[test]
fn a_phone_on_tcp_and_one_on_tls_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let (sip, tls) = (gateway.sip(), gateway.sip_tls());
    let tcp_phone = Plan {
        transport: Carried::Tcp,
        ..Plan::phone("1000", &sip, "pw1000")
    };
    let tls_phone = Plan {
        transport: Carried::Tls,
        tone_hz: 660.0,
        ..Plan::phone("1001", &tls, "pw1001")
    };
    let mut by_tcp = Baresip::registered(world.path(), &tcp_phone);
    let mut by_tls = Baresip::registered(world.path(), &tls_phone);
    by_tcp.dial("1001", &sip);
    by_tcp.expect("CALL_ESTABLISHED");
    by_tls.expect("CALL_ESTABLISHED");
    by_tls.expect_tone(440.0, 1_000);
    by_tcp.expect_tone(660.0, 1_000);
    by_tls.hold();
    by_tls.resume();
    by_tcp.hang_up();
    by_tls.expect("CALL_CLOSED");
    by_tcp.expect("CALL_CLOSED");
    by_tls.dial("1000", &tls);
    by_tcp.expect("CALL_ESTABLISHED");
    by_tls.hang_up();
    by_tls.expect("CALL_CLOSED");
    by_tcp.expect("CALL_CLOSED");
    journal::expect_counts(
        &gateway.data_dir(),
        &[("phone_bound", 2), ("call_ended", 2)],
    );

    // a connection is the only way to its phone
    drop(by_tcp);
    journal::expect_counts(&gateway.data_dir(), &[("phone_unbound", 1)]);
    by_tls.dial("1000", &tls);
    let cause = by_tls.expect("CALL_CLOSED");
    assert!(cause.starts_with("480"), "{cause}");
}

#[test]
fn a_phone_on_ipv6_and_one_on_ipv4_hear_each_other() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start_on_both_families(world.path(), "wire-01");
    let (four, six) = (gateway.sip(), gateway.sip_six());
    let six_phone = Plan {
        tone_hz: 660.0,
        ..Plan::phone("1001", &six, "pw1001")
    };
    let mut by_four = Baresip::registered(world.path(), &Plan::phone("1000", &four, "pw1000"));
    let mut by_six = Baresip::registered(world.path(), &six_phone);
    for caller_is_six in [false, true] {
        let (caller, number, host) = if caller_is_six {
            (&mut by_six, "1000", &six)
        } else {
            (&mut by_four, "1001", &four)
        };
        caller.dial(number, host);
        by_four.expect("CALL_ESTABLISHED");
        by_six.expect("CALL_ESTABLISHED");
        by_six.expect_tone(440.0, 1_000);
        by_four.expect_tone(660.0, 1_000);
        by_four.hang_up();
        by_six.expect("CALL_CLOSED");
        by_four.expect("CALL_CLOSED");
    }
}

fn options(sip: &str, n: u32) -> String {
    format!(
        "OPTIONS sip:{sip} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;rport;branch=z9hG4bK{n}\r\nFrom: <sip:x@y>;tag={n}\r\n\
         To: <sip:{sip}>\r\nCall-ID: {n}@x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

fn connect(sip: &str) -> TcpStream {
    let stream = TcpStream::connect(sip).expect("the gateway listens");
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).expect("a time-out");
    stream
}

/// Reads until `wanted` has come so many times.
fn expect(stream: &mut TcpStream, wanted: &str, times: usize) {
    let (mut seen, mut buffer) = (String::new(), [0; 4_096]);
    while seen.matches(wanted).count() < times {
        let got = stream.read(&mut buffer).expect("an answer");
        assert!(got > 0, "closed behind {seen:?}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..got]));
    }
}

fn is_closed(stream: &mut TcpStream) -> bool {
    // an end, or a reset where something was still on its way
    !matches!(stream.read_to_end(&mut Vec::new()), Err(bad) if bad.kind() == ErrorKind::WouldBlock)
}

#[test]
fn a_stream_is_cut_into_messages_kept_alive_and_closed_where_it_cannot_be_read() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut stream = connect(&sip);
    // two and a half messages, then the rest of the third, octet by octet
    let all = [options(&sip, 1), options(&sip, 2), options(&sip, 3)].concat();
    let (now, later) = all.split_at(all.len() - 40);
    stream.write_all(now.as_bytes()).unwrap();
    expect(&mut stream, "SIP/2.0 ", 2);
    for octet in later.bytes() {
        stream.write_all(&[octet]).unwrap();
    }
    expect(&mut stream, "SIP/2.0 ", 1);
    stream.write_all(b"\r\n\r\n").unwrap();
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).unwrap();
    assert_eq!(&pong, b"\r\n");

    let lies = options(&sip, 4).replace("Content-Length: 0", "Content-Length: -7");
    stream.write_all(lies.as_bytes()).unwrap();
    assert!(is_closed(&mut stream));
    let mut endless = connect(&sip);
    let chunk = [b'x'; 16 * 1024];
    while endless.write_all(&chunk).is_ok() {}
    assert!(gateway.page().status("/healthz") == Some(200));
}

#[test]
fn one_address_cannot_take_every_connection() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let mut held: Vec<TcpStream> = (0..PER_SOURCE_MAX).map(|_| connect(&sip)).collect();
    for (n, stream) in (0..).zip(&mut held) {
        stream.write_all(options(&sip, n).as_bytes()).unwrap();
        expect(stream, "SIP/2.0 ", 1);
    }
    let mut one_more = connect(&sip);
    assert!(is_closed(&mut one_more));
    held.truncate(PER_SOURCE_MAX / 2);
    wait_until("a place comes free", Duration::from_secs(20), || {
        let mut again = connect(&sip);
        again.write_all(options(&sip, 999).as_bytes()).ok()?;
        let mut first = [0; 4];
        again.read_exact(&mut first).ok()?;
        (&first == b"SIP/").then_some(())
    });
}

#[test]
fn a_trunk_on_tcp_is_called_over_a_connection_that_is_opened_again_after_it_ended() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let sip = gateway.sip();
    let over_tcp = gateway
        .branch_file(&gateway.carrier())
        .replace("[[trunk]]\n", "[[trunk]]\ntransport = \"tcp\"\n");
    gateway.apply(&over_tcp);
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    // nobody is there yet
    phone.dial("91380", &sip);
    let cause = phone.expect("CALL_CLOSED");
    assert!(
        cause.starts_with("480") || cause.starts_with("503"),
        "{cause}"
    );
    for place in ["first", "second"] {
        let folder = world.path().join(place);
        std::fs::create_dir_all(&folder).unwrap();
        let mut far = Baresip::start(&folder, &Plan::far_end("91380", gateway.carrier_port));
        phone.dial("91380", &sip);
        phone.expect("CALL_ESTABLISHED");
        far.expect("CALL_ESTABLISHED");
        far.expect_tone(440.0, 1_000);
        phone.expect_tone(660.0, 1_000);
        far.hang_up();
        phone.expect("CALL_CLOSED");
        far.expect("CALL_CLOSED");
    }
}
