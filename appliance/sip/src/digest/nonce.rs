//! Nonces that carry their own time and proof; only those that a known user has used are remembered.
use core::time::Duration;
use messages::Moment;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq as _;

/// How long a nonce may be used.
const LIFETIME: Duration = Duration::from_secs(300);

/// Remembered nonces at most; the oldest is forgotten and becomes stale.
const USED_MAX: usize = 20_000;

/// Counts behind the highest one that are still told apart.
const WINDOW: u64 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonceVerdict {
    Fresh,
    /// Ours, but too old, or forgotten.
    Stale,
    /// Not ours.
    Forged,
    /// Ours, with a count that was used before.
    Replayed,
}

/// `time(16 hex) number(16 hex) proof(32 hex)`.
#[derive(Debug)]
pub(crate) struct Nonces {
    key: [u8; 32],
    issued: u64,
    used: BTreeMap<Stamp, Counts>,
    /// Nonces up to this one are stale, whatever their time.
    forgotten: Option<Stamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stamp {
    micros: u64,
    number: u64,
}

/// The highest count seen, and which of the `WINDOW` counts below it.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    highest: u64,
    below: u64,
}

impl Nonces {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self {
            key,
            issued: 0,
            used: BTreeMap::new(),
            forgotten: None,
        }
    }

    pub(crate) fn mint(&mut self, now: Moment) -> String {
        self.issued += 1;
        let stamp = Stamp {
            micros: now.micros(),
            number: self.issued,
        };
        let proof = self.proof(stamp);
        format!("{:016x}{:016x}{proof}", stamp.micros, stamp.number)
    }

    fn proof(&self, stamp: Stamp) -> String {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(stamp.micros.to_be_bytes());
        hash.update(stamp.number.to_be_bytes());
        hash.update(self.key);
        hex::encode(&hash.finalize()[..16])
    }

    fn stamp_of(&self, nonce: &str) -> Option<Stamp> {
        let well = nonce.len() == 64 && nonce.bytes().all(|b| b.is_ascii_hexdigit());
        let text = well.then_some(nonce)?;
        let stamp = Stamp {
            micros: u64::from_str_radix(&text[..16], 16).ok()?,
            number: u64::from_str_radix(&text[16..32], 16).ok()?,
        };
        let same = self.proof(stamp).as_bytes().ct_eq(&text.as_bytes()[32..]);
        bool::from(same).then_some(stamp)
    }

    /// Ours and young enough?
    pub(crate) fn check(&self, now: Moment, nonce: &str) -> NonceVerdict {
        let Some(stamp) = self.stamp_of(nonce) else {
            return NonceVerdict::Forged;
        };
        let old = now.since(Moment::from_micros(stamp.micros)) > LIFETIME;
        if old || self.forgotten.is_some_and(|last| stamp <= last) {
            return NonceVerdict::Stale;
        }
        NonceVerdict::Fresh
    }

    /// Notes one use. `count` is `None` where the client sends no count (RFC 2069): then a nonce is good once.
    pub(crate) fn spend(&mut self, now: Moment, nonce: &str, count: Option<u64>) -> NonceVerdict {
        let verdict = self.check(now, nonce);
        let Some(stamp) = self
            .stamp_of(nonce)
            .filter(|_| verdict == NonceVerdict::Fresh)
        else {
            return verdict;
        };
        self.forget_old(now);
        let counts = self.used.entry(stamp).or_default();
        if counts.take(count.unwrap_or(1)) {
            NonceVerdict::Fresh
        } else {
            NonceVerdict::Replayed
        }
    }

    fn forget_old(&mut self, now: Moment) {
        while let Some(first) = self.used.first_entry() {
            let stamp = *first.key();
            let old = now.since(Moment::from_micros(stamp.micros)) > LIFETIME;
            if !old && self.used.len() < USED_MAX {
                return;
            }
            self.used.pop_first();
            self.forgotten = self.forgotten.max(Some(stamp));
        }
    }

    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.used.len()
    }
}

impl Counts {
    /// False if `count` was taken before, or lies too far behind to tell.
    const fn take(&mut self, count: u64) -> bool {
        if count == 0 {
            return false;
        }
        if count > self.highest {
            let step = count - self.highest;
            let shifted = if step >= WINDOW {
                0
            } else {
                self.below << step
            };
            let mark = if self.highest > 0 && step <= WINDOW {
                1 << (step - 1)
            } else {
                0
            };
            self.below = shifted | mark;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if behind == 0 || behind > WINDOW || self.below & (1 << (behind - 1)) != 0 {
            return false;
        }
        self.below |= 1 << (behind - 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{LIFETIME, NonceVerdict, Nonces, USED_MAX};
    use core::time::Duration;
    use messages::Moment;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_nonce_is_ours_fresh_for_its_lifetime_and_then_stale() {
        let mut nonces = Nonces::new([1; 32]);
        let nonce = nonces.mint(Moment::START);
        assert_eq!(
            nonces.check(Moment::START + LIFETIME, &nonce),
            NonceVerdict::Fresh
        );
        let late = Moment::START + LIFETIME + Duration::from_micros(1);
        assert_eq!(nonces.check(late, &nonce), NonceVerdict::Stale);
        assert_eq!(
            Nonces::new([2; 32]).check(Moment::START, &nonce),
            NonceVerdict::Forged
        );
        assert_eq!(nonces.check(Moment::START, "前台"), NonceVerdict::Forged);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_forgotten_cannot_be_replayed() {
        let mut nonces = Nonces::new([1; 32]);
        let first = nonces.mint(Moment::START);
        assert_eq!(
            nonces.spend(Moment::START, &first, Some(1)),
            NonceVerdict::Fresh
        );
        for _ in 0..USED_MAX {
            let nonce = nonces.mint(Moment::START);
            nonces.spend(Moment::START, &nonce, Some(1));
        }
        assert_eq!(nonces.remembered(), USED_MAX);
        assert_eq!(
            nonces.spend(Moment::START, &first, Some(1)),
            NonceVerdict::Stale
        );
    }

    proptest! {
        #[test]
        fn a_count_is_good_at_most_once(counts in proptest::collection::vec(0_u64..200, 1..80)) {
            let mut nonces = Nonces::new([3; 32]);
            let nonce = nonces.mint(Moment::START);
            let mut taken = BTreeSet::new();
            for count in counts {
                let fresh = nonces.spend(Moment::START, &nonce, Some(count)) == NonceVerdict::Fresh;
                let near = taken.last().is_none_or(|high: &u64| count + 64 >= *high);
                prop_assert_eq!(fresh, count > 0 && near && taken.insert(count));
            }
        }
    }
}
