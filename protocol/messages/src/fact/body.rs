//! The list of kinds: one line each. The kind's name travels; the body is CBOR of its own, so unknown kinds pass through.
use super::{
    branch::*, call::*, customer::*, device::*, directive::*, erasure::*, month::*, recording::*,
    user::*,
};
use crate::{
    SealFailed, Sealer,
    wire::{self, WireError},
};

macro_rules! kinds {
    ($($name:ident = $kind:literal),* $(,)?) => {
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body { $($name($name)),* }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })*

        impl Body {
            /// Every kind known to this version, for tests and for labels.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind),* }
            }

            /// Refused while a personal value is still clear.
            pub fn encode(&self) -> Result<Vec<u8>, WireError> {
                match self { $(Self::$name(body) => wire::encode(body)),* }
            }

            /// `None` for a kind that this version does not know.
            pub fn decode(kind: &str, bytes: &[u8]) -> Result<Option<Self>, WireError> {
                Ok(Some(match kind {
                    $($kind => Self::$name(wire::decode(bytes)?),)*
                    _ => return Ok(None),
                }))
            }
        }
    };
}

kinds! {
    BoxStarted = "box_started",
    BoxStopped = "box_stopped",
    BranchConfigured = "branch_configured",
    PolicySet = "policy_set",
    PhoneConfigured = "phone_configured",
    PhoneRemoved = "phone_removed",
    CallHandlingSet = "call_handling_set",
    HuntGroupSet = "hunt_group_set",
    HuntGroupRemoved = "hunt_group_removed",
    PhoneBound = "phone_bound",
    PhoneUnbound = "phone_unbound",
    DeviceAssigned = "device_assigned",
    DeviceReleased = "device_released",
    DeviceProvisioned = "device_provisioned",
    TrunkConfigured = "trunk_configured",
    TrunkRemoved = "trunk_removed",
    TrunkStateChanged = "trunk_state_changed",
    TrunkRegistrationChanged = "trunk_registration_changed",
    DialRulesSet = "dial_rules_set",
    DidsSet = "dids_set",
    DestinationsSet = "destinations_set",
    CeilingsSet = "ceilings_set",
    SourceBanned = "source_banned",
    SourceUnbanned = "source_unbanned",
    DiskStageChanged = "disk_stage_changed",
    LoadStageChanged = "load_stage_changed",
    SelfTestDone = "self_test_done",
    UserCreated = "user_created",
    UserPasswordReset = "user_password_reset",
    UserLockedOut = "user_locked_out",
    SignedIn = "signed_in",
    SignInFailed = "sign_in_failed",
    SignedOut = "signed_out",
    CallStarted = "call_started",
    AttemptStarted = "attempt_started",
    AttemptRerouted = "attempt_rerouted",
    CallRinging = "call_ringing",
    CallAnswered = "call_answered",
    CallDiverted = "call_diverted",
    CallTaken = "call_taken",
    CallGuestCame = "call_guest_came",
    CallGuestLeft = "call_guest_left",
    CallHeld = "call_held",
    CallResumed = "call_resumed",
    OneWayAudioHeard = "one_way_audio_heard",
    HangUpAsked = "hang_up_asked",
    AttemptEnded = "attempt_ended",
    CallEnded = "call_ended",
    DialBlocked = "dial_blocked",
    RecordingStarted = "recording_started",
    RecordingGap = "recording_gap",
    RecordingClosed = "recording_closed",
    RecordingCut = "recording_cut",
    RecordingFailed = "recording_failed",
    RecordingPlayed = "recording_played",
    RecordingExported = "recording_exported",
    PartyMet = "party_met",
    CustomerImported = "customer_imported",
    CustomerStageMoved = "customer_stage_moved",
    NumberViewed = "number_viewed",
    DncAdded = "dnc_added",
    DncLifted = "dnc_lifted",
    RuleSkipped = "rule_skipped",
    CustomerErased = "customer_erased",
    PartyErased = "party_erased",
    RecordingErased = "recording_erased",
    ErasureConfirmed = "erasure_confirmed",
    VaultRotationAsked = "vault_rotation_asked",
    VaultRewrapped = "vault_rewrapped",
    DirectiveApplied = "directive_applied",
    DirectiveRefused = "directive_refused",
    FieldPolicyChanged = "field_policy_changed",
    TenantDncChanged = "tenant_dnc_changed",
    LogFilterChanged = "log_filter_changed",
    CommandRun = "command_run",
    TailPulled = "tail_pulled",
    Checkpoint = "checkpoint",
    MonthPruned = "month_pruned",
}

// Most kinds hold nothing personal: a new kind that does is caught by `Personal`, which refuses to be encoded clear.
#[allow(clippy::wildcard_enum_match_arm)]
impl Body {
    /// The outside party that this fact is about, where the writer has to find or make the party's record.
    pub const fn outside_mut(&mut self) -> Option<&mut OutsideParty> {
        match self {
            Self::CallStarted(body) => body.outside.as_mut(),
            Self::DialBlocked(body) => body.outside.as_mut(),
            Self::CallDiverted(body) => body.to.outside.as_mut(),
            Self::CallTaken(body) => body.to.outside.as_mut(),
            Self::CallGuestCame(body) => body.guest.outside.as_mut(),
            _ => None,
        }
    }

    /// Seals every personal value that is still clear. An outside party must have got its id before.
    pub fn seal(&mut self, sealer: &mut dyn Sealer) -> Result<(), SealFailed> {
        if let Some(outside) = self.outside_mut() {
            let party = outside
                .party
                .ok_or_else(|| SealFailed("the party has no id yet".to_owned()))?;
            return outside.number.seal(party, sealer);
        }
        match self {
            Self::PartyMet(body) => body.number.seal(body.party, sealer),
            Self::CustomerImported(body) => {
                body.name.seal(body.party, sealer)?;
                body.number.seal(body.party, sealer)
            }
            _ => Ok(()),
        }
    }
}
