//! Enrolment within one machine: headquarters' key is at hand and signs at once. For demos, labs and tests.
use super::{EnrollError, common_name, error::make, host_name, pem_file, validity};
use messages::BoxId;
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::path::{Path, PathBuf};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// `zhunkehu-gateway enroll …`
#[derive(Clone, Debug, clap::Args)]
pub struct Enroll {
    /// Sign with headquarters' key, which lies on this machine.
    #[arg(long)]
    pub dev: bool,
    /// The folder of headquarters' authority.
    #[arg(long)]
    pub hq_dir: Option<PathBuf>,
    /// The name of this box.
    #[arg(long)]
    pub box_id: String,
    /// Where the box's certificates lie.
    #[arg(long, default_value = "certs")]
    pub dir: PathBuf,
}

/// The files with which the link identifies itself, all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxPaths {
    /// Headquarters' authority: who may be the broker.
    pub ca: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl BoxPaths {
    #[must_use]
    pub fn within(dir: &Path) -> Self {
        Self {
            ca: dir.join("hq-ca.pem"),
            certificate: dir.join("box.pem"),
            key: dir.join("box.key"),
        }
    }
}

impl Enroll {
    /// Makes what is missing, runs out soon, or is of another box or authority; what stands is kept.
    pub fn run(&self) -> Result<String, EnrollError> {
        let (true, Some(hq_dir)) = (self.dev, &self.hq_dir) else {
            return Err(EnrollError::NeedsDev);
        };
        let box_id =
            BoxId::parse(&self.box_id).ok_or_else(|| EnrollError::BadBoxId(self.box_id.clone()))?;
        let ca_pem = pem_file::read(&hq_dir.join("ca.pem"))?;
        let paths = BoxPaths::within(&self.dir);
        if !stands(&paths, &ca_pem, &box_id) {
            pem_file::make_folder(&self.dir)?;
            let (request, key_pem) = request(&box_id)?;
            let certificate = sign(hq_dir, &ca_pem, &request, &box_id)?;
            pem_file::write(&paths.key, &key_pem, pem_file::PRIVATE)?;
            pem_file::write(&paths.ca, &ca_pem, pem_file::PUBLIC)?;
            pem_file::write(&paths.certificate, &certificate, pem_file::PUBLIC)?;
        }
        Ok(format!("{box_id} {}", paths.certificate.display()))
    }
}

fn stands(paths: &BoxPaths, ca_pem: &str, box_id: &BoxId) -> bool {
    let (Ok(leaf), Ok(authority)) = (
        CertificateDer::from_pem_file(&paths.certificate),
        CertificateDer::from_pem_slice(ca_pem.as_bytes()),
    ) else {
        return false;
    };
    paths.key.exists()
        && pem_file::read(&paths.ca).is_ok_and(|kept| kept == ca_pem)
        && validity::lasts(&leaf)
        && is_of(&leaf, &authority, box_id)
}

/// Signed by the authority, in the box's name?
fn is_of(leaf: &[u8], authority: &[u8], box_id: &BoxId) -> bool {
    let (Ok((_, leaf)), Ok((_, authority))) = (
        X509Certificate::from_der(leaf),
        X509Certificate::from_der(authority),
    ) else {
        return false;
    };
    let named = leaf
        .subject()
        .iter_common_name()
        .any(|name| name.as_str() == Ok(box_id.as_str()));
    named && leaf.verify_signature(Some(authority.public_key())).is_ok()
}

/// A new key, and the request that asks for its certificate. The key never leaves the box.
fn request(box_id: &BoxId) -> Result<(String, String), EnrollError> {
    let key = KeyPair::generate().map_err(make)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.distinguished_name = common_name(box_id.as_str());
    params.subject_alt_names.push(host_name(box_id.as_str())?);
    let request = params.serialize_request(&key).map_err(make)?;
    Ok((request.pem().map_err(make)?, key.serialize_pem()))
}

/// What headquarters does with a request: it takes the key from it, and gives the name itself.
fn sign(hq_dir: &Path, ca_pem: &str, request: &str, box_id: &BoxId) -> Result<String, EnrollError> {
    let key_path = hq_dir.join("ca.key");
    let key =
        KeyPair::from_pem(&pem_file::read(&key_path)?).map_err(|bad| EnrollError::Unreadable {
            path: key_path,
            why: bad.to_string(),
        })?;
    let issuer = Issuer::from_ca_cert_pem(ca_pem, key).map_err(make)?;
    let request = CertificateSigningRequestParams::from_pem(request).map_err(make)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.subject_alt_names.push(host_name(box_id.as_str())?);
    params.distinguished_name = common_name(box_id.as_str());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    validity::set(&mut params, validity::BOX);
    let certificate = params
        .signed_by(&request.public_key, &issuer)
        .map_err(make)?;
    Ok(certificate.pem())
}
