//! The keys of a leg's media (RFC 4568). Ours follow from a secret of this run, so nothing is drawn while calls go on.
use super::Leg;
use crate::input::LegNo;
use crate::output::AgreedKeys;
use crate::sdp::{Audio, Crypto, MasterKey, Suite};
use core::fmt;
use hkdf::Hkdf;
use messages::CallId;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Drawn once for each run.
#[derive(Clone)]
pub struct KeySeed(Zeroizing<[u8; 32]>);

impl KeySeed {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn of_leg(&self, call: CallId, leg: LegNo) -> LegSecret {
        LegSecret {
            seed: self.clone(),
            call,
            leg,
        }
    }
}

impl fmt::Debug for KeySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySeed(…)")
    }
}

/// What the keys of one leg are made of. It stays the leg's own when the leg goes over to another call.
#[derive(Clone, Debug)]
pub(crate) struct LegSecret {
    seed: KeySeed,
    call: CallId,
    leg: LegNo,
}

impl LegSecret {
    fn key(&self, suite: Suite) -> MasterKey {
        let mut key = MasterKey([0; MasterKey::BYTES_MAX]);
        let derivation = Hkdf::<Sha256>::new(Some(b"zhunkehu media keys"), &*self.seed.0);
        let leg = self.leg.0.to_be_bytes();
        let about: [&[u8]; 3] = [self.call.as_bytes(), &leg, suite.name().as_bytes()];
        let made = derivation.expand_multi_info(&about, &mut key.0[..suite.key_bytes()]);
        debug_assert!(made.is_ok(), "46 bytes are two blocks");
        key
    }
}

impl Leg {
    /// What we offer: the key that is in use, or one for each suite.
    pub(super) fn offered_cryptos(&self) -> Vec<Crypto> {
        if let Some((ours, _)) = &self.keys {
            return vec![ours.clone()];
        }
        if !self.offers_keys {
            return Vec::new();
        }
        let suites = (1..).zip(Suite::OFFERED);
        let crypto = |(tag, suite)| Crypto {
            tag,
            suite,
            key: self.secret.key(suite),
        };
        suites.map(crypto).collect()
    }

    /// The first key of its offer that we understand. False: it insists on one, and there is none.
    pub(super) fn choose_key(&mut self, audio: &Audio) -> bool {
        self.insists = audio.secret;
        self.keys = audio.cryptos.first().map(|theirs| {
            let ours = Crypto {
                key: self.secret.key(theirs.suite),
                ..theirs.clone()
            };
            (ours, theirs.clone())
        });
        self.keys.is_some() || !audio.secret
    }

    /// The key that it chose of ours. False: what it answered belongs to none, or it leaves out what was agreed.
    pub(super) fn take_key(&mut self, audio: &Audio) -> bool {
        let Some(theirs) = audio.cryptos.first() else {
            self.keys = None;
            return !audio.secret && !self.insists;
        };
        let fits = |ours: &Crypto| (ours.tag, ours.suite) == (theirs.tag, theirs.suite);
        let chosen = self.offered_cryptos().into_iter().find(fits);
        let fits = chosen.is_some();
        self.insists = audio.secret;
        self.keys = chosen.map(|ours| (ours, theirs.clone()));
        fits
    }

    pub(super) fn agreed_keys(&self) -> Option<AgreedKeys> {
        let (ours, theirs) = self.keys.as_ref()?;
        Some(AgreedKeys {
            suite: ours.suite,
            ours: ours.key.clone(),
            theirs: theirs.key.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{KeySeed, LegNo, Suite};
    use messages::CallId;

    #[test]
    fn each_leg_call_suite_and_run_has_a_key_of_its_own() {
        let call = |n| CallId::from_bytes([n; 16]);
        let mut keys = Vec::new();
        for run in [1, 2] {
            let seed = KeySeed::new([run; 32]);
            for (call, leg) in [(call(1), 0), (call(1), 1), (call(2), 0)] {
                for suite in Suite::OFFERED {
                    let key = seed.of_leg(call, LegNo(leg)).key(suite);
                    assert_eq!(key, seed.of_leg(call, LegNo(leg)).key(suite));
                    assert!(!keys.contains(&key));
                    keys.push(key);
                }
            }
        }
        assert_eq!(keys.len(), 18);
    }

    #[test]
    fn a_seed_is_not_shown() {
        let secret = KeySeed::new([7; 32]).of_leg(CallId::from_bytes([1; 16]), LegNo(0));
        assert!(format!("{secret:?}").contains("KeySeed(…)"));
    }
}
