//! What enrolment left beside the certificates: headquarters' key for directives, and the tenant's blind key.
use crate::enroll::{BoxPaths, HqPlace};
use branch_store::GivenKeys;
use link::{DirectiveKey, Trust};
use messages::BoxId;
use seal::{BlindKey, HqBoxKey, Key};
use std::{fs, io::ErrorKind, path::Path};

/// 32 bytes: Ed25519.
const FILE: &str = "hq-directive.pub";
const TENANT_BLIND: &str = "tenant-blind.key";

/// What headquarters calls itself where nobody has said anything else.
const USUAL_TENANT: &str = "hq";

/// Without the file there is nobody to believe: every directive is refused, and shown.
/// `tenant`: where the configuration names it; else what headquarters said at the enrolment.
#[must_use]
pub fn trust(certificates: &Path, tenant: Option<&str>, box_id: &BoxId) -> Trust {
    let told = || {
        HqPlace::read(certificates)
            .ok()
            .flatten()
            .map(|place| place.tenant)
    };
    let tenant = tenant.map(str::to_owned).or_else(told);
    Trust {
        tenant: tenant.unwrap_or_else(|| USUAL_TENANT.to_owned()),
        box_id: box_id.clone(),
        keys: read(&certificates.join(FILE))
            .map(DirectiveKey::new)
            .into_iter()
            .collect(),
    }
}

/// The key of the index by which branches know each other's refusals of contact; enrolment brings it.
#[must_use]
pub fn tenant_blind(certificates: &Path) -> Option<BlindKey> {
    let key = read(&certificates.join(TENANT_BLIND))?;
    Some(BlindKey::new(Key::from_bytes(key)))
}

/// All of it that the folder holds by now.
#[must_use]
pub fn given_keys(certificates: &Path) -> GivenKeys {
    let between = read(&BoxPaths::within(certificates).hq_key);
    GivenKeys {
        headquarters: between.map(|key| HqBoxKey::new(Key::from_bytes(key))),
        tenant_blind: tenant_blind(certificates),
    }
}

/// A file that is not there is no trouble: enrolment has not brought it yet.
fn read(path: &Path) -> Option<[u8; 32]> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(missing) if missing.kind() == ErrorKind::NotFound => return None,
        Err(bad) => {
            tracing::warn!(path = %path.display(), %bad, "a key of headquarters is not readable");
            return None;
        }
    };
    let key = <[u8; 32]>::try_from(bytes).ok();
    if key.is_none() {
        tracing::warn!(path = %path.display(), "a key of headquarters is not 32 bytes");
    }
    key
}

#[cfg(test)]
mod tests {
    use super::trust;
    use messages::BoxId;

    #[test]
    fn a_key_beside_the_certificates_is_believed_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let box_id = BoxId::parse("sz-01").unwrap();
        let read = || trust(folder.path(), None, &box_id).keys;
        assert!(read().is_empty());
        std::fs::write(folder.path().join("hq-directive.pub"), [7; 31]).unwrap();
        assert!(read().is_empty());
        std::fs::write(folder.path().join("hq-directive.pub"), [7; 32]).unwrap();
        assert_eq!(read()[0].public(), &[7; 32]);
    }
}
