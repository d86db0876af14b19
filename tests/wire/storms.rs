//! Everything at once: phones that are switched on together while others talk. Nobody who talks is harmed, and what it took
//! in memory comes back.
use house_tests::binary;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::process::Process;
use house_tests::sipp::{Run, Sipp};
use simulator::journal::CallLine;
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);
const CALLS: usize = 50;
const PHONES: u32 = 500;
/// All are back within this (the promise is 10 s; SIPp itself ends them if it takes longer than this).
const BACK_WITHIN: &str = "10s";
/// Packets of 20 ms that a call of 25 s may miss, its two ends counted: 2 %, which nobody hears. A quiet machine loses a few.
const MISSED_MAX: u64 = 25;
/// What a storm leaves behind, kB: registrations that are kept, and what the allocator keeps for the next one.
const LEFT_BEHIND_KB: u64 = 24 * 1_024;

/// Fifty phones that dial out at once and talk until their far end has had enough.
fn talkers(world: &Path, gateway: &Gateway) -> [Process; 2] {
    let carrier = format!(
        "listen = \"{}\"\ngateway = \"{}\"\nlog = \"{}\"\n[outcomes]\nanswer = 1\nno_answer = 0\nbusy = 0\nvacant = 0\n\
         fast_failure = 0\n[times]\nring_ms = [100, 200]\ntalk_ms = [25000, 26000]\ncallee_hangs_up_percent = 100\n",
        gateway.carrier(),
        gateway.sip(),
        world.join("carrier.log.jsonl").display()
    );
    let phones = format!(
        "gateway = \"{}\"\nfirst = 1000\ncount = {CALLS}\npassword = \"pw{{user}}\"\nlog = \"{}\"\n\
         talk_ms = [60000, 60001]\n[hand]\nnumbers = [\"913800138000\"]\npause_ms = [100, 300]\n",
        gateway.sip(),
        world.join("phones.log.jsonl").display(),
    );
    [("carrier", carrier), ("phones", phones)].map(|(name, text)| {
        let file = world.join(format!("{name}.toml"));
        std::fs::write(&file, text).expect("the world takes files");
        let mut command = Command::new(binary::built("zhunkehu-simulator"));
        command.arg(name).arg("--config").arg(file);
        Process::start(name, world, &mut command)
    })
}

/// Switches all phones of the list on; how long it took until the last one was registered.
fn switch_on(world: &Path, gateway: &Gateway, port: u16) -> Duration {
    let list: String = (0..PHONES)
        .map(|n| 2_000 + n)
        .map(|n| format!("{n};[authentication username={n} password=pw{n}]\n"))
        .collect();
    let file = world.join("phones.csv");
    std::fs::write(&file, format!("SEQUENTIAL\n{list}")).expect("the world takes files");
    let (file, count) = (file.display().to_string(), PHONES.to_string());
    let began = Instant::now();
    let mut phones = Sipp::start(
        world,
        &Run {
            target: Some(&gateway.sip()),
            calls: PHONES,
            more: &[
                "-inf",
                &file,
                "-r",
                &count,
                "-l",
                &count,
                "-timeout",
                BACK_WITHIN,
            ],
            ..Run::of("powers-on", "x", port)
        },
    );
    phones.expect_success_within(PATIENCE);
    began.elapsed()
}

fn lines(file: &Path) -> Vec<CallLine> {
    simulator::journal::read(file).unwrap_or_default()
}

#[test]
fn five_hundred_phones_come_back_at_once_and_fifty_calls_go_on_unharmed() {
    let world = tempfile::tempdir().unwrap();
    let mut gateway = Gateway::start_with_ports(world.path(), "wire-01", None, 160);
    let branch = gateway
        .branch_file(&gateway.carrier())
        .replace("\"1000-1009\"", "\"1000-1049\"")
        .replace("cps_max = 50", "cps_max = 200")
        .replace("concurrent_max = 50", "concurrent_max = 100");
    gateway.apply(&format!(
        "{branch}\n[[phone]]\nrange = \"2000-2499\"\npassword = \"pw{{user}}\"\n"
    ));
    let port = house_tests::port::free();
    let [carrier, mut phones] = talkers(world.path(), &gateway);
    let answered = |count: usize| {
        wait_until("the calls are up", PATIENCE, || {
            let facts = journal::of_branch(&gateway.data_dir());
            let up = facts.iter().filter(|fact| fact.kind == "call_answered");
            (up.count() >= count).then_some(())
        });
    };
    answered(CALLS);
    let before = gateway.memory_kb();
    let took = switch_on(world.path(), &gateway, port);
    let during = gateway.memory_kb();
    // the carrier ends the calls that were up
    let log = world.path().join("carrier.log.jsonl");
    let heard = wait_until("the calls are over", PATIENCE, || {
        let ended = lines(&log);
        (ended.len() >= CALLS).then_some(ended)
    });
    phones.kill9();
    let mut worst = 0;
    for call in &heard[..CALLS] {
        assert_eq!(
            (call.outcome.as_str(), call.ended_by.as_str()),
            ("answer", "near"),
            "{call:?}"
        );
        let talked = call.ended - call.answered.expect("it was answered");
        let expected = u64::try_from(talked / 20).unwrap();
        worst = worst.max(expected.saturating_sub(call.packets_received));
    }
    assert!(worst <= MISSED_MAX, "a call missed {worst} packets");
    drop(carrier);
    let mut after = during;
    wait_until("the memory comes back", PATIENCE, || {
        after = gateway.memory_kb();
        (after <= before + LEFT_BEHIND_KB).then_some(())
    });
    // told for whoever reads the figures: a busy machine takes longer
    println!(
        "{PHONES} phones back in {took:?}; a call missed {worst} packets at most; {before} → {during} → {after} kB"
    );
    let facts = journal::of_branch(&gateway.data_dir());
    let bound = facts
        .iter()
        .filter(|fact| fact.kind == "phone_bound")
        .count();
    assert!(bound >= PHONES as usize + CALLS, "{bound}");
    gateway.stop();
}

#[test]
fn a_flood_of_messages_that_are_none_leaves_no_memory_behind() {
    const MESSAGES: usize = 200_000;
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let flood = |from: usize, count: usize| {
        for n in from..from + count {
            let text = format!(
                "INVITE sip:9{n}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{};branch=z9hG4bK{n}\r\n\
                 From: <sip:{n}@x>;tag={n}\r\nTo: <sip:9{n}@x>\r\nCall-ID: {n}\r\nCSeq: 1 INVITE\r\n\
                 Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                socket.local_addr().unwrap().port()
            );
            let cut = if n % 3 == 0 {
                text.len() / 2
            } else {
                text.len()
            };
            socket
                .send_to(&text.as_bytes()[..cut], gateway.sip())
                .unwrap();
        }
    };
    flood(0, MESSAGES / 4);
    let settled = gateway.memory_kb();
    flood(MESSAGES / 4, MESSAGES);
    let mut after = 0;
    wait_until("the memory comes back", PATIENCE, || {
        after = gateway.memory_kb();
        (after <= settled + LEFT_BEHIND_KB).then_some(())
    });
    println!("{MESSAGES} messages: {settled} → {after} kB");
    assert_eq!(gateway.page().status("/healthz"), Some(200));
}

/// An INVITE of the carrier for a phone that is not there: the gateway answers at once.
fn invite(sip: &str, port: u16, n: usize) -> String {
    format!(
        "INVITE sip:1009@{sip} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKflood{n}\r\n\
         From: <sip:13800138000@127.0.0.1>;tag={n}\r\nTo: <sip:1009@{sip}>\r\nCall-ID: flood-{n}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:carrier@127.0.0.1:{port}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

/// Counts answers by code, and 503s that say when to come again.
fn answers(socket: &UdpSocket, counts: &mut BTreeMap<u16, usize>) -> usize {
    let (mut buffer, mut again) = ([0; 2_048], 0);
    while let Ok(length) = socket.recv(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer[..length]);
        let code = text.get(8..11).and_then(|code| code.parse().ok());
        if let Some(code) = code.filter(|code| *code >= 200) {
            *counts.entry(code).or_default() += 1;
            again += usize::from(code == 503 && text.contains("Retry-After:"));
        }
    }
    again
}

#[test]
fn more_calls_than_can_be_taken_are_turned_away_and_those_that_are_up_are_not_harmed() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start_with_ports(world.path(), "wire-01", None, 160);
    let branch = gateway
        .branch_file("127.0.0.1")
        .replace("\"1000-1009\"", "\"1000-1049\"")
        .replace("cps_max = 50", "cps_max = 1000")
        .replace("concurrent_max = 50", "concurrent_max = 5000");
    gateway.apply(&branch);
    let [_carrier, _phones] = talkers(world.path(), &gateway);
    let kinds = |kind: &str| {
        let facts = journal::of_branch(&gateway.data_dir());
        facts.iter().filter(|fact| fact.kind == kind).count()
    };
    wait_until("the calls are up", PATIENCE, || {
        (kinds("call_answered") >= CALLS).then_some(())
    });
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let port = socket.local_addr().unwrap().port();
    let (mut sent, mut counts, mut again) = (0, BTreeMap::new(), 0);
    wait_until("calls are turned away", PATIENCE, || {
        for _ in 0..20_000 {
            let text = invite(&gateway.sip(), port, sent);
            let _full = socket.send_to(text.as_bytes(), gateway.sip());
            sent += 1;
        }
        again += answers(&socket, &mut counts);
        (again > 0 && kinds("load_stage_changed") > 0).then_some(())
    });
    let log = world.path().join("carrier.log.jsonl");
    let heard = wait_until("the calls are over", PATIENCE, || {
        let ended = lines(&log);
        (ended.len() >= CALLS).then_some(ended)
    });
    let missed = |call: &CallLine| {
        let talked = call.ended - call.answered.expect("it was answered");
        u64::try_from(talked / 20)
            .unwrap_or(0)
            .saturating_sub(call.packets_received)
    };
    let worst = heard[..CALLS].iter().map(missed).max().unwrap();
    assert!(heard[..CALLS].iter().all(|call| call.ended_by == "near"));
    println!(
        "{sent} INVITEs, answered {counts:?}; a call that was up missed {worst} packets at most"
    );
    assert!(worst <= MISSED_MAX, "a call missed {worst} packets");
    wait_until("calls are taken again", PATIENCE, || {
        (kinds("load_stage_changed") >= 3).then_some(())
    });
}
