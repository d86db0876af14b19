//! Runs a machine without a clock: time jumps from deadline to deadline.
use crate::Machine;
use core::time::Duration;
use messages::{Moment, Now, UtcMs};

/// A clock that stands still until it is moved.
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock {
    now: Now,
}

impl Default for VirtualClock {
    /// 2026-03-02 10:00:00 in Shanghai, a Monday, trusted.
    fn default() -> Self {
        Self {
            now: Now {
                mono: Moment::START,
                utc: UtcMs(1_772_416_800_000),
                utc_trusted: true,
            },
        }
    }
}

impl VirtualClock {
    #[must_use]
    pub const fn now(&self) -> Now {
        self.now
    }

    pub fn advance(&mut self, by: Duration) {
        self.move_to(self.now.mono + by);
    }

    fn move_to(&mut self, at: Moment) {
        let passed = at.since(self.now.mono);
        let millis = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        self.now.utc = UtcMs(self.now.utc.0.saturating_add(millis));
        self.now.mono = at;
    }
}

/// Gives one input and hands back everything that came out.
pub fn feed<M: Machine>(clock: &VirtualClock, machine: &mut M, input: M::Input) -> Vec<M::Output> {
    machine.handle(clock.now(), input);
    drain(machine)
}

/// Lets `by` pass, firing each timer at its own time; hands back the outputs with their times.
/// Panics if a machine keeps asking for a time that has passed.
pub fn pass<M: Machine>(
    clock: &mut VirtualClock,
    machine: &mut M,
    by: Duration,
) -> Vec<(Moment, M::Output)> {
    let end = clock.now.mono + by;
    let mut outputs = Vec::new();
    let mut stuck = 0_u32;
    while let Some(at) = machine.deadline().filter(|at| *at <= end) {
        stuck = if at <= clock.now.mono { stuck + 1 } else { 0 };
        assert!(stuck < 1_000, "the machine's deadline does not move");
        clock.move_to(at.max(clock.now.mono));
        machine.tick(clock.now);
        outputs.extend(
            drain(machine)
                .into_iter()
                .map(|output| (clock.now.mono, output)),
        );
    }
    clock.move_to(end);
    outputs
}

fn drain<M: Machine>(machine: &mut M) -> Vec<M::Output> {
    core::iter::from_fn(|| machine.poll()).collect()
}
