//! Connections that we open ourselves: to trunks that are reached over TCP or TLS.
use super::streams::{Dial, Streams};
use super::tcp::{keep_alive, serve};
use core::time::Duration;
use portal::Tasks;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use sip::Transport;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Until a connection stands: an INVITE is not kept waiting longer for a trunk that is gone.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Opens what is asked for, until the end.
pub fn dial(streams: &Streams, roots: Arc<ClientConfig>, tasks: &Tasks) {
    let Some(mut dials) = streams.dialling() else {
        return;
    };
    let (of_connections, stop) = (tasks.clone(), tasks.stop_token());
    tasks.spawn("sip dialling", async move {
        loop {
            let dial = tokio::select! {
                () = stop.cancelled() => return,
                dial = dials.recv() => dial,
            };
            let Some(dial) = dial else { return };
            let (roots, stop) = (Arc::clone(&roots), of_connections.stop_token());
            of_connections.spawn("sip connection", async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = connect(dial, roots) => {}
                }
            });
        }
    });
}

/// A connection that does not come to be is one that has ended: its seat tells.
async fn connect(dial: Dial, roots: Arc<ClientConfig>) {
    let Dial { seat, host } = dial;
    let remote = seat.flow.remote;
    let opened = timeout(CONNECT_MAX, async {
        let stream = TcpStream::connect(remote).await?;
        keep_alive(&stream);
        Ok::<_, io::Error>(stream)
    });
    let stream = match opened.await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::warn!(%remote, %error, "a trunk was not reached"),
        Err(_) => return tracing::warn!(%remote, "a trunk does not answer"),
    };
    if seat.flow.transport != Transport::Tls {
        return serve(stream, seat).await;
    }
    let Ok(name) = ServerName::try_from(host) else {
        return tracing::warn!(%remote, "no certificate can be in the name of this trunk");
    };
    match timeout(CONNECT_MAX, TlsConnector::from(roots).connect(name, stream)).await {
        Ok(Ok(stream)) => serve(stream, seat).await,
        Ok(Err(error)) => tracing::warn!(%remote, %error, "no TLS with a trunk"),
        Err(_) => tracing::warn!(%remote, "a trunk's TLS handshake took too long"),
    }
}

/// Whom a trunk's certificate has to be from: the authorities in this file.
pub fn trusting(authorities: &Path) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    let bad = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    if authorities.exists() {
        for one in
            CertificateDer::pem_file_iter(authorities).map_err(|error| bad(error.to_string()))?
        {
            let one = one.map_err(|error| bad(error.to_string()))?;
            // one that rustls cannot use is of no use to anybody
            let _skipped = roots.add(one);
        }
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
