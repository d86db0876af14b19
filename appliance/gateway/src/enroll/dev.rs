//! Enrolment within one machine: headquarters' keys are at hand and sign at once. For demos, labs and tests.
use super::EnrollError;
use super::folder::{self, BoxPaths, HqPlace, Papers};
use identity::{
    BoxRequest, IdentityError, hq_files, make, sign_box, signed_by, validity, whole_file,
};
use messages::BoxId;
use rcgen::{Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use seal::{HqMaster, Key};
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

/// Makes what is missing, runs out soon, or is of another box or authority; what stands is kept.
pub(super) fn enroll(
    hq_dir: &Path,
    hq_keys: &Path,
    box_id: &BoxId,
    dir: &Path,
) -> Result<(), EnrollError> {
    let ca_pem = whole_file::read(&hq_dir.join("ca.pem"))?;
    let fresh = Papers {
        tenant_blind: whole_file::read_key(&hq_dir.join(hq_files::TENANT_BLIND))?,
        hq_key: hq_key(hq_keys, box_id)?,
        directive_key: public(&hq_dir.join(hq_files::DIRECTIVE_PUBLIC)),
        recovery_key: public(&hq_dir.join("recovery.pub")),
        place: HqPlace::read(dir)?,
        authority: ca_pem.clone(),
        certificate: String::new(),
        key: Zeroizing::new(String::new()),
    };
    if stands(dir, &fresh, box_id) {
        return Ok(());
    }
    let asked = BoxRequest::make(box_id)?;
    let papers = Papers {
        certificate: sign(hq_dir, &ca_pem, &asked.request, box_id)?,
        key: asked.key,
        ..fresh
    };
    papers.keep(dir)
}

/// What headquarters' master key makes for this box; nothing where there is no master key.
fn hq_key(hq_keys: &Path, box_id: &BoxId) -> Result<Option<Zeroizing<[u8; 32]>>, IdentityError> {
    let master = whole_file::read_key(&hq_keys.join(hq_files::MASTER))?;
    Ok(master.map(|master| {
        let between = HqMaster::new(Key::from_bytes(*master)).of_box(box_id);
        Zeroizing::new(*between.key().expose())
    }))
}

fn public(path: &Path) -> Option<Vec<u8>> {
    fs::read(path).ok()
}

/// Of this box and this authority, for long enough, with the keys that headquarters has now.
fn stands(dir: &Path, fresh: &Papers, box_id: &BoxId) -> bool {
    let paths = BoxPaths::within(dir);
    let (Ok(leaf), Ok(authority)) = (
        CertificateDer::from_pem_file(&paths.identity),
        CertificateDer::from_pem_slice(fresh.authority.as_bytes()),
    ) else {
        return false;
    };
    let of_box = folder::certificate_of(&paths.identity).and_then(|facts| facts.box_id());
    let same = |path: &Path, wanted: Option<&[u8]>| fs::read(path).ok().as_deref() == wanted;
    whole_file::read(&paths.ca).is_ok_and(|kept| kept == fresh.authority)
        && validity::lasts(&leaf)
        && of_box.as_ref() == Some(box_id)
        && signed_by(&leaf, &authority)
        && same(
            &paths.tenant_blind,
            fresh.tenant_blind.as_ref().map(|key| key.as_slice()),
        )
        && same(
            &paths.hq_key,
            fresh.hq_key.as_ref().map(|key| key.as_slice()),
        )
        && same(&paths.directive_key, fresh.directive_key.as_deref())
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
