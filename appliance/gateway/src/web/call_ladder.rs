//! How one call went on the wire: its SIP messages, as far as they are kept.
use super::calls::visible_row;
use super::roles;
use super::state::AppState;
use crate::ladder::{LegLadder, Rung};
use axum::extract::State;
use messages::UtcMs;
use portal::{CurrentUser, Json, Path, Problem};
use serde::Serialize;
use sip::{Transport, Way};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct SipLadder {
    /// In the order in which they came to the call; none where nothing is kept of it any more (24 h, in memory).
    legs: Vec<SipLeg>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SipLeg {
    messages: Vec<SipMessage>,
    /// Messages beyond those that are kept of one leg.
    left_out: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SipMessage {
    /// ms UTC
    #[schema(value_type = i64)]
    at: UtcMs,
    /// It came in; else it went out.
    incoming: bool,
    /// The far end: address and port.
    #[schema(value_type = String)]
    peer: std::net::SocketAddr,
    transport: &'static str,
    /// Of the request, or of the one that is answered.
    method: &'static str,
    cseq: u32,
    /// Of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    /// It carries a session description.
    sdp: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    q850: Option<u16>,
}

/// The SIP messages of one call
#[utoipa::path(get, path = "/api/v1/calls/{id}/sip", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = SipLadder)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn ladder(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Json<SipLadder>, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    let row = visible_row(&state, &super::viewer(&user), &id).await?;
    let legs = state.ladders().of(&row.call);
    Ok(Json(SipLadder {
        legs: legs.iter().map(SipLeg::of).collect(),
    }))
}

impl SipLeg {
    fn of(leg: &LegLadder) -> Self {
        Self {
            messages: leg.rungs.iter().map(SipMessage::of).collect(),
            left_out: leg.left_out,
        }
    }
}

impl SipMessage {
    const fn of(rung: &Rung) -> Self {
        Self {
            at: rung.at,
            incoming: matches!(rung.way, Way::In),
            peer: rung.peer,
            transport: match rung.transport {
                Transport::Udp => "UDP",
                Transport::Tcp => "TCP",
                Transport::Tls => "TLS",
                Transport::Wss => "WSS",
            },
            method: rung.said.method,
            cseq: rung.said.cseq,
            code: rung.said.code,
            sdp: rung.said.sdp,
            q850: rung.said.q850,
        }
    }
}
