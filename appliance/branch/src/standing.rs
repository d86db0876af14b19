//! What the machine holds now: when all calls are over, nothing of them may be left.
use crate::machine::Branch;
use crate::signalling::Signalling;
use messages::TrunkName;

/// Counts of the tables; ports as the pool sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub calls: usize,
    /// Legs that belong to a call.
    pub legs: usize,
    pub notes: usize,
    pub keys_awaited: usize,
    pub ports_taken: usize,
    pub ports_free: usize,
    /// Legs and transactions of the signalling.
    pub signalling: usize,
}

impl<S: Signalling> Branch<S> {
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            calls: self.calls.len(),
            legs: self
                .legs
                .len()
                .max(self.leg_of.len())
                .max(self.engaged.legs_count()),
            notes: self
                .notes
                .len()
                .max(self.courses.len())
                .max(self.ways.len()),
            keys_awaited: self.awaiting_key.len(),
            ports_taken: self.ports.taken_count(),
            ports_free: self.ports.free_count(),
            signalling: self.sip.open_count(),
        }
    }

    /// Channels of a trunk that are in use.
    #[must_use]
    pub fn channels_in_use(&self, trunk: &TrunkName) -> u32 {
        self.gate.in_use(trunk)
    }
}
