//! The register of the boxes: who may get an identity, which certificates there are, which of them are good no longer.
use crate::StoreError;
use messages::enrolment::{CertificateOrigin, EnrolPurpose, EnrolState, Serial};
use messages::{BoxId, UserName, UtcMs, command::Secret};
use std::net::IpAddr;

/// Wrong codes that an enrolment bears.
pub const TRIES_MAX: u32 = 5;

/// Who does something, from where, and when.
#[derive(Clone, Debug)]
pub struct By {
    /// `None`: a box, or somebody whom nobody knows.
    pub user: Option<UserName>,
    pub from_ip: Option<IpAddr>,
    pub at: UtcMs,
}

#[derive(Clone, Debug)]
pub struct NewEnrolment {
    pub box_id: BoxId,
    pub purpose: EnrolPurpose,
    /// PHC string.
    pub code_hash: Secret,
    pub expires: UtcMs,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    pub id: u64,
    pub box_id: BoxId,
    pub purpose: EnrolPurpose,
    pub made: UtcMs,
    pub made_by: UserName,
    pub expires: UtcMs,
    pub tries: u32,
    /// As it was written: an open one may have run out since.
    pub state: EnrolState,
    pub closed: Option<UtcMs>,
    pub from_ip: Option<String>,
}

impl Enrolment {
    /// An open one runs out by itself.
    #[must_use]
    pub fn state_at(&self, now: UtcMs) -> EnrolState {
        match self.state {
            EnrolState::Open if self.expires <= now => EnrolState::Expired,
            EnrolState::Open
            | EnrolState::Used
            | EnrolState::Cancelled
            | EnrolState::Replaced
            | EnrolState::Locked
            | EnrolState::Expired => self.state,
        }
    }
}

/// A certificate as it is written into the register.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    pub box_id: BoxId,
    pub serial: Serial,
    pub origin: CertificateOrigin,
    pub not_before: UtcMs,
    pub not_after: UtcMs,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    pub box_id: BoxId,
    pub serial: Serial,
    pub origin: CertificateOrigin,
    pub not_before: UtcMs,
    pub not_after: UtcMs,
    pub first_seen: UtcMs,
    /// When a connection with it was last begun.
    pub connected: Option<UtcMs>,
    pub revoked: Option<UtcMs>,
    /// `None` where it was not revoked, or gave way to a newer one.
    pub revoked_by: Option<UserName>,
    pub why: Option<String>,
}

/// What a try to use a code meets. The try is counted already.
#[derive(Clone, Debug)]
pub enum Tried {
    Compare {
        id: u64,
        code_hash: Secret,
    },
    /// Nothing is open for this box.
    Nothing,
    Expired,
    Locked,
}

/// Like every call of the store: durable when it returns `Ok`, and written down in the audit.
pub trait Register {
    /// Makes an enrolment; an open one of the same box is replaced.
    fn make_enrolment(&self, new: &NewEnrolment, by: &By) -> Result<Enrolment, StoreError>;
    /// [`StoreError::UnknownEnrolment`] unless it is open.
    fn cancel_enrolment(&self, id: u64, by: &By) -> Result<(), StoreError>;
    /// The newest ones first.
    fn enrolments(&self, limit: u32) -> Result<Vec<Enrolment>, StoreError>;
    /// Counts a try of the box's open enrolment before the code is looked at.
    fn begin_try(&self, box_id: &BoxId, by: &By) -> Result<Tried, StoreError>;
    /// The code was wrong: the fifth time locks.
    fn note_wrong_code(&self, box_id: &BoxId, id: Option<u64>, by: &By) -> Result<(), StoreError>;
    /// The code was right: used up, the certificate stands, and every other one of the box is revoked. `None`: somebody
    /// else was quicker. Returns the serials that are good no longer.
    fn use_enrolment(
        &self,
        id: u64,
        certificate: &NewCertificate,
        by: &By,
    ) -> Result<Option<Vec<Serial>>, StoreError>;

    /// A certificate was signed, or one that nobody knew is in use. What stands is kept.
    fn note_certificate(&self, certificate: &NewCertificate, by: &By) -> Result<(), StoreError>;
    /// A box has connected with it: older ones of the box give way. Returns the serials that are good no longer.
    fn note_connected(&self, used: &NewCertificate, at: UtcMs) -> Result<Vec<Serial>, StoreError>;
    /// By box, the newest first.
    fn certificates(&self) -> Result<Vec<CertificateRecord>, StoreError>;
    /// Certificates of a box that are neither revoked nor run out.
    fn good_certificates(&self, box_id: &BoxId, at: UtcMs) -> Result<u32, StoreError>;
    /// Revokes one certificate of a box, or all of them. [`StoreError::UnknownBox`] if there is none to revoke.
    fn revoke(
        &self,
        box_id: &BoxId,
        serial: Option<&Serial>,
        why: &str,
        by: &By,
    ) -> Result<Vec<Serial>, StoreError>;
    /// Those that have not run out.
    fn revoked_serials(&self, at: UtcMs) -> Result<Vec<Serial>, StoreError>;
}
