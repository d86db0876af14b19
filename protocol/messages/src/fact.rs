//! Facts: what happened, past tense, one author, written once. Each kind is a struct of its own in the file of its subject.
mod body;
mod branch;
mod call;
mod customer;
mod device;
mod directive;
mod envelope;
mod erasure;
mod month;
mod recording;
mod user;

pub use body::Body;
pub use branch::{
    BoxStarted, BoxStopped, BranchConfigured, CallHandlingSet, CeilingsSet, DestinationsSet,
    DialRulesSet, DidsSet, DiskStageChanged, HuntGroupRemoved, HuntGroupSet, LoadStageChanged,
    PhoneBound, PhoneConfigured, PhoneRemoved, PhoneUnbound, PolicySet, SelfTestDone, SourceBanned,
    SourceUnbanned, TrunkConfigured, TrunkRegistrationChanged, TrunkRemoved, TrunkStateChanged,
};
pub use call::{
    AttemptEnded, AttemptRerouted, AttemptStarted, CallAnswered, CallDiverted, CallEnded,
    CallGuestCame, CallGuestLeft, CallHeld, CallResumed, CallRinging, CallStarted, CallTaken,
    CallTarget, DialBlocked, HangUpAsked, OneWayAudioHeard, OutsideParty, PhoneOfCall, Seat, Side,
    TakenBy, phone_on,
};
pub use customer::{
    CustomerImported, CustomerStageMoved, DncAdded, DncLifted, NumberViewed, PartyMet, RuleSkipped,
};
pub use device::{DeviceAssigned, DeviceProvisioned, DeviceReleased};
pub use directive::{
    CommandRun, DirectiveApplied, DirectiveRefused, FieldPolicyChanged, LogFilterChanged,
    TailPulled, TenantDncChanged,
};
pub use envelope::{Actor, Envelope, Fact, Place, SealedFact};
pub use erasure::{
    CustomerErased, ErasureConfirmed, PartyErased, RecordingErased, VaultRewrapped,
    VaultRotationAsked,
};
pub use month::{Checkpoint, MonthPruned};
pub use recording::{
    RecordingClosed, RecordingCut, RecordingExported, RecordingFailed, RecordingGap,
    RecordingPlayed, RecordingStarted,
};
pub use user::{
    BoxSealed, SignInFailed, SignedIn, SignedOut, UserCreated, UserLockedOut, UserPasswordReset,
};
