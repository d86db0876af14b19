//! Numbers as all branches of the tenant know them: by the blind index of the tenant's own key. No number is kept.
use crate::pki::TenantBlind;
use identity::IdentityError;
use messages::PartyNumber;
use seal::BlindKey;
use std::path::Path;

pub struct TenantNumbers(BlindKey);

impl core::fmt::Debug for TenantNumbers {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("TenantNumbers")
    }
}

impl TenantNumbers {
    /// With the tenant's key in the authority's folder; made where it is missing.
    pub fn open_or_make(dir: &Path) -> Result<Self, IdentityError> {
        let blind = TenantBlind::open_or_make(dir)?;
        Ok(Self(BlindKey::new(blind.key().clone())))
    }

    #[must_use]
    pub fn index(&self, number: &PartyNumber) -> Vec<u8> {
        self.0.index(number).as_bytes().to_vec()
    }
}
