//! Enrolment within one machine: headquarters' key is at hand and signs at once. For demos, labs and tests.
use super::EnrollError;
use identity::{BoxRequest, CertificateFacts, IdentityError, make, sign_box, validity, whole_file};
use messages::BoxId;
use rcgen::{Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::path::{Path, PathBuf};

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
        let ca_pem = whole_file::read(&hq_dir.join("ca.pem"))?;
        let paths = BoxPaths::within(&self.dir);
        if !stands(&paths, &ca_pem, &box_id) {
            whole_file::make_folder(&self.dir)?;
            let asked = BoxRequest::make(&box_id)?;
            let certificate = sign(hq_dir, &ca_pem, &asked.request, &box_id)?;
            whole_file::write(&paths.key, asked.key.as_bytes(), whole_file::PRIVATE)?;
            whole_file::write(&paths.ca, ca_pem.as_bytes(), whole_file::PUBLIC)?;
            whole_file::write(
                &paths.certificate,
                certificate.as_bytes(),
                whole_file::PUBLIC,
            )?;
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
        && whole_file::read(&paths.ca).is_ok_and(|kept| kept == ca_pem)
        && validity::lasts(&leaf)
        && is_of(&leaf, &authority, box_id)
}

/// Signed by the authority, in the box's name?
fn is_of(leaf: &[u8], authority: &[u8], box_id: &BoxId) -> bool {
    CertificateFacts::of(leaf)
        .and_then(|facts| facts.box_id())
        .as_ref()
        == Some(box_id)
        && identity::signed_by(leaf, authority)
}

/// What headquarters does with a request.
fn sign(
    hq_dir: &Path,
    ca_pem: &str,
    request: &str,
    box_id: &BoxId,
) -> Result<String, IdentityError> {
    let key_path = hq_dir.join("ca.key");
    let key = KeyPair::from_pem(&whole_file::read(&key_path)?).map_err(|bad| {
        IdentityError::Unreadable {
            path: key_path,
            why: bad.to_string(),
        }
    })?;
    let issuer = Issuer::from_ca_cert_pem(ca_pem, key).map_err(make)?;
    sign_box(&issuer, request, box_id, validity::BOX)
}
