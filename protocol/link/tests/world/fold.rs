//! What the facts of this world say: a value for a key, or nothing that can be read. The state is what stands after all of them.
use sansio::SeededRng;
use std::collections::BTreeMap;

/// Begins a fact that no reader of any version understands.
const POISON: u8 = 0xff;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    sums: BTreeMap<u8, u64>,
    applied: u64,
}

/// The bytes of fact `seq`, unlike those of any other life at that seq.
pub(crate) fn fact(rng: &mut SeededRng, seq: u64, life: u64, poison: bool) -> Vec<u8> {
    let kind = if poison {
        POISON
    } else {
        u8::try_from(rng.below(16)).unwrap()
    };
    let mut bytes = vec![kind];
    bytes.extend(seq.to_be_bytes());
    bytes.extend(life.to_be_bytes());
    let len = match rng.below(300) {
        0 => 70_000,
        1..10 => rng.below(3_000),
        _ => 20 + rng.below(60),
    };
    bytes.resize(
        17 + usize::try_from(len).unwrap(),
        u8::try_from(rng.below(256)).unwrap(),
    );
    bytes
}

impl State {
    /// Not commutative: another order is another state. `None`: the fact cannot be applied.
    pub(crate) fn apply(&mut self, fact: &[u8]) -> Option<()> {
        let kind = *fact.first().filter(|kind| **kind != POISON)?;
        let seq = u64::from_be_bytes(fact.get(1..9)?.try_into().ok()?);
        let sum = self.sums.entry(kind).or_default();
        *sum = sum
            .wrapping_mul(31)
            .wrapping_add(seq)
            .wrapping_add(u64::from(fact[fact.len() - 1]));
        self.applied += 1;
        Some(())
    }

    pub(crate) fn of<'a>(facts: impl IntoIterator<Item = &'a Vec<u8>>) -> (Self, u64) {
        let mut state = Self::default();
        let mut dead = 0;
        for fact in facts {
            if state.apply(fact).is_none() {
                dead += 1;
            }
        }
        (state, dead)
    }
}
