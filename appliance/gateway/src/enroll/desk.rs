//! Enrolment as the pages ask for it: how the box stands with headquarters, and one enrolment at a time.
use super::folder::{BoxPaths, HqPlace, certificate_of};
use super::remote::{self, Invitation};
use super::{EnrollError, RenewalTrouble};
use crate::snapshot::SnapshotState;
use identity::{CertificateFacts, Fingerprint};
use messages::{BoxId, UtcMs};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Clones share everything.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    box_id: BoxId,
    dir: PathBuf,
    trouble: RenewalTrouble,
    snapshots: SnapshotState,
    busy: Mutex<()>,
}

/// What the folder of the identity holds.
#[derive(Clone, Debug)]
pub struct Standing {
    pub place: Option<HqPlace>,
    pub certificate: Option<CertificateFacts>,
    /// A next certificate waits for its first connection.
    pub next: bool,
    pub fingerprint: Option<String>,
    /// Why the certificate was not renewed when it should have been.
    pub trouble: Option<(&'static str, UtcMs)>,
}

impl Desk {
    #[must_use]
    pub fn new(box_id: BoxId, dir: PathBuf, trouble: RenewalTrouble) -> Self {
        Self(Arc::new(Inner {
            box_id,
            dir,
            trouble,
            snapshots: SnapshotState::default(),
            busy: Mutex::new(()),
        }))
    }

    /// What this box has left with headquarters. Clones share it.
    #[must_use]
    pub fn snapshots(&self) -> SnapshotState {
        self.0.snapshots.clone()
    }

    /// Reads some small files.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let paths = BoxPaths::within(&self.0.dir);
        let authority = CertificateDer::from_pem_file(&paths.ca).ok();
        Standing {
            place: HqPlace::read(&self.0.dir).ok().flatten(),
            certificate: certificate_of(&paths.identity),
            next: paths.next.exists(),
            fingerprint: authority.map(|der| Fingerprint::of(&der).to_string()),
            trouble: self.0.trouble.last(),
        }
    }

    /// The running link takes the identity up at its next connection.
    pub async fn enroll(&self, invitation: &Invitation) -> Result<(), EnrollError> {
        let _alone = self
            .0
            .busy
            .try_lock()
            .map_err(|_held| EnrollError::UnderWay)?;
        remote::enroll(invitation, &self.0.box_id, &self.0.dir).await
    }
}
