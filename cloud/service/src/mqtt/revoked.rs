//! Certificates that are good no longer although they have not run out: looked at in every handshake.
use messages::enrolment::Serial;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// Shared by the listener and by whoever revokes.
#[derive(Debug, Default)]
pub struct Revoked(RwLock<BTreeSet<Serial>>);

impl Revoked {
    pub fn add(&self, serials: impl IntoIterator<Item = Serial>) {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        set.extend(serials);
    }

    #[must_use]
    pub fn holds(&self, serial: &Serial) -> bool {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        set.contains(serial)
    }
}
