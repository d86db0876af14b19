//! Calls from trunk to trunk: what a set-up costs, what a minute of speech costs, what a call weighs.
use crate::cost::{Meter, family_pss_kb, pss_kb};
use crate::table::Row;
use crate::world::World;
use core::time::Duration;
use simulator::caller::{Caller, Load, Placed};
use simulator::carrier::Carrier;
use simulator::config::{CarrierConfig, CarrierTimes, Outcomes};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const RATE: u32 = 100;
const SET_UPS: u32 = 1_500;
const SPEAKING: u32 = 100;
const SPEAKING_S: u64 = 20;

/// A carrier that answers at once and never hangs up.
fn with_carrier<T>(world: &World, act: impl FnOnce() -> T) -> T {
    with_carrier_behind(world, world.sip, act)
}

fn with_carrier_behind<T>(
    world: &World,
    server: std::net::SocketAddr,
    act: impl FnOnce() -> T,
) -> T {
    let config = CarrierConfig {
        listen: world.carrier,
        gateway: Some(server),
        log: world.path("carrier.log"),
        announcement: None,
        seed: 1,
        concurrent_max: 10_000,
        cps_max: 10_000,
        outcomes: Outcomes {
            answer: 1,
            no_answer: 0,
            busy: 0,
            vacant: 0,
            fast_failure: 0,
        },
        times: CarrierTimes {
            ring_ms: [0, 0],
            callee_hangs_up_percent: 0,
            ..CarrierTimes::default()
        },
    };
    let carrier = Carrier::new(config).expect("the carrier starts");
    let stop = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&stop);
    let thread = std::thread::spawn(move || carrier.run(&ends));
    let done = act();
    stop.store(true, Ordering::Relaxed);
    thread
        .join()
        .expect("the carrier ends")
        .expect("the carrier ends well");
    done
}

fn place(world: &World, load: Load, at_full_load: impl FnMut()) -> Placed {
    let caller = Caller::new(Load {
        listen: world.caller,
        gateway: world.sip,
        ..load
    })
    .expect("the caller starts");
    caller.run(at_full_load).expect("the calls are placed")
}

fn load(
    world: &World,
    prefix: &str,
    count: u32,
    per_second: u32,
    hold: Duration,
    sound: bool,
) -> Load {
    Load {
        listen: world.caller,
        gateway: world.sip,
        prefix: prefix.to_owned(),
        count,
        per_second,
        hold,
        sound,
    }
}

/// Calls come and go while `watch` looks on; it is told when they are over.
pub(crate) fn while_calls_come<T: Send>(
    world: &World,
    watch: impl FnOnce(&AtomicBool) -> T + Send,
) -> T {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| watch(&over));
        let load = load(world, "9", 500, 50, Duration::from_millis(800), false);
        with_carrier(world, || place(world, load, || {}));
        over.store(true, Ordering::Relaxed);
        watching.join().expect("the page is watched to its end")
    })
}

pub(crate) fn set_ups(world: &World) -> Vec<Row> {
    let meter = Meter::start(world.gateway_process());
    let load = load(world, "9", SET_UPS, RATE, Duration::from_millis(500), false);
    let placed = with_carrier(world, || place(world, load, || {}));
    let method = format!(
        "{SET_UPS} calls trunk → trunk at {RATE}/s, journal on, {} failed",
        placed.failed
    );
    let answered = f64::from(placed.answered.max(1));
    vec![
        Row::new(
            "call set-up and tear-down",
            meter.cpu() * 1_000.0 / answered,
            "CPU ms each",
            method.clone(),
        ),
        Row::new(
            "call set-ups",
            answered / meter.elapsed().as_secs_f64(),
            "/s (as offered)",
            method.clone(),
        ),
        Row::new(
            "INVITE to answer through the gateway, p50",
            millis(placed.set_up_p50),
            "ms (with the carrier's 100–400 ms)",
            method.clone(),
        ),
        Row::new(
            "INVITE to answer through the gateway, p99",
            millis(placed.set_up_p99),
            "ms (with the carrier's 100–400 ms)",
            method,
        ),
    ]
}

/// 100 calls with sound both ways: CPU per call-minute, memory per call, packets that did not arrive.
pub(crate) fn relayed(world: &World, prefix: &str, name: &str) -> Vec<Row> {
    let process = world.gateway_process();
    let idle_kb = pss_kb(process);
    let mut full = None;
    let load = load(
        world,
        prefix,
        SPEAKING,
        50,
        Duration::from_secs(SPEAKING_S),
        true,
    );
    let placed = with_carrier(world, || {
        place(world, load, || {
            full = Some((Meter::start(process), pss_kb(process)))
        })
    });
    let (meter, full_kb) = full.expect("full load was reached");
    let minutes = f64::from(placed.answered) * (SPEAKING_S as f64 / 60.0);
    let lost = placed.packets_sent.saturating_sub(placed.packets_received);
    let method = format!(
        "{SPEAKING} calls of {SPEAKING_S} s, G.711 both ways, {} failed",
        placed.failed
    );
    vec![
        Row::new(
            &format!("call-minute {name}"),
            meter.cpu() / minutes,
            "CPU-s",
            method.clone(),
        ),
        Row::new(
            &format!("memory of a call {name}"),
            (full_kb - idle_kb) / f64::from(SPEAKING),
            "kB PSS",
            method.clone(),
        ),
        Row::new(
            &format!("memory idle before {name}"),
            idle_kb / 1_024.0,
            "MB PSS",
            method.clone(),
        ),
        Row::new(
            &format!("sent minus received at the caller, {name}"),
            lost as f64,
            "packets",
            format!("{method}; the two ends speak for slightly different times"),
        ),
    ]
}

/// The same speaking ends with any server between them.
pub(crate) fn spoken(
    world: &World,
    server: std::net::SocketAddr,
    processes: &[u32],
    name: &str,
) -> Vec<Row> {
    let idle_kb = family_pss_kb(processes);
    let mut full = None;
    let load = Load {
        gateway: server,
        ..load(
            world,
            "9",
            SPEAKING,
            50,
            Duration::from_secs(SPEAKING_S),
            true,
        )
    };
    let placed = with_carrier_behind(world, server, || {
        let caller = Caller::new(load).expect("the caller starts");
        let at_full_load = || full = Some((Meter::of(processes), family_pss_kb(processes)));
        caller.run(at_full_load).expect("the calls are placed")
    });
    let (meter, full_kb) = full.expect("full load was reached");
    let minutes = f64::from(placed.answered) * (SPEAKING_S as f64 / 60.0);
    let method = format!(
        "{SPEAKING} calls of {SPEAKING_S} s, G.711 both ways, {} failed",
        placed.failed
    );
    let lost = placed.packets_sent.saturating_sub(placed.packets_received);
    vec![
        Row::new(
            &format!("call-minute relayed, {name}"),
            meter.cpu() / minutes,
            "CPU-s",
            method.clone(),
        ),
        Row::new(
            &format!("memory of a call, {name}"),
            (full_kb - idle_kb) / f64::from(SPEAKING),
            "kB PSS",
            method.clone(),
        ),
        Row::new(
            &format!("sent minus received, {name}"),
            lost as f64,
            "packets",
            method,
        ),
    ]
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}
