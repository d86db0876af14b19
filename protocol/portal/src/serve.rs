//! Listening: HTTPS for everything, plain HTTP only to offer the root certificate and to show the way to HTTPS.
use crate::Tasks;
pub use crate::connections::ConnectionLimits;
use crate::connections::Doorkeeper;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use core::time::Duration;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use thiserror::Error;

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
const HEADERS_MAX: Duration = Duration::from_secs(10);
const GRACE: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
pub enum ServeError {
    #[error("certificate or key cannot be read: {0}")]
    Pem(String),
    #[error("certificate and key are refused: {0}")]
    Tls(#[from] rustls::Error),
    #[error("socket: {0}")]
    Socket(#[from] std::io::Error),
}

/// A certificate that can be exchanged while connections go on. Clones share it.
#[derive(Clone)]
pub struct Identity(RustlsConfig);

impl Identity {
    /// `chain`: the server's certificate first. TLS 1.2 and 1.3, ring, HTTP/1.1.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, ServeError> {
        Ok(Self(RustlsConfig::from_config(config(chain, key)?)))
    }

    /// As new connections see it now: for what is served beside the pages with the same certificate.
    #[must_use]
    pub fn server_config(&self) -> Arc<ServerConfig> {
        self.0.get_inner()
    }

    /// New connections see the new certificate.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), ServeError> {
        self.0.reload_from_config(config(chain, key)?);
        Ok(())
    }
}

fn config(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, ServeError> {
    let bad = |what: rustls::pki_types::pem::Error| ServeError::Pem(what.to_string());
    let chain = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(bad)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(bad)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // An answer before the whole body is read breaks a stream of HTTP/2 without a word; over HTTP/1.1 it arrives.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves `router` over HTTPS until the tasks are told to stop; running requests get 5 s. Hands back the bound address.
pub fn https(
    listener: TcpListener,
    identity: &Identity,
    router: Router,
    limits: ConnectionLimits,
    tasks: &Tasks,
) -> Result<SocketAddr, ServeError> {
    let acceptor = RustlsAcceptor::new(identity.0.clone())
        .handshake_timeout(HANDSHAKE_MAX)
        .acceptor(Doorkeeper::new(limits));
    start("https", listener, acceptor, router, tasks)
}

/// Serves `router` over plain HTTP: for `/setup` and the way to HTTPS, or on a loopback address.
pub fn http(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    tasks: &Tasks,
) -> Result<SocketAddr, ServeError> {
    start("http", listener, Doorkeeper::new(limits), router, tasks)
}

fn start<A>(
    name: &'static str,
    listener: TcpListener,
    acceptor: A,
    router: Router,
    tasks: &Tasks,
) -> Result<SocketAddr, ServeError>
where
    A: Clone + Send + Sync + 'static,
    A: axum_server::accept::Accept<
            tokio::net::TcpStream,
            axum::middleware::AddExtension<Router, axum::extract::ConnectInfo<SocketAddr>>,
        >,
    A::Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    A::Service:
        axum_server::service::SendService<axum::http::Request<hyper::body::Incoming>> + Send,
    A::Future: Send,
{
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let handle = Handle::new();
    let mut server: Server<SocketAddr, A> = axum_server::from_tcp(listener)?
        .acceptor(acceptor)
        .handle(handle.clone());
    bound(server.http_builder());
    let stop = tasks.stop_token();
    tasks.spawn(name, async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = server.serve(service);
        tokio::pin!(serving);
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = stop.cancelled() => {
                handle.graceful_shutdown(Some(GRACE));
                serving.await
            }
        };
        if let Err(bad) = ended {
            tracing::error!(server = name, error = %bad, "server ended");
        }
    });
    Ok(address)
}

/// Slow and greedy clients: headers within 10 s, at most 64 KiB and 100 of them, 100 streams of HTTP/2.
fn bound(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_MAX)
        .max_headers(100)
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(30)));
}

/// Every path of the plain listener leads to the same path over HTTPS.
pub fn to_https(router: Router, https_port: u16) -> Router {
    router.fallback(move |request: Request| core::future::ready(lead(&request, https_port)))
}

fn lead(request: &Request, https_port: u16) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
    let Some(host) = host else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let port = match https_port {
        443 => String::new(),
        port => format!(":{port}"),
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    match HeaderValue::from_str(&format!("https://{}{port}{path}", host.host())) {
        Ok(place) => (
            StatusCode::TEMPORARY_REDIRECT,
            [
                (header::LOCATION, place),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
        )
            .into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
