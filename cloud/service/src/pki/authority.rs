//! One folder is one authority: its key and certificate, the server's key and certificate, and what it signs for boxes.
use core::time::Duration;
use identity::{
    CertificateFacts, IdentityError, common_name, host_name, make, validity, whole_file,
};
use messages::BoxId;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::path::{Path, PathBuf};

/// The files of an authority, all PEM. Keys are readable by their owner only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PkiPaths {
    pub ca: PathBuf,
    pub ca_key: PathBuf,
    /// The server's certificate, the authority's behind it.
    pub server: PathBuf,
    pub server_key: PathBuf,
}

impl PkiPaths {
    #[must_use]
    pub fn within(dir: &Path) -> Self {
        Self {
            ca: dir.join("ca.pem"),
            ca_key: dir.join("ca.key"),
            server: dir.join("server.pem"),
            server_key: dir.join("server.key"),
        }
    }
}

#[derive(Debug)]
pub struct Authority {
    paths: PkiPaths,
    ca_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Opens the authority in the folder, or makes one where there is none.
    pub fn open_or_make(dir: &Path) -> Result<Self, IdentityError> {
        let paths = PkiPaths::within(dir);
        if !paths.ca.exists() {
            whole_file::make_folder(dir)?;
            make_authority(&paths)?;
        }
        Self::open(dir)
    }

    pub fn open(dir: &Path) -> Result<Self, IdentityError> {
        let paths = PkiPaths::within(dir);
        let key = KeyPair::from_pem(&whole_file::read(&paths.ca_key)?).map_err(|bad| {
            IdentityError::Unreadable {
                path: paths.ca_key.clone(),
                why: bad.to_string(),
            }
        })?;
        let ca_pem = whole_file::read(&paths.ca)?;
        let issuer =
            Issuer::from_ca_cert_pem(&ca_pem, key).map_err(|bad| IdentityError::Unreadable {
                path: paths.ca.clone(),
                why: bad.to_string(),
            })?;
        Ok(Self {
            paths,
            ca_pem,
            issuer,
        })
    }

    #[must_use]
    pub const fn paths(&self) -> &PkiPaths {
        &self.paths
    }

    /// Makes the server's certificate where it is missing, names other hosts, or runs out soon.
    pub fn ensure_server(&self, hosts: &[String]) -> Result<(), IdentityError> {
        if server_stands(&self.paths, hosts) {
            return Ok(());
        }
        let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
        for host in hosts {
            params.subject_alt_names.push(host_name(host)?);
        }
        let first = hosts.first().map_or("localhost", String::as_str);
        params.distinguished_name = common_name(first);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        validity::set(&mut params, validity::SERVER);
        let key = KeyPair::generate().map_err(make)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(make)?;
        let key_pem = key.serialize_pem();
        whole_file::write(
            &self.paths.server_key,
            key_pem.as_bytes(),
            whole_file::PRIVATE,
        )?;
        let chain = format!("{}{}", certificate.pem(), self.ca_pem);
        whole_file::write(&self.paths.server, chain.as_bytes(), whole_file::PUBLIC)
    }

    /// Signs a box's request for `life`.
    pub fn sign_box(
        &self,
        request_pem: &str,
        box_id: &BoxId,
        life: Duration,
    ) -> Result<String, IdentityError> {
        identity::sign_box(&self.issuer, request_pem, box_id, life)
    }

    /// The authority's own certificate, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.ca_pem
    }
}

fn make_authority(paths: &PkiPaths) -> Result<(), IdentityError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.distinguished_name = common_name("Zhunkehu HQ CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity::set(&mut params, validity::AUTHORITY);
    let key = KeyPair::generate().map_err(make)?;
    let certificate = params.self_signed(&key).map_err(make)?;
    whole_file::write(
        &paths.ca_key,
        key.serialize_pem().as_bytes(),
        whole_file::PRIVATE,
    )?;
    whole_file::write(&paths.ca, certificate.pem().as_bytes(), whole_file::PUBLIC)
}

/// The server's files are there, for these hosts, for long enough, and of this authority.
fn server_stands(paths: &PkiPaths, hosts: &[String]) -> bool {
    let Ok(leaf) = CertificateDer::from_pem_file(&paths.server) else {
        return false;
    };
    let Ok(authority) = CertificateDer::from_pem_file(&paths.ca) else {
        return false;
    };
    paths.server_key.exists()
        && validity::lasts(&leaf)
        && identity::signed_by(&leaf, &authority)
        && CertificateFacts::of(&leaf)
            .is_some_and(|facts| facts.hosts == hosts.iter().cloned().collect())
}
