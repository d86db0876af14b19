//! What each fact changes in the tables that people ask. Kinds that headquarters keeps no table of stay in the journal alone.
use super::{calls, customers, erasures, recordings, rollups, wishes};
use crate::{StoreError, rollup};
use messages::{BoxId, SystemResult, UtcMs, fact::Body};
use rusqlite::{Connection, ErrorCode};

/// Why a fact was not applied.
pub(super) enum Failed {
    /// It contradicts what is here. It will not fit next time either: a stable code.
    Unfit(&'static str),
    /// The world's trouble: the same fact can be tried again.
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(bad: StoreError) -> Self {
        Self::Store(bad)
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(bad: rusqlite::Error) -> Self {
        match bad.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
                Self::Unfit("fact_constraint")
            }
            _ => Self::Store(bad.into()),
        }
    }
}

/// Where a fact belongs.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) db: &'a Connection,
    pub(super) tenant: &'a str,
    pub(super) box_id: &'a BoxId,
    pub(super) utc: UtcMs,
}

pub(super) fn apply(
    db: &Connection,
    tenant: &str,
    box_id: &BoxId,
    utc: UtcMs,
    body: &Body,
) -> Result<(), Failed> {
    let at = At {
        db,
        tenant,
        box_id,
        utc,
    };
    count(at, body)?;
    change(at, body)
}

/// Roll-ups first: they need the call as it was before this fact.
fn count(at: At<'_>, body: &Body) -> Result<(), Failed> {
    let so_far = match rollup::call_of(body) {
        Some(call) => calls::so_far(at, call)?,
        None => None,
    };
    match rollup::contribution(at.utc, body, so_far.as_ref()) {
        Some((hour, tally)) => rollups::add(at, hour, tally),
        None => Ok(()),
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // every other kind stays in the journal alone
fn change(at: At<'_>, body: &Body) -> Result<(), Failed> {
    match body {
        Body::CallStarted(body) => calls::started(at, body),
        Body::AttemptStarted(body) => calls::attempt_started(at, body),
        Body::CallRinging(body) => calls::ringing(at, body),
        Body::CallAnswered(body) => calls::answered(at, body),
        Body::CallEnded(body) => {
            if calls::ended(at, body)? && body.result != SystemResult::Blocked {
                customers::call_ended(at, body)?;
            }
            Ok(())
        }
        Body::PartyMet(body) => customers::party_met(at, body),
        Body::CustomerImported(body) => customers::imported(at, body),
        Body::CustomerStageMoved(body) => customers::stage_moved(at, body),
        Body::RecordingStarted(body) => recordings::started(at, body),
        Body::RecordingClosed(body) => recordings::closed(at, body),
        Body::RecordingCut(body) => recordings::cut(at, body),
        Body::RecordingFailed(body) => recordings::failed(at, body),
        Body::FieldPolicyChanged(body) => erasures::policy_changed(at, body),
        Body::CustomerErased(body) => erasures::customer_erased(at, body),
        Body::PartyErased(body) => erasures::party_erased(at, body),
        Body::RecordingErased(body) => erasures::recording_erased(at, body),
        Body::ErasureConfirmed(body) => erasures::confirmed(at, body),
        Body::DirectiveApplied(body) => wishes::received(at, body.seq, true, &body.code),
        Body::DirectiveRefused(body) => wishes::received(at, body.seq, false, &body.code),
        _ => Ok(()),
    }
}
