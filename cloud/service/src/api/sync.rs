//! 同步健康: each branch's link with everything that could be wrong with it, the worst first, and how old the last backup is.
use super::state::HqState;
use axum::extract::State;
use hq_store::{BackupRecord, BoxRecord, BreakQuery, InboxState, PageLimit, RestoredRecord};
use messages::{BoxId, UtcMs};
use portal::{Json, Problem};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A clock that is further off is shown as a trouble.
const CLOCK_OFF_MS: i64 = 5 * 60_000;

/// All branches, the worst first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SyncHealth {
    #[schema(value_type = i64)]
    utc: UtcMs,
    /// The last backup that was read back and found whole; none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<Backup>,
    /// This headquarters was put back from a backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<Restored>,
    items: Vec<BranchSync>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Backup {
    #[schema(value_type = i64)]
    taken: UtcMs,
    name: String,
    bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Restored {
    #[schema(value_type = i64)]
    restored: UtcMs,
    /// When the backup was taken.
    #[schema(value_type = i64)]
    taken: UtcMs,
    name: String,
}

/// How the link of one branch stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BranchSync {
    box_id: String,
    name: String,
    phase: SyncPhase,
    /// What is wrong, the worst first; empty: all is well.
    troubles: Vec<SyncTrouble>,
    epoch: u32,
    head: u64,
    applied: u64,
    safe: u64,
    lag_facts: u64,
    /// The oldest fact that is missing here is at most this old; none: nothing is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_s: Option<u64>,
    /// Until all is here, at the pace of the last minute; none: nothing is missing, or nothing moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    drain_s: Option<u64>,
    /// The branch's clock minus ours.
    clock_offset_ms: i64,
    dead_letters: u64,
    /// Facts that wait as bytes until this headquarters can read them.
    raw: u64,
    /// What broke its line and nobody has looked at yet.
    breaks: u64,
    /// The last directive for it, how far its inbox is, how many it refused.
    directives: u64,
    directives_received: u64,
    directives_refused: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    last_error_at: Option<UtcMs>,
    #[schema(value_type = i64)]
    last_seen: UtcMs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SyncPhase {
    Offline,
    /// Connected, and facts are missing here.
    CatchingUp,
    /// Connected, and nothing is missing.
    InSync,
    /// Connected, and nothing flows: somebody has to look.
    Halted,
}

/// In the order of their weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SyncTrouble {
    /// Two machines say that they are this one.
    Cloned,
    /// Its history and ours part.
    Diverged,
    /// It lacks what it had sent.
    Restored,
    /// It no longer keeps what we lack.
    Gap,
    /// An old tail, a gap, a copy that nobody has looked at yet.
    Breaks,
    /// Facts wait for a newer headquarters.
    Raw,
    DeadLetters,
    DirectivesRefused,
    Offline,
    Clock,
    Behind,
    DirectivesWaiting,
    Error,
}

fn troubles(record: &BoxRecord, inbox: InboxState, breaks: u64) -> Vec<SyncTrouble> {
    let error = record.last_error.as_ref().map(|(code, _)| code.as_str());
    let verdict = match error {
        Some("cloned") => Some(SyncTrouble::Cloned),
        Some("upgrade_wanted") => Some(SyncTrouble::Raw),
        Some(_) if record.quarantined => Some(SyncTrouble::Cloned),
        Some("diverged") => Some(SyncTrouble::Diverged),
        Some("restored") => Some(SyncTrouble::Restored),
        Some("gap") => Some(SyncTrouble::Gap),
        Some(_) => Some(SyncTrouble::Error),
        None => None,
    };
    let found = [
        (record.quarantined, SyncTrouble::Cloned),
        (breaks > 0, SyncTrouble::Breaks),
        (record.raw > 0, SyncTrouble::Raw),
        (record.dead_letters > 0, SyncTrouble::DeadLetters),
        (inbox.refused > 0, SyncTrouble::DirectivesRefused),
        (!record.link_up, SyncTrouble::Offline),
        (
            record.clock_offset_ms.saturating_abs() > CLOCK_OFF_MS,
            SyncTrouble::Clock,
        ),
        (record.lag_facts() > 0, SyncTrouble::Behind),
        (inbox.newest > inbox.upto, SyncTrouble::DirectivesWaiting),
    ];
    let mut all: Vec<_> = found
        .into_iter()
        .filter_map(|(is, trouble)| is.then_some(trouble))
        .chain(verdict)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl BranchSync {
    fn of(
        record: BoxRecord,
        inbox: InboxState,
        breaks: u64,
        drain_s: Option<u64>,
        now: UtcMs,
    ) -> Self {
        let troubles = troubles(&record, inbox, breaks);
        let halted = troubles
            .first()
            .is_some_and(|worst| *worst <= SyncTrouble::Gap);
        let phase = match (record.link_up, halted, record.lag_facts()) {
            (false, _, _) => SyncPhase::Offline,
            (true, true, _) => SyncPhase::Halted,
            (true, false, 0) => SyncPhase::InSync,
            (true, false, _) => SyncPhase::CatchingUp,
        };
        let lag_facts = record.lag_facts();
        let since = record.as_of().unwrap_or(record.first_seen);
        let (last_error, last_error_at) = record.last_error.unzip();
        Self {
            box_id: record.id.to_string(),
            name: record.name,
            phase,
            troubles,
            epoch: record.epoch,
            head: record.head_seq,
            applied: record.applied.seq,
            safe: record.safe,
            lag_facts,
            oldest_s: (lag_facts > 0).then(|| now.ms_since(since) / 1_000),
            drain_s: drain_s.filter(|_| lag_facts > 0),
            clock_offset_ms: record.clock_offset_ms,
            dead_letters: record.dead_letters,
            raw: record.raw,
            breaks,
            directives: inbox.newest,
            directives_received: inbox.upto,
            directives_refused: inbox.refused,
            last_error,
            last_error_at,
            last_seen: record.last_seen,
        }
    }
}

impl From<BackupRecord> for Backup {
    fn from(record: BackupRecord) -> Self {
        Self {
            taken: record.taken,
            name: record.name,
            bytes: record.bytes,
        }
    }
}

impl From<RestoredRecord> for Restored {
    fn from(record: RestoredRecord) -> Self {
        Self {
            restored: record.restored,
            taken: record.taken,
            name: record.name,
        }
    }
}

/// How the links stand: the branches with the heaviest troubles first.
#[utoipa::path(get, operation_id = "sync_health", path = "/api/v1/sync", tag = "sync",
    responses((status = OK, body = SyncHealth), (status = UNAUTHORIZED, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(super) async fn health(State(state): State<HqState>) -> Result<Json<SyncHealth>, Problem> {
    let now = state.now();
    let (boxes, inboxes, backup, restored, breaks) = state
        .ask(|store| {
            Ok((
                store.boxes()?,
                store.inboxes()?,
                store.last_backup()?,
                store.last_restored()?,
                store.breaks(&BreakQuery {
                    box_id: None,
                    limit: PageLimit::LONGEST,
                })?,
            ))
        })
        .await?;
    let inboxes: BTreeMap<_, _> = inboxes.into_iter().collect();
    let mut open: BTreeMap<BoxId, u64> = BTreeMap::new();
    for one in breaks.into_iter().filter(|one| one.closed.is_none()) {
        *open.entry(one.box_id).or_default() += 1;
    }
    let mut items: Vec<_> = boxes
        .into_iter()
        .map(|record| {
            let inbox = inboxes.get(&record.id).copied().unwrap_or_default();
            let drain_s = state.pace.drain_s(&record);
            let breaks = open.get(&record.id).copied().unwrap_or(0);
            BranchSync::of(record, inbox, breaks, drain_s, now)
        })
        .collect();
    items.sort_by(|a, b| {
        let worst = |one: &BranchSync| one.troubles.first().copied().map_or(u8::MAX, |t| t as u8);
        (worst(a), core::cmp::Reverse(a.lag_facts), &a.box_id).cmp(&(
            worst(b),
            core::cmp::Reverse(b.lag_facts),
            &b.box_id,
        ))
    });
    Ok(Json(SyncHealth {
        utc: now,
        backup: backup.map(Backup::from),
        restored: restored.map(Restored::from),
        items,
    }))
}
