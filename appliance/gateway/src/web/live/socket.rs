//! `GET /api/v1/live`: one WebSocket for each open page.
use super::eye::{Eye, Urgency};
use super::hub::LiveHub;
use super::view::LiveMessage;
use crate::web::roles;
use crate::web::state::AppState;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use core::time::Duration;
use portal::{CurrentUser, Problem};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// At most 20 batches a second.
const BATCH_EVERY: Duration = Duration::from_millis(50);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// A page that takes nothing for so long is gone.
const SEND_MAX: Duration = Duration::from_secs(10);
const MESSAGE_BYTES_MAX: usize = 1_024;
/// The word with which a page asks for a new snapshot.
const SNAPSHOT_WORD: &str = "snapshot";

/// Live board
///
/// A WebSocket: first a `snapshot`, then `delta`s; send the text `snapshot` to get a new one after a gap.
#[utoipa::path(get, path = "/api/v1/live", tag = "live",
    responses((status = 101, description = "switched to WebSocket; each text message is a LiveMessage", body = LiveMessage)),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(in crate::web) async fn live(
    State(state): State<AppState>,
    user: CurrentUser,
    headers: HeaderMap,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !portal::same_origin(&headers, &uri) {
        return Problem::new(StatusCode::FORBIDDEN, "foreign_origin").into_response();
    }
    let Ok(upgrade) = upgrade else {
        return Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_wanted").into_response();
    };
    let Some(seat) = state.live().seat(user.name()) else {
        return Problem::from(messages::Refusal::Overloaded).into_response();
    };
    upgrade
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let page = Page {
                socket,
                hub: state.live().clone(),
                stop: state.tasks().stop_token(),
                eye: Eye::new(crate::web::viewer(&user)),
                state,
                user,
            };
            page.run().await;
            drop(seat);
        })
}

/// One open page.
struct Page {
    socket: WebSocket,
    hub: LiveHub,
    stop: CancellationToken,
    eye: Eye,
    state: AppState,
    user: CurrentUser,
}

/// Why a page's socket ends.
enum End {
    /// The other side is gone, or does not read.
    Gone,
    /// The session is over.
    SignedOut,
    Stopping,
}

impl Page {
    async fn run(mut self) {
        let end = self.follow().await;
        let (code, reason) = match end {
            Err(End::SignedOut) => (4401, "signed_out"),
            Err(End::Stopping) => (1001, "stopping"),
            Ok(never) => match never {},
            Err(End::Gone) => return,
        };
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        let closing = self.socket.send(Message::Close(Some(frame)));
        if timeout(SEND_MAX, closing).await.is_err() {
            tracing::debug!("a page did not take its close");
        }
    }

    async fn follow(&mut self) -> Result<core::convert::Infallible, End> {
        let mut touched = self.hub.subscribe();
        self.snapshot().await?;
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT_EVERY, HEARTBEAT_EVERY);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_batch = Instant::now();
        loop {
            let dirty = self.eye.is_dirty();
            tokio::select! {
                change = touched.recv() => match change {
                    Ok(change) => {
                        let urgency = self.hub.look(|board| self.eye.note(&change, board));
                        if urgency == Urgency::Now {
                            self.delta().await?;
                            last_batch = Instant::now();
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        metrics::counter!("live_resnapshots_total").increment(1);
                        touched = self.hub.subscribe();
                        self.snapshot().await?;
                    }
                    Err(RecvError::Closed) => return Err(End::Stopping),
                },
                () = sleep_until(last_batch + BATCH_EVERY), if dirty => {
                    self.delta().await?;
                    last_batch = Instant::now();
                }
                _ = heartbeat.tick() => self.heartbeat().await?,
                word = self.socket.recv() => self.hear(word)?,
                () = self.stop.cancelled() => return Err(End::Stopping),
            }
        }
    }

    fn hear(&mut self, word: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        match word {
            Some(Ok(Message::Text(text))) if text.as_str() == SNAPSHOT_WORD => {
                self.eye.start_anew();
                Ok(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
            Some(Ok(
                Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_),
            )) => Ok(()),
        }
    }

    async fn snapshot(&mut self) -> Result<(), End> {
        let now = self.hub.clock().now().utc;
        let message = self.hub.look(|board| self.eye.snapshot(board, now));
        self.send(&message).await
    }

    async fn delta(&mut self) -> Result<(), End> {
        let now = self.hub.clock().now().utc;
        match self.hub.look(|board| self.eye.delta(board, now)) {
            Some(message) => self.send(&message).await,
            None => Ok(()),
        }
    }

    async fn heartbeat(&mut self) -> Result<(), End> {
        let now = self.hub.clock().now().utc;
        let message = self.eye.heartbeat(now);
        self.send(&message).await
    }

    /// Nothing leaves for a session that is over.
    async fn send(&mut self, message: &LiveMessage) -> Result<(), End> {
        if !self.state.auth().sessions().is_live(self.user.token) {
            return Err(End::SignedOut);
        }
        let Ok(text) = serde_json::to_string(message) else {
            tracing::error!("a live message cannot be written");
            return Err(End::Gone);
        };
        match timeout(SEND_MAX, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}
