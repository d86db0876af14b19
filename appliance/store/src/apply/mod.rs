//! How facts move the tables. Each kind has its few statements here, and nothing else changes what stands.
mod alarms;
mod bans;
mod branch;
mod call;
mod call_settings;
mod customer;
mod devices;
mod erasure;
mod hq;
mod month;
mod offers;
mod recording;
mod user;

use messages::UtcMs;
use messages::fact::Body;
use rusqlite::{Connection, ErrorCode, Result};
use seal::BlindIndex;

/// Did the tables follow? What they could not follow is recorded as `RuleSkipped` with the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    Followed,
    Skipped(&'static str),
}

impl Applied {
    /// Exactly one row was to change.
    fn one(changed: usize, otherwise: &'static str) -> Self {
        if changed == 0 {
            Self::Skipped(otherwise)
        } else {
            Self::Followed
        }
    }
}

/// What the tables need beside the sealed body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) utc: UtcMs,
    /// Of the party that is met.
    pub(crate) blind: Option<BlindIndex>,
}

/// A fact that breaks a table's own rule is skipped: it happened all the same.
pub(crate) fn follow(conn: &Connection, context: Context, body: &Body) -> Result<Applied> {
    alarms::follow(conn, context.utc, body)?;
    match apply(conn, context, body) {
        Err(bad) if bad.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Ok(Applied::Skipped("constraint"))
        }
        other => other,
    }
}

/// The body's personal values are sealed already.
#[allow(clippy::too_many_lines)] // one arm for each kind
fn apply(conn: &Connection, context: Context, body: &Body) -> Result<Applied> {
    let utc = context.utc;
    match body {
        Body::BoxStopped(_)
        | Body::DiskStageChanged(_)
        | Body::LoadStageChanged(_)
        | Body::SelfTestDone(_)
        | Body::BranchConfigured(_)
        | Body::CallDiverted(_)
        | Body::CallGuestCame(_)
        | Body::CallGuestLeft(_)
        | Body::CallHeld(_)
        | Body::CallResumed(_)
        | Body::HangUpAsked(_)
        | Body::DialBlocked(_)
        | Body::RecordingPlayed(_)
        | Body::RecordingExported(_)
        | Body::NumberViewed(_)
        | Body::SignedOut(_)
        | Body::RuleSkipped(_)
        | Body::VaultRotationAsked(_)
        | Body::VaultRewrapped(_)
        | Body::DirectiveApplied(_)
        | Body::DirectiveRefused(_)
        | Body::LogFilterChanged(_)
        | Body::CommandRun(_)
        | Body::TailPulled(_) => Ok(Applied::Followed),

        Body::TenantDncChanged(fact) => hq::tenant_dnc(conn, fact),
        Body::PolicySet(fact) => branch::policy_set(conn, fact),
        Body::PhoneConfigured(fact) => branch::phone_configured(conn, fact),
        Body::CallHandlingSet(fact) => call_settings::handling_set(conn, fact),
        Body::HuntGroupSet(fact) => call_settings::group_set(conn, fact),
        Body::HuntGroupRemoved(fact) => call_settings::group_removed(conn, fact),
        Body::PhoneRemoved(fact) => branch::phone_removed(conn, fact),
        Body::PhoneBound(fact) => branch::phone_bound(conn, utc, fact),
        Body::PhoneUnbound(fact) => branch::phone_unbound(conn, fact),
        Body::DeviceAssigned(fact) => devices::assigned(conn, utc, fact),
        Body::DeviceReleased(fact) => devices::released(conn, fact),
        Body::DeviceProvisioned(fact) => devices::provisioned(conn, utc, fact),
        Body::TrunkConfigured(fact) => branch::trunk_configured(conn, fact),
        Body::TrunkRemoved(fact) => branch::trunk_removed(conn, fact),
        Body::TrunkRegistrationChanged(fact) => branch::trunk_registration_changed(conn, fact),
        Body::TrunkStateChanged(fact) => branch::trunk_state_changed(conn, utc, fact),
        Body::DialRulesSet(fact) => branch::dial_rules_set(conn, fact),
        Body::DestinationsSet(fact) => branch::destinations_set(conn, fact),
        Body::CeilingsSet(fact) => branch::ceilings_set(conn, fact),
        Body::DidsSet(fact) => branch::dids_set(conn, fact),
        Body::BoxStarted(_) => bans::none(conn),
        Body::SourceBanned(fact) => bans::banned(conn, utc, fact),
        Body::SourceUnbanned(fact) => bans::unbanned(conn, fact),

        Body::UserCreated(fact) => user::created(conn, utc, fact),
        Body::UserPasswordReset(fact) => user::password_reset(conn, fact),
        Body::UserLockedOut(fact) => user::locked_out(conn, fact),
        Body::SignedIn(fact) => user::signed_in(conn, utc, fact),
        Body::SignInFailed(fact) => user::sign_in_failed(conn, fact),

        Body::CallStarted(fact) => call::started(conn, utc, fact),
        Body::AttemptStarted(fact) => call::attempt_started(conn, utc, fact),
        Body::AttemptRerouted(fact) => call::attempt_rerouted(conn, fact),
        Body::CallRinging(fact) => call::ringing(conn, utc, fact),
        Body::CallAnswered(fact) => call::answered(conn, utc, fact),
        Body::CallTaken(fact) => call::taken(conn, fact),
        Body::OneWayAudioHeard(fact) => call::one_way(conn, fact),
        Body::AttemptEnded(fact) => call::attempt_ended(conn, utc, fact),
        Body::CallEnded(fact) => call::ended(conn, utc, fact),

        Body::RecordingStarted(fact) => recording::started(conn, utc, fact),
        Body::RecordingGap(fact) => recording::gap(conn, fact),
        Body::RecordingClosed(fact) => recording::closed(conn, fact),
        Body::RecordingCut(fact) => recording::cut(conn, fact),
        Body::RecordingFailed(fact) => recording::failed(conn, utc, fact),

        Body::PartyMet(fact) => customer::party_met(conn, context, fact),
        Body::CustomerImported(fact) => customer::imported(conn, utc, fact),
        Body::CustomerStageMoved(fact) => customer::stage_moved(conn, fact),
        Body::DncAdded(fact) => customer::dnc_added(conn, utc, fact),
        Body::DncLifted(fact) => customer::dnc_lifted(conn, fact),

        Body::FieldPolicyChanged(fact) => offers::policy_changed(conn, fact),

        Body::CustomerErased(fact) => erasure::customer_erased(conn, utc, fact),
        Body::PartyErased(fact) => erasure::party_erased(conn, utc, fact),
        Body::RecordingErased(fact) => erasure::recording_erased(conn, fact),
        Body::ErasureConfirmed(fact) => erasure::confirmed(conn, fact),
        Body::Checkpoint(fact) => month::closed(conn, fact),
        Body::MonthPruned(fact) => month::pruned(conn, utc, fact),
    }
}

/// Bytes for a sealed column.
fn cbor(encoded: core::result::Result<Vec<u8>, messages::wire::WireError>) -> Result<Vec<u8>> {
    encoded.map_err(|bad| rusqlite::Error::ToSqlConversionFailure(Box::new(bad)))
}
