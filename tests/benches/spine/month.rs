//! The facts that a branch's outbound calls leave, one call after the other.
use messages::fact::{
    Actor, AttemptEnded, AttemptStarted, Body, CallAnswered, CallEnded, CallRinging, CallStarted,
    Fact, OutsideParty,
};
use messages::{
    AttemptId, CallId, Direction, Extension, HangUpCause, PartyNumber, Purpose, ReleasedBy,
    SystemResult, TrunkName, UtcMs,
};
use sansio::SeededRng;

/// So many numbers are called in turn.
const NUMBERS: u64 = 20_000;
pub(crate) const FACTS_PER_CALL: u64 = 6;

/// As ids are: the time, then what cannot be compressed.
fn id(n: u64) -> [u8; 16] {
    let mut dice = SeededRng::new(n);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&n.to_be_bytes()[2..]);
    bytes[6..14].copy_from_slice(&dice.below(u64::MAX).to_be_bytes());
    bytes
}

/// An outbound call that was answered.
pub(crate) fn call(n: u64, utc: UtcMs) -> Vec<Fact> {
    let (call, attempt) = (CallId::from_bytes(id(n)), AttemptId::from_bytes(id(n)));
    let extension = Extension::parse(&(1_000 + n % 50).to_string()).expect("an extension");
    let trunk = TrunkName::parse("carrier").expect("a trunk");
    let digits = format!("138{:08}", n % NUMBERS);
    let number = PartyNumber::parse(&digits).expect("a number");
    let (result, cause) = (SystemResult::Answered, HangUpCause::default());
    let bodies: [Body; FACTS_PER_CALL as usize] = [
        CallStarted {
            call,
            direction: Direction::Outbound,
            purpose: Purpose::Sales,
            extension: Some(extension.clone()),
            other_extension: None,
            trunk: Some(trunk.clone()),
            outside: Some(OutsideParty::of(number)),
            customer: None,
        }
        .into(),
        AttemptStarted {
            attempt,
            call,
            trunk,
            destination: None,
            wanted_by: None,
        }
        .into(),
        CallRinging {
            call,
            post_dial_delay_ms: 1_800,
            early_media: false,
        }
        .into(),
        CallAnswered::of(call).into(),
        AttemptEnded {
            attempt,
            call,
            result,
            cause,
        }
        .into(),
        CallEnded {
            call,
            result,
            cause,
            released_by: ReleasedBy::Callee,
            ring_ms: 9_000,
            talk_ms: 61_000,
        }
        .into(),
    ];
    let of = |body| Fact::new(utc, true, Actor::Phone(extension.clone()), body);
    bodies.into_iter().map(of).collect()
}
