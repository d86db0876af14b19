//! The same load, from SIPp and from our own speaking ends, on the gateway and on a proxy of the field, one after the other.
use crate::calls;
use crate::cost::{Meter, family_pss_kb};
use crate::proxy::Proxy;
use crate::table::Row;
use crate::world::World;
use house_tests::deadline::wait_until;
use house_tests::process::Process;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const RATE: u32 = 200;
const CALLS: u32 = 3_000;
const REGISTERS_RATE: u32 = 2_000;
const REGISTERS: u32 = 10_000;
const PHONES: u32 = 1_000;
const LIMIT: Duration = Duration::from_secs(90);

/// Who is measured.
struct Server<'a> {
    name: &'a str,
    sip: SocketAddr,
    processes: Vec<u32>,
}

pub(crate) fn measure(world: &World) -> Vec<Row> {
    if Command::new("sipp").arg("-v").output().is_err() {
        println!("SIPp is not installed: nothing is measured with its load");
        return Vec::new();
    }
    let ours = Server {
        name: "gateway",
        sip: world.sip,
        processes: vec![world.gateway_process()],
    };
    let mut rows = Vec::new();
    let direct = set_ups(world, world.carrier).1;
    rows.extend(of(world, &ours, direct));
    if let Some(proxy) = Proxy::start(&world.path("."), world.carrier) {
        let theirs = Server {
            name: "kamailio + rtpengine",
            sip: proxy.sip,
            processes: proxy.processes(),
        };
        rows.extend(of(world, &theirs, direct));
    }
    rows
}

fn of(world: &World, server: &Server<'_>, direct: [f64; 2]) -> Vec<Row> {
    let name = server.name;
    let idle_kb = family_pss_kb(&server.processes);
    let meter = Meter::of(&server.processes);
    let (done, times) = set_ups(world, server.sip);
    let set_up_ms = meter.cpu() * 1_000.0 / f64::from(CALLS);
    let method = format!(
        "SIPp, {CALLS} calls at {RATE}/s trunk → trunk, {}",
        if done { "0 failed" } else { "SOME FAILED" }
    );
    let meter = Meter::of(&server.processes);
    let registered = registrations(world, server.sip);
    let register_ms = meter.cpu() * 1_000.0 / f64::from(REGISTERS);
    let told = if registered {
        "0 failed"
    } else {
        "SOME FAILED"
    };
    let mut rows = vec![
        Row::new(
            &format!("call set-up and tear-down, {name}"),
            set_up_ms,
            "CPU ms each",
            method.clone(),
        ),
        Row::new(
            &format!("set-up time added, p50, {name}"),
            times[0] - direct[0],
            "ms",
            method.clone(),
        ),
        Row::new(
            &format!("set-up time added, p99, {name}"),
            times[1] - direct[1],
            "ms",
            method,
        ),
        Row::new(
            &format!("REGISTER, {name}"),
            register_ms,
            "CPU ms each",
            format!("SIPp, {REGISTERS} at {REGISTERS_RATE}/s, 401 then 200 each, MD5, {told}"),
        ),
    ];
    rows.extend(calls::spoken(world, server.sip, &server.processes, name));
    let more = family_pss_kb(&server.processes);
    rows.push(Row::new(
        &format!("memory idle, then after it all, {name}"),
        more / 1_024.0,
        "MB PSS",
        format!("{:.1} MB before", idle_kb / 1_024.0),
    ));
    rows
}

fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/spine/sipp/{name}.xml"))
}

fn sipp(world: &World, name: &str, local: SocketAddr, more: &[&str]) -> Process {
    let mut command = Command::new("sipp");
    command
        .current_dir(world.path("."))
        .arg("-sf")
        .arg(scenario(name))
        .args([
            "-i",
            "127.0.0.1",
            "-p",
            &local.port().to_string(),
            "-nostdin",
            "-timeout",
            "80s",
        ])
        .args(more);
    Process::start(&format!("sipp-{name}"), &world.path("."), &mut command)
}

/// Calls from the caller's trunk to the carrier's. All of them well? INVITE to answer, p50 and p99, ms.
fn set_ups(world: &World, to: SocketAddr) -> (bool, [f64; 2]) {
    for file in std::fs::read_dir(world.path("."))
        .expect("the folder")
        .flatten()
    {
        if file.file_name().to_string_lossy().ends_with("_rtt.csv") {
            let _gone = std::fs::remove_file(file.path());
        }
    }
    let count = CALLS.to_string();
    let mut far = sipp(world, "answers", world.carrier, &["-m", &count]);
    wait_until("SIPp listens", LIMIT, || {
        UdpSocket::bind(world.carrier).is_err().then_some(())
    });
    let rate = RATE.to_string();
    let more = [
        "-m",
        &count,
        "-r",
        &rate,
        "-l",
        "1000",
        "-trace_rtt",
        "-rtt_freq",
        "1",
        &to.to_string(),
    ];
    let mut caller = sipp(world, "calls", world.caller, &more);
    let well = caller.ended(LIMIT).success();
    if !well {
        far.kill9();
    }
    let _its_end = far.ended(LIMIT);
    (well, times(world))
}

/// What SIPp wrote: `Date_ms;response_time_ms;rtd_no`.
fn times(world: &World) -> [f64; 2] {
    let files = std::fs::read_dir(world.path("."))
        .expect("the folder")
        .flatten();
    let own = files.filter(|file| file.file_name().to_string_lossy().ends_with("_rtt.csv"));
    let text: String = own
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .collect();
    let mut all: Vec<f64> = text
        .lines()
        .filter_map(|line| line.split(';').nth(1)?.trim().parse().ok())
        .collect();
    all.sort_by(f64::total_cmp);
    [50, 99].map(|share| {
        all.get(all.len() * share / 100)
            .copied()
            .unwrap_or(f64::NAN)
    })
}

fn registrations(world: &World, to: SocketAddr) -> bool {
    let list: String = (0..PHONES)
        .map(|n| 1_000 + n)
        .map(|n| format!("{n};[authentication username={n} password=pw{n}]\n"))
        .collect();
    std::fs::write(world.path("phones.csv"), format!("SEQUENTIAL\n{list}"))
        .expect("the folder takes files");
    let (count, rate) = (REGISTERS.to_string(), REGISTERS_RATE.to_string());
    let local = SocketAddr::from(([127, 0, 0, 1], house_tests::port::free()));
    let more = [
        "-inf",
        "phones.csv",
        "-m",
        &count,
        "-r",
        &rate,
        "-l",
        "2000",
        &to.to_string(),
    ];
    sipp(world, "registers", local, &more)
        .ended(LIMIT)
        .success()
}
