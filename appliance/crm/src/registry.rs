//! What the rules may know of what stands now.
use messages::command::{BranchPlan, Role, Secret};
use messages::fact::BoxSealed;
use messages::{
    CallId, CustomerId, Extension, PartyId, PartyNumber, RecordingId, Refusal, Stage, UserName,
};

/// A customer, as far as a rule needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerState {
    pub party: PartyId,
    pub stage: Stage,
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

/// The state inside the writer's transaction. A question that cannot be answered is `Refusal::JournalUnavailable`.
pub trait Registry {
    fn party_of(&self, number: &PartyNumber) -> Result<Option<PartyId>, Refusal>;
    fn customer(&self, id: CustomerId) -> Result<Option<CustomerState>, Refusal>;
    /// The customer that this party belongs to.
    fn customer_of(&self, party: PartyId) -> Result<Option<CustomerId>, Refusal>;
    fn user(&self, name: &UserName) -> Result<Option<UserState>, Refusal>;
    fn has_extension(&self, extension: &Extension) -> Result<bool, Refusal>;
    fn has_call(&self, call: CallId) -> Result<bool, Refusal>;
    fn recording(&self, recording: RecordingId) -> Result<Option<RecordingState>, Refusal>;
    fn refuses_contact(&self, number: &PartyNumber) -> Result<bool, Refusal>;
    /// The configuration that stands, its passwords in clear.
    fn plan(&self) -> Result<BranchPlan, Refusal>;
    /// The number's blind index in this branch.
    fn blind_index(&self, number: &PartyNumber) -> Vec<u8>;
    /// Sealed by the box key for its place (`phone:1000`, `user:admin`).
    fn seal_secret(&self, place: &str, secret: &Secret) -> BoxSealed;
}
