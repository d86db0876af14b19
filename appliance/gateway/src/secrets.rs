//! Nonces, tags, keys and passwords come from the operating system's generator.
use sansio::Secrets;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsSecrets;

impl Secrets for OsSecrets {
    /// A machine without randomness must not run on: everything that it would make could be guessed.
    #[allow(clippy::expect_used)]
    fn fill(&mut self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives random bytes");
    }
}

/// Random bytes for one use.
#[must_use]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsSecrets.fill(&mut bytes);
    bytes
}
