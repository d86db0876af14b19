//! From a SIP event to the page: the live socket's own times against the clock that reads them.
use crate::calls;
use crate::table::Row;
use crate::world::World;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

type Socket = WebSocket<StreamOwned<ClientConnection, TcpStream>>;

/// The administrator's board while calls come and go.
pub(crate) fn measure(world: &World) -> Vec<Row> {
    let mut socket = connect(world);
    let mut delays = calls::while_calls_come(world, |over| delays(&mut socket, over));
    delays.sort_unstable();
    let at = |part: usize| {
        delays
            .get(delays.len().saturating_sub(1) * part / 100)
            .copied()
            .unwrap_or(0)
    };
    let method = format!(
        "{} changes of calls at 50 calls/s, as an administrator's page gets them (at most 20 batches/s); 1 ms steps",
        delays.len()
    );
    [50, 99]
        .map(|part| {
            Row::new(
                &format!("SIP event → page, p{part}"),
                at(part) as f64,
                "ms",
                method.clone(),
            )
        })
        .into()
}

/// How old each change of a call is when it arrives, ms.
fn delays(socket: &mut Socket, over: &AtomicBool) -> Vec<i64> {
    let mut delays = Vec::new();
    while !over.load(Ordering::Relaxed) {
        // A read that finds nothing ends after the socket's own limit: then it is asked again whether all is over.
        let Ok(Message::Text(text)) = socket.read() else {
            continue;
        };
        let now = now_ms();
        let Ok(message) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let changes = message["changes"].as_array().cloned().unwrap_or_default();
        let since = changes
            .iter()
            .filter_map(|change| change["call"]["phase_since"].as_i64());
        delays.extend(since.map(|since| now - since));
    }
    delays
}

fn connect(world: &World) -> Socket {
    let admin = world.admin();
    let root = CertificateDer::from_pem_file(world.path("keys/page/own-ca.pem"))
        .expect("the page's authority");
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = world.web().trim_start_matches("https://").to_owned();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let tls = ClientConnection::new(Arc::new(config), name).expect("TLS");
    let tcp = TcpStream::connect(&host).expect("the page listens");
    tcp.set_read_timeout(Some(Duration::from_millis(200)))
        .expect("a limit");
    let mut request = format!("wss://{host}/api/v1/live")
        .into_client_request()
        .expect("a request");
    let cookie = admin.cookie().expect("signed in");
    for (key, value) in [("Cookie", cookie), ("Origin", world.web())] {
        request
            .headers_mut()
            .insert(key, HeaderValue::from_str(&value).expect("a header"));
    }
    let (socket, _answer) =
        tungstenite::client(request, StreamOwned::new(tls, tcp)).expect("the live socket opens");
    socket
}

fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}
