//! One folder is one authority: its key and certificate, the server's key and certificate, and what it signs for boxes.
use super::{PkiError, pem_file, validity};
use messages::BoxId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    collections::BTreeSet,
    fs,
    net::IpAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};
use x509_parser::{extensions::GeneralName, prelude::FromDer as _, prelude::X509Certificate};

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
    pub fn open_or_make(dir: &Path) -> Result<Self, PkiError> {
        let paths = PkiPaths::within(dir);
        if !paths.ca.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(dir)
                .map_err(|source| PkiError::File {
                    path: dir.to_owned(),
                    source,
                })?;
            make_authority(&paths)?;
        }
        Self::open(dir)
    }

    pub fn open(dir: &Path) -> Result<Self, PkiError> {
        let paths = PkiPaths::within(dir);
        let key = KeyPair::from_pem(&pem_file::read(&paths.ca_key)?).map_err(|bad| {
            PkiError::Unreadable {
                path: paths.ca_key.clone(),
                why: bad.to_string(),
            }
        })?;
        let ca_pem = pem_file::read(&paths.ca)?;
        let issuer =
            Issuer::from_ca_cert_pem(&ca_pem, key).map_err(|bad| PkiError::Unreadable {
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
    pub fn ensure_server(&self, hosts: &[String]) -> Result<(), PkiError> {
        if server_stands(&self.paths, hosts) {
            return Ok(());
        }
        let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
        for host in hosts {
            params.subject_alt_names.push(host_name(host)?);
        }
        let first = hosts.first().map_or("localhost", String::as_str);
        params.distinguished_name = name(first);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        validity::set(&mut params, validity::SERVER);
        let key = KeyPair::generate().map_err(make)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(make)?;
        let key_pem = key.serialize_pem();
        pem_file::write(&self.paths.server_key, &key_pem, pem_file::PRIVATE)?;
        let chain = format!("{}{}", certificate.pem(), self.ca_pem);
        pem_file::write(&self.paths.server, &chain, pem_file::PUBLIC)
    }

    /// Signs a box's request: only its key is taken from it, the name is given by us.
    pub fn sign_box(&self, request_pem: &str, box_id: &BoxId) -> Result<String, PkiError> {
        let request = CertificateSigningRequestParams::from_pem(request_pem)
            .map_err(|bad| PkiError::BadRequest(bad.to_string()))?;
        let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
        params.subject_alt_names.push(host_name(box_id.as_str())?);
        params.distinguished_name = name(box_id.as_str());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        validity::set(&mut params, validity::BOX);
        let certificate = params
            .signed_by(&request.public_key, &self.issuer)
            .map_err(make)?;
        Ok(certificate.pem())
    }
}

fn make_authority(paths: &PkiPaths) -> Result<(), PkiError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.distinguished_name = name("Zhunkehu HQ CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity::set(&mut params, validity::AUTHORITY);
    let key = KeyPair::generate().map_err(make)?;
    let certificate = params.self_signed(&key).map_err(make)?;
    pem_file::write(&paths.ca_key, &key.serialize_pem(), pem_file::PRIVATE)?;
    pem_file::write(&paths.ca, &certificate.pem(), pem_file::PUBLIC)
}

pub(super) fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn host_name(host: &str) -> Result<SanType, PkiError> {
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) if is_dns_name(host) => host
            .try_into()
            .map(SanType::DnsName)
            .map_err(|_bad| PkiError::BadHost(host.to_owned())),
        Err(_) => Err(PkiError::BadHost(host.to_owned())),
    }
}

fn is_dns_name(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn make(bad: rcgen::Error) -> PkiError {
    PkiError::Make(bad.to_string())
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
        && signed_by(&leaf, &authority)
        && hosts_of(&leaf) == hosts.iter().cloned().collect()
}

fn signed_by(leaf: &[u8], authority: &[u8]) -> bool {
    let (Ok((_, leaf)), Ok((_, authority))) = (
        X509Certificate::from_der(leaf),
        X509Certificate::from_der(authority),
    ) else {
        return false;
    };
    leaf.issuer() == authority.subject()
        && leaf.verify_signature(Some(authority.public_key())).is_ok()
}

#[allow(clippy::wildcard_enum_match_arm)] // of a foreign enum only two cases are hosts
fn hosts_of(leaf: &[u8]) -> BTreeSet<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(leaf) else {
        return BTreeSet::new();
    };
    let Ok(Some(alternatives)) = certificate.subject_alternative_name() else {
        return BTreeSet::new();
    };
    alternatives
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(dns) => Some((*dns).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
