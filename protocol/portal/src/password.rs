//! Passwords: Argon2id with the parameters of the OWASP cheat sheet (19 MiB, 2 passes, 1 lane).
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use messages::command::Secret;
use thiserror::Error;
use tokio::sync::Semaphore;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A longer one is refused before it costs anything.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Shorter ones are refused when a password is set (NIST SP 800-63B asks for 8 and more).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Hashes at one time; each takes 19 MiB and some 20 ms of a core.
const HASHES_AT_ONCE_MAX: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    #[error("shorter than 8 characters")]
    TooShort,
    #[error("longer than 256 bytes")]
    TooLong,
    #[error("the hash could not be made")]
    HashFailed,
}

impl PasswordError {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::HashFailed => "internal",
        }
    }
}

fn argon2id() -> Result<Argon2<'static>, PasswordError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_bad| PasswordError::HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Makes the text that is kept (PHC string) of a password. Blocks for some 20 ms.
pub fn hash(password: &Secret) -> Result<Secret, PasswordError> {
    if password.expose().len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    if password.expose().chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordError::TooShort);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_bad| PasswordError::HashFailed)?;
    argon2id()?
        .hash_password_with_salt(password.expose().as_bytes(), &salt)
        .map(|hash| Secret::new(hash.to_string()))
        .map_err(|_bad| PasswordError::HashFailed)
}

/// A password that nobody chose: 20 characters, 120 bits.
pub fn random() -> Result<Secret, PasswordError> {
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes).map_err(|_bad| PasswordError::HashFailed)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// Compares in constant time, by the parameters written in the hash. A hash that is none matches nothing.
#[must_use]
pub fn matches(password: &Secret, hash: &Secret) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.expose()) else {
        return false;
    };
    password.expose().len() <= PASSWORD_BYTES_MAX
        && Argon2::default()
            .verify_password(password.expose().as_bytes(), &parsed)
            .is_ok()
}

/// Checks passwords, a few at a time, and takes as long for a user who does not exist.
#[derive(Debug)]
pub struct PasswordCheck {
    room: Semaphore,
    nobody: Secret,
}

impl PasswordCheck {
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self {
            room: Semaphore::new(HASHES_AT_ONCE_MAX),
            nobody: hash(&random()?)?,
        })
    }

    /// `None`: there is no such user; the same work is done and the answer is no.
    pub async fn matches(&self, password: Secret, kept: Option<Secret>) -> bool {
        let Ok(_room) = self.room.acquire().await else {
            return false;
        };
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| self.nobody.clone());
        tokio::task::spawn_blocking(move || matches(&password, &kept))
            .await
            .is_ok_and(|matched| matched && known)
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordCheck, PasswordError, hash, matches, random};
    use messages::command::Secret;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_hash_is_argon2id_with_the_asked_parameters_and_matches_only_its_password() {
        let kept = hash(&secret("correct horse")).unwrap();
        assert!(kept.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches(&secret("correct horse"), &kept));
        assert!(!matches(&secret("correct hors"), &kept));
        assert!(!matches(&secret(""), &secret("not a hash")));
    }

    #[test]
    fn weak_and_endless_passwords_are_refused_and_random_ones_differ() {
        assert_eq!(hash(&secret("short")), Err(PasswordError::TooShort));
        assert_eq!(hash(&secret(&"x".repeat(257))), Err(PasswordError::TooLong));
        assert_ne!(random().unwrap(), random().unwrap());
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        let check = PasswordCheck::new().unwrap();
        let kept = hash(&secret("pw-of-somebody")).unwrap();
        assert!(check.matches(secret("pw-of-somebody"), Some(kept)).await);
        assert!(!check.matches(check.nobody.clone(), None).await);
    }
}
