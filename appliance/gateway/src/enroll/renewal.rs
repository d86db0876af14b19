//! The certificate is renewed when two thirds of its life are over: over mutual TLS, with a new key, in good time and never in step.
use super::folder::{self, BoxPaths, HqPlace, one_file};
use super::https::{self, Place};
use crate::link::client_config;
use core::time::Duration;
use identity::{BoxRequest, CertificateFacts, signed_by, whole_file};
use messages::enrolment::{MESSAGE_BYTES_MAX, NotEnrolled, RENEW_PATH, RenewAsk, RenewGranted};
use messages::{BoxId, UtcMs, wire};
use portal::Clock;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use sansio::SeededRng;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often the certificate is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const RETRY_FIRST: Duration = Duration::from_secs(60);
const RETRY_LONGEST: Duration = Duration::from_hours(6);

/// What went wrong last, for the page. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct RenewalTrouble(Arc<Mutex<Option<(&'static str, UtcMs)>>>);

impl RenewalTrouble {
    #[must_use]
    pub fn last(&self) -> Option<(&'static str, UtcMs)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, trouble: Option<(&'static str, UtcMs)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

pub struct Renewal {
    pub dir: PathBuf,
    pub box_id: BoxId,
    /// `host:port` where the configuration names it.
    pub broker: Option<String>,
    pub clock: Clock,
    pub seed: u64,
    pub trouble: RenewalTrouble,
    /// Rung when the next certificate is here.
    pub redial: Arc<Notify>,
}

impl Renewal {
    /// Looks until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut rng = SeededRng::new(self.seed);
        let spread = rng.unit();
        let mut wait = Duration::from_secs(1);
        let mut failures = 0_u32;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            wait = match self.look(spread).await {
                Ok(()) => {
                    failures = 0;
                    self.trouble.put(None);
                    LOOK_EVERY
                }
                Err(code) => {
                    self.trouble.put(Some((code, self.clock.now().utc)));
                    tracing::warn!(code, "the certificate was not renewed");
                    let step = RETRY_FIRST
                        .saturating_mul(1 << failures.min(16))
                        .min(RETRY_LONGEST);
                    failures += 1;
                    step / 2 + (step / 2).mul_f64(rng.unit())
                }
            };
        }
    }

    /// Renews if it is time; `spread` (0 to 1) keeps boxes of one day apart.
    async fn look(&self, spread: f64) -> Result<(), &'static str> {
        let paths = BoxPaths::within(&self.dir);
        let Some(facts) = folder::certificate_of(&paths.identity) else {
            return Ok(()); // not enrolled: nothing to renew
        };
        let now = self.clock.now().utc;
        folder::in_time(&facts, now)?;
        if paths.next.exists() || now < due(&facts, spread) {
            return Ok(());
        }
        self.renew(&paths).await
    }

    async fn renew(&self, paths: &BoxPaths) -> Result<(), &'static str> {
        let place = self.place()?;
        let asked = BoxRequest::make(&self.box_id).map_err(|bad| bad.code())?;
        let ask = RenewAsk {
            request: asked.request.clone(),
        };
        let body = wire::encode(&ask).map_err(|_bad| "internal")?;
        let mut tls = client_config(&paths.ca, &paths.identity).map_err(|bad| bad.code())?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let answer = https::post(&place, Arc::new(tls), RENEW_PATH, body, MESSAGE_BYTES_MAX)
            .await
            .map_err(code_of)?;
        if answer.status != 200 {
            let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let why = problem["code"].as_str().and_then(NotEnrolled::parse);
            return Err(why.map_or("enroll_bad_answer", NotEnrolled::code));
        }
        let granted: RenewGranted =
            wire::decode(&answer.body).map_err(|_bad| "enroll_bad_answer")?;
        if !is_ours(&granted.certificate, &paths.ca, &self.box_id) {
            return Err("enroll_bad_answer");
        }
        let next = one_file(&granted.certificate, &asked.key);
        whole_file::write(&paths.next, next.as_bytes(), whole_file::PRIVATE)
            .map_err(|bad| bad.code())?;
        tracing::info!("the next certificate is here");
        self.redial.notify_one();
        Ok(())
    }

    fn place(&self) -> Result<Place, &'static str> {
        let told = match &self.broker {
            Some(broker) => Some(broker.clone()),
            None => HqPlace::read(&self.dir)
                .map_err(|bad| bad.code())?
                .map(|place| place.broker),
        };
        let broker = told.ok_or("no_broker")?;
        Place::of_url(&format!("https://{broker}")).ok_or("no_broker")
    }
}

/// Two thirds of the life, and up to a twentieth more.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // milliseconds of some years
fn due(facts: &CertificateFacts, spread: f64) -> UtcMs {
    let life = facts.not_after.0.saturating_sub(facts.not_before.0) as f64;
    UtcMs(
        facts
            .renew_at()
            .0
            .saturating_add((life / 20.0 * spread) as i64),
    )
}

fn is_ours(pem: &str, ca: &Path, box_id: &BoxId) -> bool {
    let (Ok(leaf), Ok(authority)) = (
        CertificateDer::from_pem_slice(pem.as_bytes()),
        CertificateDer::from_pem_file(ca),
    ) else {
        return false;
    };
    signed_by(&leaf, &authority)
        && CertificateFacts::of(&leaf)
            .and_then(|facts| facts.box_id())
            .as_ref()
            == Some(box_id)
}

fn code_of(bad: https::HttpsError) -> &'static str {
    super::EnrollError::from(bad).code()
}
