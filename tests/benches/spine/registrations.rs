//! Registrations: 401 and 200 each time, as phones do after a power cut.
use crate::cost::Meter;
use crate::table::Row;
use crate::world::World;
use core::time::Duration;
use messages::Moment;
use simulator::endpoint::Endpoint;
use sip::{Command, Config, Event, RegisterAs};

const PHONES: u32 = 1_000;
const LIMIT: Duration = Duration::from_secs(60);

/// All phones from one socket: what counts is the work of the registrar.
pub(crate) fn measure(world: &World) -> Vec<Row> {
    let any_port = ([127, 0, 0, 1], 0).into();
    let mut phones = Endpoint::bind(any_port, Config::default()).expect("a socket");
    let meter = Meter::start(world.gateway_process());
    let started = phones.now().mono;
    let (mut begun, mut done) = (0, 0);
    while done < PHONES && phones.now().mono.since(started) < LIMIT {
        // A window keeps the socket's buffer from overflowing: retransmissions would be measured instead.
        while begun < PHONES && begun - done < 64 {
            register(&mut phones, world, 1_000 + begun);
            begun += 1;
        }
        let events = phones.step(Duration::from_millis(1));
        done += u32::try_from(
            events
                .iter()
                .filter(|event| matches!(event, Event::Registered { .. }))
                .count(),
        )
        .unwrap_or(0);
    }
    let span = took(started, &phones);
    let method =
        format!("{done} of {PHONES} phones, each 401 then 200, digest SHA-256, 64 at a time");
    vec![
        Row::new(
            "REGISTER",
            meter.cpu() * 1_000.0 / f64::from(done.max(1)),
            "CPU ms each",
            method.clone(),
        ),
        Row::new(
            "REGISTER",
            f64::from(done) / span.as_secs_f64(),
            "/s",
            method,
        ),
    ]
}

fn register(phones: &mut Endpoint, world: &World, extension: u32) {
    let user = extension.to_string();
    let flow = phones.flow_to(world.sip);
    let as_phone = RegisterAs {
        password: format!("pw{user}"),
        auth_user: user.clone(),
        user,
        domain: world.sip.to_string(),
        flow,
        expires: Duration::from_secs(600),
    };
    phones.command(Command::Register(Box::new(as_phone)));
}

fn took(started: Moment, phones: &Endpoint) -> Duration {
    phones.now().mono.since(started)
}
