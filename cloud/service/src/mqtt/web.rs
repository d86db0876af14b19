//! The boxes' own HTTPS on the same port: a client that asks for `http/1.1` in the handshake gets it, after the same checks.
use super::tls::BoxPapers;
use axum::{Extension, Router};
use core::time::Duration;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

const HEADERS_MAX: Duration = Duration::from_secs(10);
/// A connection's whole life: long enough for one part of a file over a thin line.
const LIFE_MAX: Duration = Duration::from_mins(10);

/// Serves one authenticated stream until it ends. Handlers find out who asks by `Extension<BoxPapers>`.
pub(super) async fn serve<S>(
    stream: S,
    papers: BoxPapers,
    router: Router,
    stopping: &CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let box_id = papers.box_id.clone();
    let service = TowerToHyperService::new(router.layer(Extension(papers)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_MAX)
        .max_headers(50)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = tokio::time::sleep(LIFE_MAX) => return,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(bad) = ended {
        tracing::debug!(%box_id, %bad, "a box's request broke off");
    }
}
