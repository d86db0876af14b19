//! Where nonces, tags and tokens come from: the OS generator in life, a seed in the simulation.
use crate::SeededRng;

/// Given to a machine at its making; the machine itself never asks the OS.
pub trait Secrets: Send {
    fn fill(&mut self, out: &mut [u8]);

    /// `n` random bytes as lower-case hex.
    fn hex(&mut self, n: usize) -> String {
        let mut bytes = vec![0; n];
        self.fill(&mut bytes);
        bytes
            .iter()
            .fold(String::with_capacity(n * 2), |mut text, byte| {
                use core::fmt::Write as _;
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// For simulations and tests only.
#[derive(Clone, Debug)]
pub struct SeededSecrets(SeededRng);

impl SeededSecrets {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(SeededRng::new(seed))
    }
}

impl Secrets for SeededSecrets {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.0.next_u64().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}
