//! The key of blind indexes that all branches share: 32 bytes, for their owner only, beside the authority's key and never in the data folder.
use identity::{IdentityError, hq_files, whole_file};
use seal::Key;
use std::path::Path;

/// Whoever holds it can tell which numbers two branches have in common. It is made once and never changes by itself.
#[derive(Debug)]
pub struct TenantBlind(Key);

impl TenantBlind {
    /// Reads the key in the folder; makes it where it is missing.
    pub fn open_or_make(dir: &Path) -> Result<Self, IdentityError> {
        let path = dir.join(hq_files::TENANT_BLIND);
        if let Some(kept) = whole_file::read_key(&path)? {
            return Ok(Self(Key::from_bytes(*kept)));
        }
        let mut fresh = zeroize::Zeroizing::new([0; Key::LEN]);
        getrandom::fill(fresh.as_mut_slice())
            .map_err(|bad| IdentityError::Make(format!("no random bytes: {bad}")))?;
        whole_file::write(&path, fresh.as_slice(), whole_file::PRIVATE)?;
        Ok(Self(Key::from_bytes(*fresh)))
    }

    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.0
    }
}
