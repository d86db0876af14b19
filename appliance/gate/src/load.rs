//! How a trunk bears its calls: signs that it has too many, before it refuses them all.
use core::time::Duration;
use messages::SipCode;

/// Weights of the quick and the slow mean: the last 8 calls against the last 64.
const QUICK: u32 = 8;
const SLOW: u32 = 64;
/// Calls before the slow mean is worth something.
const LEARNT: u32 = 32;
/// Post-dial delay beyond twice the usual one, by at least this.
const SLOWER_MS: u32 = 1_000;
/// Busy answers beyond the usual share, in thousandths.
const BUSIER: u32 = 300;

/// A mean that follows, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
struct Mean(u64);

impl Mean {
    fn follow(&mut self, value: u32, of: u32) {
        let (old, new) = (self.0, u64::from(value) * 1_000);
        let of = u64::from(of);
        self.0 = (old * (of - 1) + new) / of;
    }

    fn value(self) -> u32 {
        u32::try_from(self.0 / 1_000).unwrap_or(u32::MAX)
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    calls: u32,
    delay: [Mean; 2],
    rang: u32,
    busy: [Mean; 2],
}

impl Load {
    /// It rang after so long. True: far later than usual.
    pub(crate) fn rang(&mut self, after: Duration) -> bool {
        let ms = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
        let [quick, slow] = &mut self.delay;
        if self.rang == 0 {
            quick.0 = u64::from(ms) * 1_000;
            slow.0 = quick.0;
        }
        self.rang = self.rang.saturating_add(1);
        quick.follow(ms, QUICK);
        slow.follow(ms, SLOW);
        self.rang > LEARNT
            && quick.value() > slow.value().saturating_mul(2).saturating_add(SLOWER_MS)
    }

    /// How a call ended there. True: the trunk says that it is full, or far more are busy than usual.
    pub(crate) fn ended(&mut self, code: Option<SipCode>) -> bool {
        let code = code.map_or(0, |code| code.0);
        let [quick, slow] = &mut self.busy;
        let busy = if code == 486 { 1_000 } else { 0 };
        self.calls = self.calls.saturating_add(1);
        quick.follow(busy, QUICK);
        slow.follow(busy, SLOW);
        let busier = self.calls > LEARNT && quick.value() > slow.value() + BUSIER;
        code == 503 || busier
    }
}

#[cfg(test)]
mod tests {
    use super::Load;
    use core::time::Duration;
    use messages::SipCode;

    #[test]
    fn a_trunk_that_rings_far_later_than_usual_has_too_many_calls() {
        let mut load = Load::default();
        let usual = Duration::from_millis(2_000);
        assert!((0..200).all(|_| !load.rang(usual)));
        assert!(!load.rang(Duration::from_millis(4_000)));
        assert!((0..10).any(|_| load.rang(Duration::from_secs(12))));
    }

    #[test]
    fn one_503_is_a_sign_and_a_usual_share_of_busy_callees_is_none() {
        let mut load = Load::default();
        let tenth = |n: u32| Some(SipCode(if n.is_multiple_of(10) { 486 } else { 200 }));
        assert!((0..1_000).all(|n| !load.ended(tenth(n))));
        assert!((0..8).any(|_| load.ended(Some(SipCode(486)))));
        assert!(Load::default().ended(Some(SipCode(503))));
        assert!(!Load::default().ended(None));
    }
}
