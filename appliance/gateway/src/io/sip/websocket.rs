//! SIP over a WebSocket (RFC 7118): each message is one SIP message; the browser's page is the phone.
use super::streams::Seat;
use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use core::time::Duration;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

const PING_EVERY: Duration = Duration::from_secs(25);
/// Three pings without a sign of life.
const SILENT_MAX: Duration = Duration::from_secs(80);

/// Until one side ends it.
pub async fn carry(socket: WebSocket, mut seat: Seat) {
    let send_max = seat.limits().send_max;
    let (mut to, mut from) = socket.split();
    let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            () = seat.end.cancelled() => break,
            down = seat.down.recv() => match down {
                Some(bytes) => text_of(bytes),
                None => break,
            },
            _ = pings.tick() => {
                if heard.elapsed() > SILENT_MAX {
                    break;
                }
                Message::Ping(Bytes::new())
            }
            came = from.next() => {
                heard = Instant::now();
                match came {
                    Some(Ok(Message::Text(text))) => seat.give(text.into()).await,
                    Some(Ok(Message::Binary(bytes))) => seat.give(bytes).await,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                }
                continue;
            }
        };
        if !matches!(timeout(send_max, to.send(message)).await, Ok(Ok(()))) {
            break;
        }
    }
    while let Ok(bytes) = seat.down.try_recv() {
        if !matches!(timeout(send_max, to.send(text_of(bytes))).await, Ok(Ok(()))) {
            break;
        }
    }
    let _gone = timeout(send_max, to.close()).await;
}

/// Browsers read text; a message with other bytes in it goes as it is.
fn text_of(bytes: Bytes) -> Message {
    match axum::extract::ws::Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}
