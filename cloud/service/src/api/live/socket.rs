//! One browser's live socket.
use super::LiveMessage;
use super::hub::{HEARTBEAT, Sent, text_of};
use crate::api::state::HqState;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use portal::{CurrentUser, Problem, TokenHash, same_origin};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

/// Browsers have nothing to say here.
const INCOMING_BYTES_MAX: usize = 4 * 1024;
const CLOSE_SIGNED_OUT: u16 = 4401;
const CLOSE_GOING_AWAY: u16 = 1001;

/// The live socket (WebSocket): the messages are `LiveMessage`.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    responses((status = SWITCHING_PROTOCOLS, description = "LiveMessage as text frames"),
        (status = UNAUTHORIZED, body = Problem), (status = FORBIDDEN, body = Problem)),
    extensions(("x-roles" = json!(["hq_analyst", "hq_admin"]))))]
pub(in crate::api) async fn live(
    State(state): State<HqState>,
    user: CurrentUser,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    if !same_origin(&headers, &uri) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin"));
    }
    let upgrade =
        upgrade.map_err(|_bad| Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_expected"))?;
    let seats = std::sync::Arc::clone(&state.live.seats);
    let seat = seats.try_acquire_owned().map_err(|_full| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "live_full").retry_after(30)
    })?;
    let upgrade = upgrade
        .max_message_size(INCOMING_BYTES_MAX)
        .max_frame_size(INCOMING_BYTES_MAX);
    Ok(upgrade.on_upgrade(async move |socket| {
        let mut line = Line {
            socket,
            state,
            token: user.token,
            seq: 0,
        };
        let _over = line.serve().await;
        drop(seat);
    }))
}

/// The browser is gone.
struct Gone;

struct Line {
    socket: WebSocket,
    state: HqState,
    token: TokenHash,
    /// The last seq that was sent.
    seq: u64,
}

impl Line {
    async fn serve(&mut self) -> Result<(), Gone> {
        let mut news = self.state.live.listen();
        let mut beats =
            tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.snapshot().await?;
        let stop = self.state.stop.clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return self.close(CLOSE_GOING_AWAY).await,
                sent = news.recv() => match sent {
                    Ok(sent) => self.delta(sent).await?,
                    Err(RecvError::Lagged(_)) => self.snapshot().await?,
                    Err(RecvError::Closed) => return self.close(CLOSE_GOING_AWAY).await,
                },
                _ = beats.tick() => {
                    if !self.state.auth.sessions().is_live(self.token) {
                        return self.close(CLOSE_SIGNED_OUT).await;
                    }
                    self.beat().await?;
                }
                heard = self.socket.recv() => match heard {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                    Some(Ok(
                        Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_),
                    )) => {}
                },
            }
        }
    }

    async fn snapshot(&mut self) -> Result<(), Gone> {
        let snapshot = self.state.live.snapshot(self.state.now());
        if let LiveMessage::Snapshot { seq, .. } = &snapshot {
            self.seq = *seq;
        }
        self.say(&snapshot).await
    }

    async fn delta(&mut self, sent: Sent) -> Result<(), Gone> {
        if sent.seq <= self.seq {
            return Ok(());
        }
        self.seq = sent.seq;
        self.send(Message::Text(sent.text)).await
    }

    async fn beat(&mut self) -> Result<(), Gone> {
        let beat = LiveMessage::Heartbeat {
            seq: self.seq,
            utc: self.state.now(),
        };
        self.say(&beat).await
    }

    async fn say(&mut self, message: &LiveMessage) -> Result<(), Gone> {
        match text_of(message) {
            Some(text) => self.send(Message::Text(text)).await,
            None => Err(Gone),
        }
    }

    /// A browser that takes nothing for a whole heartbeat is gone.
    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(HEARTBEAT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    async fn close(&mut self, code: u16) -> Result<(), Gone> {
        let frame = CloseFrame {
            code,
            reason: "".into(),
        };
        self.send(Message::Close(Some(frame))).await
    }
}
