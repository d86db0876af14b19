//! A box without a certificate comes with a code.
use super::{Code, Registrar};
use crate::recovery_key;
use hq_store::{By, NewCertificate, StoreError, Tried};
use identity::{CertificateFacts, IdentityError, hq_files};
use messages::BoxId;
use messages::command::Secret;
use messages::enrolment::{CertificateOrigin, EnrolAsk, EnrolGranted, NotEnrolled, Serial};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use std::fs;
use std::net::IpAddr;
use std::sync::Arc;

/// No identity: why, and after how many seconds it is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub why: NotEnrolled,
    pub retry_after_s: Option<u64>,
}

impl From<NotEnrolled> for Refused {
    fn from(why: NotEnrolled) -> Self {
        Self {
            why,
            retry_after_s: None,
        }
    }
}

impl Registrar {
    /// Checks the code, signs the request, and hands over what belongs to an identity.
    pub async fn enrol(
        self: &Arc<Self>,
        ask: EnrolAsk,
        from_ip: IpAddr,
    ) -> Result<EnrolGranted, Refused> {
        let mono = self.clock.now().mono;
        self.sources(|table| table.begin(ask.box_id.as_str(), from_ip, mono))
            .map_err(|wait| Refused {
                why: NotEnrolled::SourceLocked,
                retry_after_s: Some(wait.as_secs().max(1)),
            })?;
        let room = self.checks.acquire().await;
        let _room = room.map_err(|_closed| NotEnrolled::Unavailable)?;
        let registrar = Arc::clone(self);
        let box_id = ask.box_id.clone();
        let done = tokio::task::spawn_blocking(move || registrar.enrol_now(&ask, from_ip)).await;
        let outcome = match done {
            Ok(outcome) => outcome,
            Err(bad) => {
                tracing::error!(%bad, "an enrolment panicked");
                Err(NotEnrolled::Unavailable)
            }
        };
        self.count(&outcome, &box_id, from_ip);
        outcome.map_err(Refused::from)
    }

    fn count(&self, outcome: &Result<EnrolGranted, NotEnrolled>, box_id: &BoxId, from_ip: IpAddr) {
        let mono = self.clock.now().mono;
        match outcome {
            Ok(_) => {
                tracing::info!(%box_id, %from_ip, "box enrolled");
                self.sources(|table| table.succeed(box_id.as_str(), from_ip));
            }
            Err(why) => {
                tracing::warn!(%box_id, %from_ip, code = why.code(), "box not enrolled");
                self.sources(|table| {
                    table.fail(box_id.as_str(), from_ip, mono);
                });
            }
        }
    }

    /// Blocks.
    fn enrol_now(&self, ask: &EnrolAsk, from_ip: IpAddr) -> Result<EnrolGranted, NotEnrolled> {
        let by = By {
            user: None,
            from_ip: Some(from_ip),
            at: self.now(),
        };
        let unwritten = |bad: StoreError| {
            tracing::warn!(%bad, "an enrolment could not be written");
            NotEnrolled::Unavailable
        };
        let (id, hash) = match self.store.begin_try(&ask.box_id, &by).map_err(unwritten)? {
            Tried::Compare { id, code_hash } => (id, code_hash),
            Tried::Nothing => return Err(NotEnrolled::CodeWrong),
            Tried::Expired => return Err(NotEnrolled::CodeExpired),
            Tried::Locked => return Err(NotEnrolled::CodeLocked),
        };
        if !is_right(&ask.code, &hash) {
            let noted = self.store.note_wrong_code(&ask.box_id, Some(id), &by);
            noted.map_err(unwritten)?;
            return Err(NotEnrolled::CodeWrong);
        }
        let (pem, certificate) =
            self.sign(&ask.box_id, &ask.request, CertificateOrigin::Enrolment)?;
        let used = self.store.use_enrolment(id, &certificate, &by);
        let gone = used.map_err(unwritten)?.ok_or(NotEnrolled::CodeWrong)?;
        self.end(&ask.box_id, gone);
        Ok(self.granted(&ask.box_id, pem))
    }

    /// Signs a box's request, and says what stands in the certificate.
    pub(super) fn sign(
        &self,
        box_id: &BoxId,
        request: &str,
        origin: CertificateOrigin,
    ) -> Result<(String, NewCertificate), NotEnrolled> {
        let life = self.settings.certificate_life;
        let pem = self
            .authority
            .sign_box(request, box_id, life)
            .map_err(|bad| refused(box_id, &bad))?;
        let facts = CertificateDer::from_pem_slice(pem.as_bytes())
            .ok()
            .and_then(|der| CertificateFacts::of(&der))
            .ok_or(NotEnrolled::RequestBad)?;
        let certificate = NewCertificate {
            box_id: box_id.clone(),
            serial: facts.serial,
            origin,
            not_before: facts.not_before,
            not_after: facts.not_after,
        };
        Ok((pem, certificate))
    }

    fn granted(&self, box_id: &BoxId, certificate: String) -> EnrolGranted {
        EnrolGranted {
            tenant: self.settings.tenant.clone(),
            certificate,
            authority: self.authority.certificate().to_owned(),
            broker: self.settings.broker.clone(),
            tenant_blind: *self.tenant_blind.key().expose(),
            hq_key: *self.master.of_box(box_id).key().expose(),
            directive_key: fs::read(self.settings.dir.join(hq_files::DIRECTIVE_PUBLIC)).ok(),
            recovery_key: recovery_key::public(&self.settings.dir)
                .map(|key| key.as_bytes().to_vec()),
        }
    }

    /// The certificate of a connection: written down, and older ones give way to a renewed one.
    pub(crate) fn note_connected(&self, box_id: &BoxId, facts: &CertificateFacts) {
        let used = NewCertificate {
            box_id: box_id.clone(),
            serial: facts.serial.clone(),
            origin: CertificateOrigin::Elsewhere,
            not_before: facts.not_before,
            not_after: facts.not_after,
        };
        match self.store.note_connected(&used, self.now()) {
            Ok(gone) => self.revoked.add(gone),
            Err(bad) => tracing::warn!(%box_id, %bad, "a certificate was not written down"),
        }
    }

    #[must_use]
    pub(crate) fn is_revoked(&self, serial: &Serial) -> bool {
        self.revoked.holds(serial)
    }
}

fn refused(box_id: &BoxId, bad: &IdentityError) -> NotEnrolled {
    tracing::warn!(%box_id, code = bad.code(), %bad, "a request was not signed");
    match bad {
        IdentityError::File { .. } | IdentityError::Unreadable { .. } | IdentityError::Make(_) => {
            NotEnrolled::Unavailable
        }
        IdentityError::BadHost(_)
        | IdentityError::BadRequest(_)
        | IdentityError::OtherName(_)
        | IdentityError::KeyKind => NotEnrolled::RequestBad,
    }
}

fn is_right(typed: &str, hash: &Secret) -> bool {
    Code::parse(typed).is_some_and(|code| portal::password::matches(code.secret(), hash))
}
