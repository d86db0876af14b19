//! The fate of a call, drawn once when it comes.
use crate::config::CarrierConfig;
use sansio::SeededRng;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Answer,
    NoAnswer,
    Busy,
    Vacant,
    FastFailure,
    /// Over the carrier's limit of calls or of calls per second.
    Limit,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) fate: Fate,
    pub(super) before_ring: Duration,
    /// From ringing (or from the INVITE) to the final answer.
    pub(super) before_final: Duration,
    /// `None`: the other side ends the talk.
    pub(super) hang_up_after: Option<Duration>,
    /// Whose voice answers.
    pub(super) voice: u64,
}

impl Fate {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Vacant => "vacant",
            Self::FastFailure => "fast_failure",
            Self::Limit => "limit",
        }
    }

    /// SIP code and Q.850 cause of the refusal.
    pub(super) const fn refusal(self) -> (u16, Option<u8>) {
        match self {
            Self::Answer | Self::NoAnswer => (480, Some(19)),
            Self::Busy => (486, Some(17)),
            Self::Vacant => (404, Some(1)),
            Self::FastFailure => (500, Some(41)),
            Self::Limit => (503, Some(34)),
        }
    }
}

impl Plan {
    /// All that is random of a call is drawn here, in the order in which calls come: what happens meanwhile changes
    /// no fate. `announcement_ms`: how long the announcement is.
    pub(super) fn draw(config: &CarrierConfig, announcement_ms: u64, rng: &mut SeededRng) -> Self {
        let outcomes = config.outcomes;
        let times = config.times;
        let table = [
            (Fate::Answer, outcomes.answer),
            (Fate::NoAnswer, outcomes.no_answer),
            (Fate::Busy, outcomes.busy),
            (Fate::Vacant, outcomes.vacant),
            (Fate::FastFailure, outcomes.fast_failure),
        ];
        let total: u64 = table.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = rng.below(total);
        let fate = table.into_iter().find_map(|(fate, weight)| {
            let here = left < u64::from(weight);
            left = left.saturating_sub(u64::from(weight));
            here.then_some(fate)
        });
        let fate = fate.unwrap_or(Fate::Answer);
        let ringing = span(rng, times.ring_ms);
        let talking = span(rng, times.talk_ms);
        let callee_ends = rng.below(100) < u64::from(times.callee_hangs_up_percent);
        let before_final = match fate {
            Fate::Answer => ringing,
            Fate::NoAnswer => Duration::from_millis(times.no_answer_ms),
            Fate::Vacant => Duration::from_millis(times.announcement_ms.unwrap_or(announcement_ms)),
            Fate::Busy => Duration::from_millis(300),
            Fate::FastFailure | Fate::Limit => Duration::ZERO,
        };
        Self {
            fate,
            before_ring: Duration::from_millis(100 + rng.below(300)),
            before_final,
            hang_up_after: callee_ends.then_some(talking),
            voice: rng.next_u64(),
        }
    }

    pub(super) const fn over_limit() -> Self {
        Self {
            fate: Fate::Limit,
            before_ring: Duration::ZERO,
            before_final: Duration::ZERO,
            hang_up_after: None,
            voice: 0,
        }
    }
}

fn span(rng: &mut SeededRng, [least, most]: [u64; 2]) -> Duration {
    Duration::from_millis(least + rng.below(most.saturating_sub(least) + 1))
}
