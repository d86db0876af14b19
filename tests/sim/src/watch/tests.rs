//! The watch can see: each promise, broken on purpose, is named.
use super::{Look, Rule, Watch};
use crate::site::carrier_name;
use branch::Standing;
use messages::fact::{
    Actor, AttemptEnded, AttemptStarted, Body, CallAnswered, CallEnded, CallStarted, Fact,
    OutsideParty, RecordingClosed,
};
use messages::{
    AttemptId, CallId, Direction, HangUpCause, PartyNumber, Purpose, RecordingId, ReleasedBy,
    SystemResult, UtcMs,
};

const CALL: CallId = CallId::from_bytes([1; 16]);
const ATTEMPT: AttemptId = AttemptId::from_bytes([2; 16]);

fn started() -> Body {
    CallStarted {
        call: CALL,
        direction: Direction::Outbound,
        purpose: Purpose::Service,
        extension: None,
        other_extension: None,
        trunk: Some(carrier_name()),
        outside: Some(OutsideParty::of(number())),
        customer: None,
    }
    .into()
}

fn number() -> PartyNumber {
    PartyNumber::parse("13800138000").unwrap()
}

fn attempted() -> Body {
    let trunk = carrier_name();
    AttemptStarted {
        attempt: ATTEMPT,
        call: CALL,
        trunk,
        destination: None,
        wanted_by: None,
    }
    .into()
}

fn attempt_ended() -> Body {
    AttemptEnded {
        attempt: ATTEMPT,
        call: CALL,
        result: SystemResult::Busy,
        cause: HangUpCause::default(),
    }
    .into()
}

fn ended() -> Body {
    CallEnded {
        call: CALL,
        result: SystemResult::Busy,
        cause: HangUpCause::default(),
        released_by: ReleasedBy::Callee,
        ring_ms: 1,
        talk_ms: 0,
    }
    .into()
}

fn watch(bodies: &[Body]) -> Watch {
    let mut watch = Watch {
        open_for_calls: true,
        ..Watch::default()
    };
    for body in bodies {
        watch.fact(&Fact::new(UtcMs(1), true, Actor::System, body.clone()));
    }
    watch
}

fn names(watch: &Watch, rule: Rule) {
    let broken = watch.broken.clone().unwrap_or_default();
    assert!(broken.starts_with(&format!("{rule:?} ")), "{broken}");
}

#[test]
fn a_good_life_breaks_nothing() {
    let mut watch = watch(&[started(), attempted(), attempt_ended(), ended()]);
    watch.outside_called("13800138000");
    watch.all_called();
    assert_eq!(watch.broken, None);
}

#[test]
fn a_life_out_of_order_is_named() {
    let answered: Body = CallAnswered::of(CALL).into();
    let closed: Body = RecordingClosed {
        recording: RecordingId::from_bytes([3; 16]),
        segments: 0,
        last_tag: Vec::new(),
        duration_ms: 0,
        bytes: 0,
    }
    .into();
    let table: [(&[Body], Rule); 7] = [
        (&[ended()], Rule::OneEndPerCall),
        (&[started(), started()], Rule::OneEndPerCall),
        (&[started(), ended(), ended()], Rule::OneEndPerCall),
        (&[started(), attempted(), ended()], Rule::OneEndPerAttempt),
        (&[started(), attempt_ended()], Rule::OneEndPerAttempt),
        (&[started(), ended(), answered], Rule::OutputsInOrder),
        (&[started(), closed], Rule::RecordingsSayTheirEnd),
    ];
    for (bodies, rule) in table {
        names(&watch(bodies), rule);
    }
}

#[test]
fn an_invite_without_an_attempt_and_one_to_a_refuser_are_named() {
    let mut alone = watch(&[started()]);
    alone.outside_called("13800138000");
    names(&alone, Rule::TokenForEachInvite);
    let mut twice = watch(&[started(), attempted()]);
    twice.outside_called("13800138000");
    twice.outside_called("13800138000");
    names(&twice, Rule::TokenForEachInvite);
    let mut refused = watch(&[started(), attempted()]);
    refused.refuse(&[number()]);
    refused.outside_called("13800138000");
    names(&refused, Rule::RefusalsHold);
}

#[test]
fn a_call_in_a_closed_house_is_named() {
    let mut closed = Watch::default();
    closed.fact(&Fact::new(UtcMs(1), true, Actor::System, started()));
    names(&closed, Rule::NoNewCallWithoutRoom);
}

#[test]
fn leaks_and_full_trunks_are_named() {
    let good = Standing {
        calls: 1,
        legs: 2,
        notes: 1,
        ports_taken: 2,
        ports_free: 6,
        ..Standing::default()
    };
    let table = [
        (good, 1, None),
        (
            Standing { notes: 2, ..good },
            1,
            Some(Rule::TablesMatchCalls),
        ),
        (
            Standing { legs: 3, ..good },
            1,
            Some(Rule::TablesMatchCalls),
        ),
        (
            Standing {
                ports_free: 5,
                ..good
            },
            1,
            Some(Rule::PortsOfOpenCalls),
        ),
        (good, 3, Some(Rule::TrunkWithinLimit)),
        (good, 0, Some(Rule::TrunkWithinLimit)),
    ];
    for (standing, channels, rule) in table {
        let mut watch = watch(&[started()]);
        watch.after_step(&Look {
            standing: &standing,
            channels,
            concurrent_max: 2,
            relay_held: 0,
            ports: 8,
        });
        match rule {
            Some(rule) => names(&watch, rule),
            None => assert_eq!(watch.broken, None),
        }
    }
}
