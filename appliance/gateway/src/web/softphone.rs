//! `GET /sip`: SIP over a WebSocket (RFC 7118), for the phone in the browser. Its password is asked for by SIP.
use super::state::AppState;
use crate::io::sip::{NoSeat, carry};
use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use messages::Refusal;
use portal::Problem;
use sip::Transport;
use std::net::{IpAddr, SocketAddr};

/// RFC 7118 §4.1.
const PROTOCOL: &str = "sip";
/// As over UDP.
const MESSAGE_BYTES_MAX: usize = 65_535;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/sip", get(connect))
}

async fn connect(
    State(state): State<AppState>,
    ConnectInfo(remote): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    uri: Uri,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    // other programs than browsers name no origin
    if headers.contains_key(header::ORIGIN) && !portal::same_origin(&headers, &uri) {
        return Problem::new(StatusCode::FORBIDDEN, "foreign_origin").into_response();
    }
    let Ok(upgrade) = upgrade else {
        return Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_wanted").into_response();
    };
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX);
    if upgrade.selected_protocol().is_none() {
        return Problem::new(StatusCode::BAD_REQUEST, "sip_subprotocol_wanted").into_response();
    }
    let (streams, listen) = state.softphones();
    let local = local_of(&headers, *listen);
    match streams.enter(Transport::Wss, local, remote) {
        Ok(seat) => upgrade.on_upgrade(move |socket: WebSocket| carry(socket, seat)),
        Err(NoSeat::Full | NoSeat::SourceFull) => {
            Problem::from(Refusal::Overloaded).into_response()
        }
    }
}

/// The address of ours that the browser went to, where it is one of all and the browser named it.
fn local_of(headers: &HeaderMap, listen: SocketAddr) -> SocketAddr {
    if !listen.ip().is_unspecified() {
        return listen;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = host.and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
    let named = authority.and_then(|authority| {
        let host = authority.host().trim_matches(['[', ']']);
        host.parse::<IpAddr>().ok()
    });
    SocketAddr::new(named.unwrap_or(listen.ip()), listen.port())
}

#[cfg(test)]
mod tests {
    use super::local_of;
    use axum::http::{HeaderMap, HeaderValue, header};
    use std::net::SocketAddr;

    #[test]
    fn the_address_that_the_browser_named_is_ours() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let table = [
            ("192.168.1.10:8443", "0.0.0.0:8443", "192.168.1.10:8443"),
            ("[fd00::1]:8443", "[::]:8443", "[fd00::1]:8443"),
            ("branch.local", "0.0.0.0:443", "0.0.0.0:443"),
            ("192.168.1.99", "10.0.0.1:443", "10.0.0.1:443"),
        ];
        for (host, listen, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(local_of(&headers, at(listen)), at(expected), "{host}");
        }
    }
}
