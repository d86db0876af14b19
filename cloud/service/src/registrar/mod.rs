//! Who is a box: enrolments by a one-time code, certificates and their successors, and the end of a certificate.
mod code;
mod door;
mod enrol;
mod renew;
mod settings;

pub use door::{boxes_router, open_router};
pub use enrol::Refused;
pub use settings::Settings;

use crate::hq_master;
use crate::mqtt::{MqttHandle, Revoked};
use crate::pki::{Authority, TenantBlind};
use code::Code;
use hq_store::{By, Enrolment, NewEnrolment, Store, StoreError};
use identity::{Fingerprint, IdentityError};
use messages::enrolment::{EnrolPurpose, Serial};
use messages::{BoxId, UtcMs};
use portal::lock_out::LockOut;
use portal::{Clock, LockOutLimits};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use seal::{HqBoxKey, HqMaster};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use thiserror::Error;
use tokio::sync::Semaphore;

/// Codes that are compared at one time; each takes 19 MiB and some 20 ms of a core.
const CHECKS_AT_ONCE_MAX: usize = 2;

#[derive(Debug, Error)]
pub enum RegistrarError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("headquarters' own secret (hq-master.key): {0}")]
    Master(#[from] std::io::Error),
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// The one place that signs for boxes. Calls that ask the store block.
pub struct Registrar {
    store: Arc<dyn Store>,
    clock: Clock,
    settings: Settings,
    authority: Authority,
    tenant_blind: TenantBlind,
    master: HqMaster,
    fingerprint: Fingerprint,
    revoked: Arc<Revoked>,
    /// Addresses from which wrong codes come.
    sources: Mutex<LockOut>,
    checks: Semaphore,
    /// Where connections are ended; not there before the listener is.
    boxes: OnceLock<MqttHandle>,
}

/// What an administrator reads out or copies, once.
#[derive(Clone, Debug)]
pub struct Made {
    pub enrolment: Enrolment,
    pub url: String,
    pub code: String,
    pub fingerprint: String,
}

impl Registrar {
    /// What a box wraps keys by that headquarters may hold.
    #[must_use]
    pub fn key_between(&self, box_id: &BoxId) -> HqBoxKey {
        self.master.of_box(box_id)
    }

    /// Opens the authority in the settings' folder, with the revoked certificates that have not run out.
    pub fn open(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Self, RegistrarError> {
        let authority = Authority::open_or_make(&settings.dir)?;
        let der =
            CertificateDer::from_pem_slice(authority.certificate().as_bytes()).map_err(|bad| {
                IdentityError::Unreadable {
                    path: authority.paths().ca.clone(),
                    why: bad.to_string(),
                }
            })?;
        let revoked = Revoked::default();
        revoked.add(store.revoked_serials(clock.now().utc)?);
        let limits = LockOutLimits {
            // The code itself counts how often it was tried.
            user_failures_max: u32::MAX,
            source_failures_max: hq_store::TRIES_MAX,
            first: settings.code_life,
            longest: settings.code_life,
            forget: settings.code_life,
            ..LockOutLimits::default()
        };
        Ok(Self {
            tenant_blind: TenantBlind::open_or_make(&settings.dir)?,
            master: hq_master::open_or_make(&settings.keys_dir)?,
            fingerprint: Fingerprint::of(&der),
            authority,
            revoked: Arc::new(revoked),
            sources: Mutex::new(LockOut::new(limits)),
            checks: Semaphore::new(CHECKS_AT_ONCE_MAX),
            boxes: OnceLock::new(),
            store,
            clock,
            settings,
        })
    }

    /// From now on connections of revoked boxes are ended there.
    pub fn listens(&self, boxes: MqttHandle) {
        let _second = self.boxes.set(boxes);
    }

    #[must_use]
    pub fn revoked(&self) -> Arc<Revoked> {
        Arc::clone(&self.revoked)
    }

    fn now(&self) -> UtcMs {
        self.clock.now().utc
    }

    /// Makes a code for a box; an open one of that box ends.
    pub fn make(
        &self,
        box_id: &BoxId,
        purpose: EnrolPurpose,
        by: &By,
    ) -> Result<Made, RegistrarError> {
        let code = Code::random().ok_or(RegistrarError::NoRandomness)?;
        let code_hash = portal::password::hash(code.secret())
            .map_err(|_failed| RegistrarError::NoRandomness)?;
        let life_ms = i64::try_from(self.settings.code_life.as_millis()).unwrap_or(i64::MAX);
        let new = NewEnrolment {
            box_id: box_id.clone(),
            purpose,
            code_hash,
            expires: UtcMs(by.at.0.saturating_add(life_ms)),
        };
        Ok(Made {
            enrolment: self.store.make_enrolment(&new, by)?,
            url: self.settings.url.clone(),
            code: code.shown(),
            fingerprint: self.fingerprint.to_string(),
        })
    }

    /// Ends certificates of a box, and its connections within the moment.
    pub fn revoke(
        &self,
        box_id: &BoxId,
        serial: Option<&Serial>,
        why: &str,
        by: &By,
    ) -> Result<usize, StoreError> {
        let gone = self.store.revoke(box_id, serial, why, by)?;
        let count = gone.len();
        self.end(box_id, gone);
        tracing::warn!(%box_id, count, "certificates revoked");
        Ok(count)
    }

    /// The list first: whoever comes again meanwhile is refused.
    fn end(&self, box_id: &BoxId, gone: Vec<Serial>) {
        if gone.is_empty() {
            return;
        }
        self.revoked.add(gone);
        if let Some(boxes) = self.boxes.get() {
            boxes.send_away(box_id);
        }
    }

    /// Addresses that wait, and for how many seconds.
    #[must_use]
    pub fn locked_sources(&self) -> Vec<(IpAddr, u64)> {
        let now = self.clock.now().mono;
        let waits = self.sources(|table| table.locked_sources(now));
        waits
            .into_iter()
            .map(|(source, wait)| (source, wait.as_secs().max(1)))
            .collect()
    }

    fn sources<T>(&self, work: impl FnOnce(&mut LockOut) -> T) -> T {
        work(&mut self.sources.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl core::fmt::Debug for Registrar {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Registrar({})", self.settings.url)
    }
}
