//! One direction of the pipe: when bad, it loses, doubles and reorders; when good, it only takes time.
use messages::{Moment, lane::Lane};
use sansio::SeededRng;
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) struct Pipe {
    rng: SeededRng,
    bad: bool,
    /// By arrival; the count keeps those of one moment in order.
    on_the_way: BTreeMap<(Moment, u64), (Lane, Vec<u8>)>,
    count: u64,
}

impl Pipe {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: SeededRng::new(seed.wrapping_mul(31) + 7),
            bad: true,
            on_the_way: BTreeMap::new(),
            count: 0,
        }
    }

    pub(crate) fn set_bad(&mut self, bad: bool) {
        self.bad = bad;
    }

    /// The connection is gone, and all in it.
    pub(crate) fn clear(&mut self) {
        self.on_the_way.clear();
    }

    pub(crate) fn put(&mut self, now: Moment, lane: Lane, bytes: Vec<u8>) {
        let copies = match self.rng.below(10) {
            0 if self.bad => 0,
            1 if self.bad => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let delay = if self.bad { self.rng.below(2_000) } else { 20 };
            self.count += 1;
            let at = now + Duration::from_millis(delay);
            self.on_the_way
                .insert((at, self.count), (lane, bytes.clone()));
        }
    }

    pub(crate) fn due(&self) -> Option<Moment> {
        self.on_the_way.keys().next().map(|(at, _)| *at)
    }

    pub(crate) fn take(&mut self, now: Moment) -> Option<(Lane, Vec<u8>)> {
        if self.due()? > now {
            return None;
        }
        self.on_the_way.pop_first().map(|(_, message)| message)
    }
}
