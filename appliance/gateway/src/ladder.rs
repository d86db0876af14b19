//! How calls went on the wire: the messages of each, in memory, for a day, within bounds. No number and no name is kept.
use messages::{CallId, UtcMs};
use sip::{Said, Traced, Transport, Way};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const KEPT_MS: i64 = 24 * 3_600 * 1_000;
/// Legs that are kept; the oldest one gives way.
const LEGS_MAX: usize = 20_000;
/// Messages of all legs together, about 20 MB: the oldest legs give way.
const ALL_MAX: usize = 250_000;
/// Messages of one leg: its first ones; of a call that talks on and on only the count grows.
const MESSAGES_MAX: usize = 64;
/// Calls that one leg was part of.
const CALLS_OF_LEG_MAX: usize = 8;
/// Legs of one call that are shown.
const LEGS_OF_CALL_MAX: usize = 64;

/// Shared by the thread that hears and those that show.
#[derive(Clone, Default)]
pub struct Ladders(Arc<Mutex<Kept>>);

/// One message, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    pub at: UtcMs,
    /// The far end.
    pub peer: SocketAddr,
    pub transport: Transport,
    pub way: Way,
    pub said: Said,
}

/// The messages of one leg.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegLadder {
    pub rungs: Vec<Rung>,
    /// Messages beyond the most.
    pub left_out: u32,
}

#[derive(Default)]
struct Kept {
    /// By the leg's name on the wire.
    legs: HashMap<String, Leg>,
    of_call: HashMap<CallId, Vec<String>>,
    /// Names with their first message's time, the oldest first.
    order: VecDeque<(UtcMs, String)>,
    /// Of all legs together.
    messages: usize,
}

#[derive(Default)]
struct Leg {
    ladder: LegLadder,
    calls: Vec<CallId>,
}

impl Ladders {
    /// A message passed.
    pub fn heard(&self, at: UtcMs, traced: &Traced) {
        let mut kept = self.lock();
        kept.forget(at);
        let Some(leg) = kept.leg(at, &traced.call_id) else {
            return;
        };
        if leg.ladder.rungs.len() == MESSAGES_MAX {
            leg.ladder.left_out = leg.ladder.left_out.saturating_add(1);
            return;
        }
        leg.ladder.rungs.push(Rung {
            at,
            peer: traced.flow.remote,
            transport: traced.flow.transport,
            way: traced.way,
            said: traced.said,
        });
        kept.messages += 1;
        while kept.messages > ALL_MAX {
            kept.drop_oldest();
        }
    }

    /// What passes under this name is of that call.
    pub fn named(&self, at: UtcMs, call: CallId, name: String) {
        let mut kept = self.lock();
        let Some(leg) = kept.leg(at, &name) else {
            return;
        };
        if leg.calls.contains(&call) || leg.calls.len() == CALLS_OF_LEG_MAX {
            return;
        }
        leg.calls.push(call);
        kept.of_call.entry(call).or_default().push(name);
    }

    /// The legs of a call in the order in which they came to it; none where nothing is kept of it any more.
    #[must_use]
    pub fn of(&self, call: &CallId) -> Vec<LegLadder> {
        let kept = self.lock();
        let names = kept.of_call.get(call).into_iter().flatten();
        let legs = names.filter_map(|name| kept.legs.get(name));
        legs.take(LEGS_OF_CALL_MAX)
            .map(|leg| leg.ladder.clone())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The leg of that name; a new one where there is none.
    fn leg(&mut self, at: UtcMs, name: &str) -> Option<&mut Leg> {
        if !self.legs.contains_key(name) {
            if self.legs.len() >= LEGS_MAX {
                self.drop_oldest();
            }
            self.order.push_back((at, name.to_owned()));
            self.legs.insert(name.to_owned(), Leg::default());
        }
        self.legs.get_mut(name)
    }

    /// A day is enough.
    fn forget(&mut self, now: UtcMs) {
        while self
            .order
            .front()
            .is_some_and(|(at, _)| now.0.saturating_sub(at.0) > KEPT_MS)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some((_, name)) = self.order.pop_front() else {
            return;
        };
        let Some(leg) = self.legs.remove(&name) else {
            return;
        };
        self.messages -= leg.ladder.rungs.len();
        for call in leg.calls {
            if let Some(names) = self.of_call.get_mut(&call) {
                names.retain(|kept| *kept != name);
                if names.is_empty() {
                    self.of_call.remove(&call);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL_MAX, KEPT_MS, LEGS_MAX, Ladders, MESSAGES_MAX};
    use messages::{CallId, UtcMs};
    use sip::{Flow, Said, Traced, Transport, Way};

    fn call(n: u8) -> CallId {
        CallId::from_bytes([n; 16])
    }

    fn traced(call_id: &str, cseq: u32) -> Traced {
        Traced {
            call_id: call_id.to_owned(),
            flow: Flow {
                transport: Transport::Udp,
                local: "192.0.2.1:5060".parse().unwrap(),
                remote: "192.0.2.7:5060".parse().unwrap(),
                connection: 0,
            },
            way: Way::In,
            said: Said {
                method: "INVITE",
                code: None,
                cseq,
                sdp: true,
                q850: None,
            },
        }
    }

    fn numbers(ladders: &Ladders, of: &CallId) -> Vec<Vec<u32>> {
        let legs = ladders.of(of).into_iter();
        legs.map(|leg| leg.rungs.iter().map(|rung| rung.said.cseq).collect())
            .collect()
    }

    #[test]
    fn what_came_before_the_call_had_its_name_is_shown_with_it() {
        let ladders = Ladders::default();
        ladders.heard(UtcMs(1), &traced("a", 1));
        ladders.heard(UtcMs(2), &traced("other", 9));
        ladders.named(UtcMs(2), call(1), "a".to_owned());
        ladders.named(UtcMs(3), call(1), "b".to_owned());
        ladders.heard(UtcMs(3), &traced("b", 7));
        ladders.heard(UtcMs(4), &traced("a", 2));
        assert_eq!(numbers(&ladders, &call(1)), [vec![1, 2], vec![7]]);
        assert_eq!(numbers(&ladders, &call(2)), Vec::<Vec<u32>>::new());
        // a leg that goes over to another call is shown with both
        ladders.named(UtcMs(5), call(2), "b".to_owned());
        assert_eq!(numbers(&ladders, &call(2)), [vec![7]]);
    }

    #[test]
    fn a_leg_that_talks_on_and_on_is_counted_and_no_longer_kept() {
        let ladders = Ladders::default();
        ladders.named(UtcMs(0), call(1), "a".to_owned());
        for n in 0..100 {
            ladders.heard(UtcMs(n.into()), &traced("a", n));
        }
        let leg = &ladders.of(&call(1))[0];
        assert_eq!((leg.rungs.len(), leg.left_out), (MESSAGES_MAX, 36));
    }

    #[test]
    fn nothing_is_kept_for_longer_than_a_day_and_never_more_than_the_most() {
        let ladders = Ladders::default();
        ladders.named(UtcMs(0), call(1), "a".to_owned());
        ladders.heard(UtcMs(KEPT_MS), &traced("b", 1));
        assert_eq!(ladders.of(&call(1)).len(), 1);
        ladders.heard(UtcMs(KEPT_MS + 1), &traced("b", 2));
        assert_eq!(ladders.of(&call(1)), []);
        for n in 0..LEGS_MAX + 10 {
            ladders.named(UtcMs(KEPT_MS + 2), call(2), n.to_string());
        }
        let kept = ladders.lock();
        assert_eq!(kept.legs.len(), LEGS_MAX);
        assert_eq!(kept.order.len(), LEGS_MAX);
        assert_eq!(kept.of_call[&call(2)].len(), LEGS_MAX);
    }

    #[test]
    fn many_messages_cost_the_oldest_legs_their_place() {
        let ladders = Ladders::default();
        let legs = ALL_MAX / MESSAGES_MAX + 100;
        for leg in 0..legs {
            let message = traced(&leg.to_string(), 1);
            for _ in 0..MESSAGES_MAX {
                ladders.heard(UtcMs(0), &message);
            }
        }
        let kept = ladders.lock();
        assert!(kept.messages <= ALL_MAX && kept.messages > ALL_MAX - MESSAGES_MAX);
        let counted: usize = kept.legs.values().map(|leg| leg.ladder.rungs.len()).sum();
        assert_eq!(kept.messages, counted);
        assert!(!kept.legs.contains_key("0") && kept.legs.contains_key(&(legs - 1).to_string()));
    }
}
