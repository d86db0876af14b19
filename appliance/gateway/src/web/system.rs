//! The machine and its way to HQ.
use super::coded;
use super::live::{LinkHealth, MachineView, Showing};
use super::roles;
use super::state::AppState;
use axum::extract::State;
use messages::command::Profile;
use messages::fact::SealedFact;
use messages::{DiskStage, UtcMs};
use portal::{CurrentUser, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct System {
    box_id: String,
    version: &'static str,
    boot: String,
    /// ms UTC
    #[schema(value_type = i64)]
    started: UtcMs,
    uptime_s: u64,
    /// ms UTC
    server_time: i64,
    /// Was the clock set by a source that is believed?
    clock_trusted: bool,
    #[schema(schema_with = coded::profile)]
    profile: Profile,
    journal: Journal,
    disk: DiskView,
    link: LinkHealth,
    /// The last sample; missing until there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<MachineView>,
}

/// How much room is left, and what was given up for it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = DiskRoom)]
pub struct DiskView {
    #[schema(schema_with = coded::disk_stage)]
    pub stage: DiskStage,
    pub free_bytes: u64,
    /// Held by the file that is removed first.
    pub ballast_bytes: u64,
    /// Left to journal, customers and keys by recordings.
    pub quota_bytes: u64,
}

/// Where the journal stands, here and at HQ.
#[derive(Serialize, ToSchema)]
pub(super) struct Journal {
    epoch: u32,
    head: u64,
    applied: u64,
    safe: u64,
    /// Facts that HQ does not have yet.
    behind: u64,
    /// Age of the oldest of them in ms; missing where HQ has all.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_unsent_ms: Option<u64>,
    /// Facts that wait to be written here.
    waiting: usize,
    /// The code of what keeps the journal from being written.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'static str>,
}

/// The machine and its way to HQ
#[utoipa::path(get, path = "/api/v1/system", tag = "branch",
    responses((status = 200, body = System)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn system(
    State(state): State<AppState>,
    user: CurrentUser,
) -> Result<Json<System>, Problem> {
    let (cursor, head) = (state.store().link_cursor(), state.store().head());
    let applied = cursor.applied.seq;
    let unsent = state
        .blocking(move |store| store.facts_after(applied, 1, usize::MAX))
        .await?;
    let unsent_since = unsent.into_iter().find_map(|(_, bytes)| written_at(bytes));
    let (viewer, time) = (super::viewer(&user), state.clock().now());
    let (viewer, now) = (&viewer, time.utc);
    let (profile, link, machine) = state.live().look(|board| {
        let showing = Showing { board, viewer, now };
        (board.profile, board.link.clone(), showing.machine())
    });
    let info = state.info();
    Ok(Json(System {
        box_id: info.box_id.to_string(),
        version: info.version,
        boot: info.boot.to_string(),
        started: info.started,
        uptime_s: now.ms_since(info.started) / 1_000,
        server_time: now.0,
        clock_trusted: time.utc_trusted,
        profile,
        journal: Journal {
            epoch: cursor.epoch,
            head: head.seq,
            applied,
            safe: cursor.safe,
            behind: head.seq.saturating_sub(applied),
            oldest_unsent_ms: unsent_since.map(|since| now.ms_since(since)),
            waiting: state.store().waiting(),
            trouble: state.store().trouble(),
        },
        disk: state.disk(),
        link,
        machine,
    }))
}

fn written_at(bytes: Vec<u8>) -> Option<UtcMs> {
    SealedFact::decode(bytes)
        .ok()
        .map(|fact| fact.envelope().utc)
}
