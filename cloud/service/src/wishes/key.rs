//! The key that signs directives: Ed25519; its secret half in `hq-directive.key`, its public half in `hq-directive.pub`,
//! 32 bytes each, in the authority's folder.
use hq_store::Sign;
use identity::{IdentityError, whole_file};
use link::DirectiveSigner;
use messages::directive::Directive;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The key in the folder of the authority, or a new one where there is none; its public half stands beside it.
pub fn directive_signer(dir: &Path) -> Result<DirectiveSigner, IdentityError> {
    let path = dir.join("hq-directive.key");
    let seed = match whole_file::read_key(&path)? {
        Some(seed) => seed,
        None => {
            let seed = fresh(&path)?;
            whole_file::write(&path, seed.as_slice(), whole_file::PRIVATE)?;
            seed
        }
    };
    let signer = DirectiveSigner::from_seed(&seed).map_err(|bad| IdentityError::Unreadable {
        path,
        why: bad.to_string(),
    })?;
    let (public, file) = (signer.key().public(), dir.join("hq-directive.pub"));
    if std::fs::read(&file).ok().as_deref() != Some(public.as_slice()) {
        whole_file::write(&file, public, whole_file::PUBLIC)?;
    }
    Ok(signer)
}

/// As the store takes it.
#[must_use]
pub fn sign_with(signer: DirectiveSigner) -> Sign {
    Arc::new(move |directive: &Directive| match signer.sign(directive) {
        Ok(bytes) => Some(bytes),
        Err(bad) => {
            tracing::warn!(%bad, box_id = %directive.box_id, "a directive");
            None
        }
    })
}

/// 32 bytes from the operating system.
fn fresh(path: &Path) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|bad| IdentityError::File {
        path: path.to_owned(),
        source: std::io::Error::other(bad.to_string()),
    })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{directive_signer, sign_with};
    use link::{DirectiveKey, Trust};
    use messages::directive::{Directive, FieldPolicySet, HqSees};
    use messages::{BoxId, UtcMs};
    use std::os::unix::fs::PermissionsExt as _;
    use tempfile::TempDir;

    #[test]
    fn what_it_signs_an_appliance_with_the_public_half_believes_and_nobody_else() {
        let folder = TempDir::new().unwrap();
        let sign = sign_with(directive_signer(folder.path()).unwrap());
        let wish = FieldPolicySet {
            name: HqSees::Never,
            number: HqSees::Masked,
        };
        let box_id = BoxId::parse("sz-01").unwrap();
        let directive = Directive::new("hq", box_id.clone(), 1, UtcMs(1), &wish.into()).unwrap();
        let bytes = sign(&directive).unwrap();
        let trust = |public: [u8; 32]| Trust {
            tenant: "hq".to_owned(),
            box_id: box_id.clone(),
            keys: vec![DirectiveKey::new(public)],
        };
        let public = std::fs::read(folder.path().join("hq-directive.pub")).unwrap();
        let ours = trust(public.try_into().unwrap());
        assert_eq!(ours.open(&bytes), Ok(directive));
        assert!(trust([7; 32]).open(&bytes).is_err());
    }

    #[test]
    fn the_key_stays_the_same_and_only_its_owner_reads_it() {
        let folder = TempDir::new().unwrap();
        let first = directive_signer(folder.path()).unwrap();
        let again = directive_signer(folder.path()).unwrap();
        assert_eq!(first.key(), again.key());
        let file = std::fs::metadata(folder.path().join("hq-directive.key")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
}
