//! Mutual TLS to the broker: headquarters' authority is trusted and no other, and the box shows its certificate.
use identity::IdentityError;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::path::Path;
use std::sync::Arc;

/// Reads the files that `enroll` wrote: headquarters' authority, and the box's certificate with its key.
pub(crate) fn client_config(ca: &Path, identity: &Path) -> Result<ClientConfig, IdentityError> {
    let mut roots = RootCertStore::empty();
    for authority in read_chain(ca)? {
        roots.add(authority).map_err(|bad| unreadable(ca, &bad))?;
    }
    let key = PrivateKeyDer::from_pem_file(identity).map_err(|bad| unreadable(identity, &bad))?;
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|bad| IdentityError::Make(bad.to_string()))?
        .with_root_certificates(roots)
        .with_client_auth_cert(read_chain(identity)?, key)
        .map_err(|bad| unreadable(identity, &bad))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    CertificateDer::pem_file_iter(path)
        .map_err(|bad| unreadable(path, &bad))?
        .collect::<Result<_, _>>()
        .map_err(|bad| unreadable(path, &bad))
}

fn unreadable(path: &Path, why: &dyn core::fmt::Display) -> IdentityError {
    IdentityError::Unreadable {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
