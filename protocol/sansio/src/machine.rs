//! The contract of everything that decides: mutate, then drain.
use messages::{Moment, Now};

/// Plain data that is told the time and never asks for it, and never does I/O.
/// After every `handle` and `tick` the caller drains `poll` until it is empty.
pub trait Machine {
    type Input;
    type Output;

    /// Takes one input.
    fn handle(&mut self, now: Now, input: Self::Input);

    /// Time has passed: fires every timer that is due at `now`.
    fn tick(&mut self, now: Now);

    /// When `tick` is next wanted.
    fn deadline(&self) -> Option<Moment>;

    /// The next thing to be done outside.
    fn poll(&mut self) -> Option<Self::Output>;
}
