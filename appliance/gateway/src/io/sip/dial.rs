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

#[cfg(test)]
mod tests {
    use super::super::{StreamLimits, Streams};
    use super::{dial, trusting};
    use crate::drive::{Threshold, door};
    use branch::Input;
    use bytes::Bytes;
    use portal::Tasks;
    use rustls::ServerConfig;
    use rustls_pki_types::PrivatePkcs8KeyDer;
    use sip::{Flow, Transport};
    use std::net::SocketAddr;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    /// A trunk with a certificate in this name that answers whatever comes; its address and its authority.
    async fn trunk(name: &str) -> (SocketAddr, String) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Tasks::default().spawn("a trunk", async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut heard = [0; 5];
                stream.read_exact(&mut heard).await.unwrap();
                stream.write_all(b"well ").await.unwrap();
                stream.write_all(&heard).await.unwrap();
                stream.flush().await.unwrap();
                // until the other side ends it
                let _ended = stream.read(&mut heard).await;
            }
        });
        (address, made.cert.pem())
    }

    fn said_to(remote: SocketAddr, authorities: &str, host: &str) -> (Streams, Threshold, Flow) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authorities.pem");
        std::fs::write(&file, authorities).unwrap();
        let (door, inside) = door();
        let streams = Streams::new(door, StreamLimits::default());
        streams.name(remote, host);
        dial(&streams, trusting(&file).unwrap(), &Tasks::default());
        let flow = Flow {
            transport: Transport::Tls,
            local: "127.0.0.1:5061".parse().unwrap(),
            remote,
            connection: 0,
        };
        // a way that is known to be shut by now takes nothing
        let _taken = streams.send(flow, Bytes::from_static(b"hello"));
        (streams, inside, flow)
    }

    async fn next(inside: Threshold) -> (Option<Input>, Threshold) {
        let waited = tokio::task::spawn_blocking(move || (inside.next_input(), inside));
        waited.await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_trunk_with_the_right_certificate_is_spoken_with_and_one_connection_serves_all() {
        let (remote, authority) = trunk("trunk.test").await;
        let (streams, inside, flow) = said_to(remote, &authority, "trunk.test");
        let (first, _inside) = next(inside).await;
        let Some(Input::Sip { flow: from, bytes }) = first else {
            panic!("{first:?}");
        };
        assert_eq!((from.remote, from.transport), (remote, Transport::Tls));
        assert!(from.connection != 0 && b"well hello".starts_with(&bytes));
        assert!(streams.send(flow, Bytes::from_static(b"again")));
        assert_eq!(streams.count(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_trunk_in_another_name_or_of_another_authority_is_not_spoken_with() {
        let (remote, authority) = trunk("trunk.test").await;
        let (_, stranger) = trunk("trunk.test").await;
        for (authorities, host) in [(&authority, "other.test"), (&stranger, "trunk.test")] {
            let (_streams, inside, flow) = said_to(remote, authorities, host);
            let (one, inside) = next(inside).await;
            assert!(matches!(one, Some(Input::FlowClosed { .. })), "{one:?}");
            // whoever waits for an answer over whichever connection is told as well
            let (any, _inside) = next(inside).await;
            let told = matches!(any, Some(Input::FlowClosed { flow: closed }) if closed == flow);
            assert!(told, "{any:?}");
        }
    }
}
