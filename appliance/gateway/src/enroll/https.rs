//! One request over one TLS connection: bounded, in time, and only to whom the caller's TLS trusts.
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, header};
use core::time::Duration;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use messages::enrolment::CBOR;
use rustls::{CertificateError, ClientConfig, Error as TlsError};
use rustls_pki_types::ServerName;
use std::io;
use std::sync::Arc;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, Error)]
pub(crate) enum HttpsError {
    #[error("{0}")]
    Unreachable(String),
    #[error("another fingerprint")]
    OtherFingerprint,
    #[error("a certificate is not good at this time")]
    Clock,
    #[error("{0}")]
    Tls(String),
    #[error("{0}")]
    Broken(String),
}

/// Where to, as the certificate there names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Place {
    /// `https://host`, `https://host:port`, with or without a slash behind it.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let rest = url.trim().strip_prefix("https://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let parsed: axum::http::uri::Authority = authority.parse().ok()?;
        let host = parsed.host().trim_start_matches('[').trim_end_matches(']');
        if authority.contains('@') || ServerName::try_from(host).is_err() {
            return None;
        }
        let named = authority.rsplit_once(':');
        let port = match named.filter(|(_, port)| !port.ends_with(']')) {
            Some(_) => parsed.port_u16()?,
            None => 443,
        };
        Some(Self {
            host: host.to_owned(),
            port,
        })
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) body: Bytes,
}

/// Posts CBOR; the answer may be so long. What the TLS does not trust is sent nothing.
pub(crate) async fn post(
    place: &Place,
    tls: Arc<ClientConfig>,
    path: &str,
    body: Vec<u8>,
    answer_bytes_max: usize,
) -> Result<Answer, HttpsError> {
    let connecting = tokio::time::timeout(CONNECT_MAX, connect(place, tls));
    let stream = connecting
        .await
        .map_err(|_late| HttpsError::Unreachable("no answer in time".to_owned()))??;
    let asking = tokio::time::timeout(ANSWER_MAX, ask(stream, place, path, body, answer_bytes_max));
    asking
        .await
        .map_err(|_late| HttpsError::Broken("no answer in time".to_owned()))?
}

async fn connect(
    place: &Place,
    tls: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, HttpsError> {
    let name =
        ServerName::try_from(place.host.clone()).map_err(|bad| HttpsError::Tls(bad.to_string()))?;
    let tcp = TcpStream::connect((place.host.as_str(), place.port))
        .await
        .map_err(|bad| HttpsError::Unreachable(bad.to_string()))?;
    TlsConnector::from(tls)
        .connect(name, tcp)
        .await
        .map_err(|bad| untrusted(&bad))
}

#[allow(clippy::wildcard_enum_match_arm)] // a foreign enum: the rest is told in its own words
fn untrusted(bad: &io::Error) -> HttpsError {
    let inner = bad
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>());
    match inner {
        Some(TlsError::InvalidCertificate(why)) => match why {
            CertificateError::ApplicationVerificationFailure => HttpsError::OtherFingerprint,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => HttpsError::Clock,
            _ => HttpsError::Tls(bad.to_string()),
        },
        Some(_) => HttpsError::Tls(bad.to_string()),
        None => HttpsError::Unreachable(bad.to_string()),
    }
}

async fn ask(
    stream: TlsStream<TcpStream>,
    place: &Place,
    path: &str,
    body: Vec<u8>,
    answer_bytes_max: usize,
) -> Result<Answer, HttpsError> {
    let broken = |bad: hyper::Error| HttpsError::Broken(bad.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let request = Request::post(path)
        .header(header::HOST, format!("{}:{}", place.host, place.port))
        .header(header::CONTENT_TYPE, CBOR)
        .body(Body::from(body))
        .map_err(|bad| HttpsError::Broken(bad.to_string()))?;
    let asked = async move {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let retry_after_s = head
            .headers
            .get(header::RETRY_AFTER)
            .and_then(|wait| wait.to_str().ok()?.parse().ok());
        let body = to_bytes(Body::new(body), answer_bytes_max)
            .await
            .map_err(|bad| HttpsError::Broken(bad.to_string()))?;
        Ok(Answer {
            status: head.status.as_u16(),
            retry_after_s,
            body,
        })
    };
    // The connection has to be driven; how it ends afterwards does not matter.
    let (answer, _ended) = tokio::join!(asked, connection);
    answer
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn an_address_is_https_with_a_host_and_perhaps_a_port() {
        for (url, host, port) in [
            ("https://hq.example", "hq.example", 443),
            (" https://hq.example:8443/ ", "hq.example", 8443),
            ("https://127.0.0.1:1", "127.0.0.1", 1),
            ("https://[::1]:8443", "::1", 8443),
        ] {
            let place = Place::of_url(url).unwrap();
            assert_eq!((place.host.as_str(), place.port), (host, port));
        }
        for bad in [
            "",
            "hq.example",
            "http://hq.example",
            "https://",
            "https://a/b",
            "https://user@hq.example",
            "https://hq.example:99999",
            "https://a b",
        ] {
            assert_eq!(Place::of_url(bad), None, "{bad}");
        }
    }
}
