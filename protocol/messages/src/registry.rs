//! The contract between the registry's rules and the store whose writer runs them inside its transaction.
use crate::command::{BranchPlan, Command, HuntGroup, Profile, Role, Secret};
use crate::fact::{Actor, Body, BoxSealed};
use crate::{
    CallId, CustomerId, Destination, Device, Extension, IdMint, Mac, Now, PartyId, PartyNumber,
    RecordingId, Refusal, Stage, TrunkName, UserName,
};

/// A customer, as far as a rule needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerState {
    pub party: PartyId,
    pub stage: Stage,
}

/// A party, as far as a rule needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyState {
    /// Its number's blind index; `None` once erased.
    pub blind: Option<Vec<u8>>,
    pub erased: bool,
    /// A call is up, or a recording is still open.
    pub in_call: bool,
    pub refuses_contact: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserState {
    pub role: Role,
    pub extension: Option<Extension>,
}

/// The phones of a recorded call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingState {
    pub extension: Option<Extension>,
    pub other_extension: Option<Extension>,
}

/// What stands, inside the writer's transaction. A question that cannot be answered is `Refusal::JournalUnavailable`.
pub trait Registry {
    fn party_of(&self, number: &PartyNumber) -> Result<Option<PartyId>, Refusal>;
    fn party(&self, id: PartyId) -> Result<Option<PartyState>, Refusal>;
    fn customer(&self, id: CustomerId) -> Result<Option<CustomerState>, Refusal>;
    /// The customer that this party belongs to.
    fn customer_of(&self, party: PartyId) -> Result<Option<CustomerId>, Refusal>;
    fn user(&self, name: &UserName) -> Result<Option<UserState>, Refusal>;
    fn has_extension(&self, extension: &Extension) -> Result<bool, Refusal>;
    fn has_call(&self, call: CallId) -> Result<bool, Refusal>;
    fn recording(&self, recording: RecordingId) -> Result<Option<RecordingState>, Refusal>;
    fn refuses_contact(&self, number: &PartyNumber) -> Result<bool, Refusal>;
    fn hunt_group(&self, number: &Extension) -> Result<Option<HuntGroup>, Refusal>;
    fn device(&self, mac: Mac) -> Result<Option<Device>, Refusal>;
    /// The configuration that stands, its passwords in clear.
    fn plan(&self) -> Result<BranchPlan, Refusal>;
    /// The number's blind index in this branch.
    fn blind_index(&self, number: &PartyNumber) -> Vec<u8>;
    /// The number's blind index across the branches, where the branch has its key.
    fn tenant_index(&self, _number: &PartyNumber) -> Option<Vec<u8>> {
        None
    }
    /// Sealed by the box key for its place (`phone:1000`, `user:admin`).
    fn seal_secret(&self, place: &str, secret: &Secret) -> BoxSealed;
}

/// A command, who gives it, and when.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub command: &'a Command,
    pub actor: &'a Actor,
    pub now: Now,
}

/// What a command became. No facts: it was so already.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub facts: Vec<Body>,
    pub outcome: Outcome,
}

/// What the one who asked is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// One fate for each row, in their order.
    Imported(Vec<RowFate>),
    Configured(Vec<Change>),
}

/// What became of a row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFate {
    New(CustomerId),
    /// The number already belongs to this customer, who stays as he was.
    Known(CustomerId),
    /// An earlier row of the same file has the number: this customer was made of it.
    Repeated(CustomerId),
}

/// What a plan changes, as people are told it before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Policy { from: Profile, to: Profile },
    Phone(Extension, Part),
    Trunk(TrunkName, Part),
    Rules { from: u32, to: u32 },
    Dids { from: u32, to: u32 },
    Destinations { to: Vec<Destination> },
    Ceilings,
}

/// What happens to one phone or trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Added,
    Changed,
    Removed,
}

impl Part {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// Decides commands from what stands: no I/O, no clock, no dice.
pub trait Decider: Send {
    fn decide(
        &self,
        asked: &Asked<'_>,
        registry: &dyn Registry,
        mint: &mut IdMint,
    ) -> Result<Decision, Refusal>;
}

impl Decision {
    #[must_use]
    pub fn of(fact: impl Into<Body>) -> Self {
        Self {
            facts: vec![fact.into()],
            outcome: Outcome::Done,
        }
    }

    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            facts: Vec::new(),
            outcome: Outcome::Done,
        }
    }
}
