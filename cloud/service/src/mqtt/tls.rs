//! Mutual TLS with headquarters' authority, and the identity that a box's certificate states.
use super::{revoked::Revoked, verifier::BoxVerifier};
use identity::CertificateFacts;
use messages::BoxId;
use rustls::{
    RootCertStore, ServerConfig, crypto::ring, server::NoServerSessionStorage,
    server::WebPkiClientVerifier,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{path::Path, sync::Arc};
use thiserror::Error;

/// What a box that wants HTTPS on this port says in the handshake (RFC 7301).
pub(super) const HTTP: &[u8] = b"http/1.1";

#[derive(Debug, Error)]
pub enum TlsError {
    #[error("{path}: {why}")]
    Pem { path: String, why: String },
    #[error("the certificates do not make a server: {0}")]
    Config(String),
}

impl TlsError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Pem { .. } => "certificate_unreadable",
            Self::Config(_) => "certificate_unfit",
        }
    }
}

/// A server that lets in only certificates of the authority in `ca`. Files are PEM.
/// No session is resumed: each connection's certificate is looked at again.
pub fn server_config(ca: &Path, chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    server_config_with(ca, chain, key, Arc::default())
}

/// The same, but for certificates that are revoked. Clients may ask for `http/1.1` instead of MQTT.
pub fn server_config_with(
    ca: &Path,
    chain: &Path,
    key: &Path,
    revoked: Arc<Revoked>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    for authority in read_chain(ca)? {
        roots.add(authority).map_err(|bad| unreadable(ca, &bad))?;
    }
    let usual = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|bad| TlsError::Config(bad.to_string()))?;
    let verifier = Arc::new(BoxVerifier {
        chain: usual,
        revoked,
    });
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|bad| unreadable(key, &bad))?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|bad| TlsError::Config(bad.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(read_chain(chain)?, key_der)
        .map_err(|bad| TlsError::Config(bad.to_string()))?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![HTTP.to_vec(), b"mqtt".to_vec()];
    Ok(Arc::new(config))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path)
        .map_err(|bad| unreadable(path, &bad))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|bad| unreadable(path, &bad))
}

fn unreadable(path: &Path, why: &dyn core::fmt::Display) -> TlsError {
    TlsError::Pem {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}

/// Why a trusted certificate is no identity of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoIdentity {
    #[error("no certificate")]
    Missing,
    #[error("the certificate cannot be read")]
    Unreadable,
    #[error("it needs exactly one DNS name, equal to its common name")]
    NotOneName,
    #[error("its name is not a box id")]
    NotABoxId,
}

/// Whose certificate a connection has, and which one.
#[derive(Clone, Debug)]
pub struct BoxPapers {
    pub box_id: BoxId,
    pub certificate: CertificateFacts,
}

/// The box whose certificate this is: its one DNS name, which is also its common name.
pub fn box_identity(chain: Option<&[CertificateDer<'_>]>) -> Result<BoxId, NoIdentity> {
    box_papers(chain).map(|papers| papers.box_id)
}

pub(super) fn box_papers(chain: Option<&[CertificateDer<'_>]>) -> Result<BoxPapers, NoIdentity> {
    let leaf = chain
        .and_then(|chain| chain.first())
        .ok_or(NoIdentity::Missing)?;
    let certificate = CertificateFacts::of(leaf).ok_or(NoIdentity::Unreadable)?;
    match &certificate.common_name {
        Some(common) if certificate.names == 1 && certificate.hosts.contains(common) => {
            let box_id = certificate.box_id().ok_or(NoIdentity::NotABoxId)?;
            Ok(BoxPapers {
                box_id,
                certificate,
            })
        }
        Some(_) | None => Err(NoIdentity::NotOneName),
    }
}
