//! Enrolment at a distance: address, code and fingerprint, as headquarters shows them once.
use super::folder::{HqPlace, Papers};
use super::https::{self, Place};
use super::{EnrollError, pinned};
use core::fmt;
use identity::{BoxRequest, CertificateFacts, Fingerprint, IdentityError, signed_by, validity};
use messages::BoxId;
use messages::enrolment::{ENROL_PATH, EnrolAsk, EnrolGranted, MESSAGE_BYTES_MAX, NotEnrolled};
use messages::wire;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::Value;
use std::path::Path;
use zeroize::Zeroizing;

/// What a person reads at headquarters and types here.
#[derive(Clone)]
pub struct Invitation {
    pub url: String,
    pub code: String,
    pub fingerprint: String,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation({})", self.url)
    }
}

/// Makes a key, has it signed, and keeps the identity in `dir`. The key is made here and stays here.
pub(crate) async fn enroll(
    invitation: &Invitation,
    box_id: &BoxId,
    dir: &Path,
) -> Result<(), EnrollError> {
    let bad_url = || EnrollError::BadUrl(invitation.url.clone());
    let place = Place::of_url(&invitation.url).ok_or_else(bad_url)?;
    let code = code(&invitation.code)?;
    let fingerprint =
        Fingerprint::parse(&invitation.fingerprint).ok_or(EnrollError::BadFingerprint)?;
    let asked = BoxRequest::make(box_id)?;
    let ask = EnrolAsk {
        box_id: box_id.clone(),
        code,
        request: asked.request.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let body = wire::encode(&ask).map_err(|bad| EnrollError::BadAnswer(bad.to_string()))?;
    let tls =
        pinned::client_config(fingerprint).map_err(|bad| EnrollError::Tls(bad.to_string()))?;
    let answer = https::post(&place, tls, ENROL_PATH, body, MESSAGE_BYTES_MAX).await?;
    if answer.status != 200 {
        return Err(refusal(&answer));
    }
    let granted: EnrolGranted =
        wire::decode(&answer.body).map_err(|bad| EnrollError::BadAnswer(bad.to_string()))?;
    check(&granted, fingerprint, box_id)?;
    let url = format!("https://{}:{}", place.host, place.port);
    papers(granted, asked.key, url).keep(dir)
}

/// Small letters, hyphens and spaces do not matter.
fn code(typed: &str) -> Result<String, EnrollError> {
    let text: String = typed
        .chars()
        .filter(|sign| !matches!(sign, ' ' | '-'))
        .take(9)
        .collect();
    let fits = text.len() == 8 && text.bytes().all(|sign| sign.is_ascii_alphanumeric());
    fits.then_some(text).ok_or(EnrollError::BadCode)
}

fn refusal(answer: &https::Answer) -> EnrollError {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let why = problem["code"].as_str().and_then(NotEnrolled::parse);
    match why {
        Some(why) => EnrollError::Refused(why, answer.retry_after_s),
        None => EnrollError::BadAnswer(format!("HTTP {}", answer.status)),
    }
}

/// What came is what was asked for: of this authority, in this name, good now.
fn check(
    granted: &EnrolGranted,
    fingerprint: Fingerprint,
    box_id: &BoxId,
) -> Result<(), EnrollError> {
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).ok();
    let (Some(authority), Some(leaf)) = (der(&granted.authority), der(&granted.certificate)) else {
        return Err(EnrollError::BadAnswer("no certificates".to_owned()));
    };
    if Fingerprint::of(&authority) != fingerprint || !signed_by(&leaf, &authority) {
        return Err(EnrollError::OtherFingerprint);
    }
    let facts = CertificateFacts::of(&leaf).filter(|facts| facts.box_id().as_ref() == Some(box_id));
    let Some(facts) = facts else {
        return Err(IdentityError::OtherName(box_id.to_string()).into());
    };
    let now = validity::now();
    if facts.not_before > now || facts.not_after <= now {
        return Err(EnrollError::Clock);
    }
    Ok(())
}

fn papers(granted: EnrolGranted, key: Zeroizing<String>, url: String) -> Papers {
    Papers {
        authority: granted.authority,
        certificate: granted.certificate,
        key,
        place: Some(HqPlace {
            tenant: granted.tenant,
            broker: granted.broker,
            url,
            enrolled: validity::now().0,
        }),
        tenant_blind: Some(Zeroizing::new(granted.tenant_blind)),
        hq_key: Some(Zeroizing::new(granted.hq_key)),
        directive_key: granted.directive_key,
        recovery_key: granted.recovery_key,
    }
}
