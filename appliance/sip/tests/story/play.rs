//! One fuzz case: pieces that arrive at a gateway, with time between them. Shared with the fuzz target.
use bytes::Bytes;
use core::time::Duration;
use messages::{Extension, TrunkName, command::TrunkSource};
use sansio::virtual_time::{self, VirtualClock};
use sansio::{Machine as _, SeededSecrets};
use sip::{
    Command, Config, Event, Flow, Input, Output, PhoneAccount, Sip, Transport, TrunkAccount,
};

/// Stands between two pieces; the digit behind it says what comes next: even a datagram, odd a piece of a stream; from 0–3 a trunk, from 4–7 a stranger, 8 and 9 a trunk after a minute.
const MARK: &[u8] = b"\n%%";

/// Pieces at most.
const PIECES_MAX: usize = 32;

/// Plays `data`; panics if the machine does, or if it keeps anything when all time is over. Hands back how many things came out.
pub(crate) fn play(data: &[u8]) -> usize {
    let mut clock = VirtualClock::default();
    let mut sip = Sip::new(Box::new(SeededSecrets::new(7)));
    feed(&clock, &mut sip, Input::Configure(config()));
    let mut streams = Vec::new();
    let mut outputs = 0;
    for (count, piece) in split(data).into_iter().enumerate().take(PIECES_MAX) {
        let (kind, bytes) = match piece {
            [digit @ b'0'..=b'9', rest @ ..] if count > 0 => (digit - b'0', rest),
            _ => (0, piece),
        };
        let flow = flow(kind);
        if kind >= 8 {
            pass(&mut clock, &mut sip, Duration::from_secs(60));
        }
        if flow.transport == Transport::Tcp {
            streams.push(flow);
        }
        let bytes = Bytes::copy_from_slice(bytes);
        outputs += feed(&clock, &mut sip, Input::Received { flow, bytes });
        outputs += pass(&mut clock, &mut sip, Duration::from_millis(250));
    }
    for flow in streams {
        feed(&clock, &mut sip, Input::FlowClosed { flow });
    }
    feed(&clock, &mut sip, Input::Configure(Config::default()));
    outputs += pass(&mut clock, &mut sip, Duration::from_secs(400));
    assert_eq!(
        (
            sip.legs_count(),
            sip.transactions_count(),
            sip.registered_count()
        ),
        (0, 0, 0)
    );
    assert_eq!(sip.deadline(), None);
    outputs
}

fn split(data: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(MARK.len()).position(|w| w == MARK) {
        pieces.push(&rest[..at]);
        rest = &rest[at + MARK.len()..];
    }
    pieces.push(rest);
    pieces
}

fn config() -> Config {
    let ip = flow(0).remote.ip();
    Config {
        realm: "branch".to_owned(),
        user_agent: "fuzz".to_owned(),
        phones: Extension::parse("1000")
            .map(|extension| PhoneAccount {
                extension,
                password: "pw1000".to_owned(),
            })
            .into_iter()
            .collect(),
        trunks: TrunkName::parse("carrier")
            .map(|name| TrunkAccount {
                name,
                flow: Some(flow(0)),
                host: ip.to_string(),
                accept_from: vec![TrunkSource { ip, port: None }],
                options_every: None,
                offers: sip::Offers::default(),
                domain: None,
                login: None,
                caller_in: Default::default(),
            })
            .into_iter()
            .collect(),
        ..Config::default()
    }
}

fn flow(kind: u8) -> Flow {
    let last = if (4..8).contains(&kind) { 9 } else { 2 };
    Flow {
        transport: if kind.is_multiple_of(2) {
            Transport::Udp
        } else {
            Transport::Tcp
        },
        local: ([10, 0, 0, 1], 5060).into(),
        remote: ([10, 0, 0, last], 5060).into(),
        connection: u64::from(kind % 2),
    }
}

fn feed(clock: &VirtualClock, sip: &mut Sip, input: Input) -> usize {
    let outputs = virtual_time::feed(clock, sip, input);
    assert!(
        outputs.len() < 1_000,
        "one input, {} outputs",
        outputs.len()
    );
    outputs.len() + react(clock, sip, outputs)
}

fn pass(clock: &mut VirtualClock, sip: &mut Sip, by: Duration) -> usize {
    let outputs: Vec<_> = virtual_time::pass(clock, sip, by)
        .into_iter()
        .map(|(_, output)| output)
        .collect();
    outputs.len() + react(clock, sip, outputs)
}

/// Calls are answered, offers accepted, answered calls let go: so that every state is reached.
fn react(clock: &VirtualClock, sip: &mut Sip, outputs: Vec<Output>) -> usize {
    let mut more = 0;
    let sdp = || Bytes::from_static(b"v=0\r\n");
    for output in outputs {
        let Output::Event(event) = output else {
            continue;
        };
        let command = match event {
            Event::Invited {
                leg, sdp: Some(_), ..
            } => Command::Answer { leg, sdp: sdp() },
            Event::Invited { leg, .. } | Event::Acked { leg, .. } | Event::Answered { leg, .. } => {
                Command::Release {
                    leg,
                    code: messages::SipCode(486),
                    cause: None,
                    retry_after: None,
                }
            }
            Event::Reoffered { leg, .. } => Command::AcceptReoffer { leg, sdp: sdp() },
            Event::Referred { leg, .. } => Command::ReportReferral {
                leg,
                code: messages::SipCode(200),
            },
            Event::Progressed { .. }
            | Event::Redirected { .. }
            | Event::Reanswered { .. }
            | Event::ReofferRefused { .. }
            | Event::Ended { .. }
            | Event::Digit { .. }
            | Event::DialogOpened { .. }
            | Event::DialogClosed { .. }
            | Event::ProfileAsked(_)
            | Event::OrphanEnded(_)
            | Event::Bound { .. }
            | Event::Refreshed { .. }
            | Event::Unbound { .. }
            | Event::TrunkState { .. }
            | Event::TrunkRegistered { .. }
            | Event::Banned { .. }
            | Event::Registered { .. }
            | Event::RegisterFailed { .. }
            | Event::Refused { .. } => continue,
        };
        more += feed(clock, sip, Input::Command(command));
    }
    more
}
