//! Who has guessed wrong too often waits: per user name, and with more patience per source address.
use core::time::Duration;
use messages::Moment;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// When a name or an address is shut, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct LockOutLimits {
    /// Failures in a row of one name.
    pub user_failures_max: u32,
    /// Failures of one address (an IPv6 /64), whatever the names.
    pub source_failures_max: u32,
    /// The first lock; each further one is twice as long.
    pub first: Duration,
    pub longest: Duration,
    /// After so long without a failure all is forgotten.
    pub forget: Duration,
    /// Names and addresses remembered; the longest quiet one makes room.
    pub entries_max: usize,
}

impl Default for LockOutLimits {
    fn default() -> Self {
        Self {
            user_failures_max: 5,
            source_failures_max: 30,
            first: Duration::from_mins(5),
            longest: Duration::from_hours(1),
            forget: Duration::from_hours(24),
            entries_max: 10_000,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    User(String),
    Source(IpAddr),
}

#[derive(Debug)]
struct Entry {
    failures: u32,
    locks: u32,
    locked_until: Option<Moment>,
    last: Moment,
}

/// A table of failures. Names that do not exist are counted like the others: the answer tells nothing.
#[derive(Debug)]
pub struct LockOut {
    limits: LockOutLimits,
    entries: BTreeMap<Key, Entry>,
}

/// What a failure led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Counted,
    /// The name is shut from now on, for so long.
    UserLocked(Duration),
}

impl LockOut {
    #[must_use]
    pub const fn new(limits: LockOutLimits) -> Self {
        Self {
            limits,
            entries: BTreeMap::new(),
        }
    }

    /// Counts the attempt as a failure before it is checked, so that parallel guesses are counted too.
    /// `Err`: shut for so long.
    pub fn begin(&mut self, user: &str, source: IpAddr, now: Moment) -> Result<(), Duration> {
        let pair = [
            (Key::Source(prefix(source)), self.limits.source_failures_max),
            (Key::User(user.to_owned()), self.limits.user_failures_max),
        ];
        for (key, max) in &pair {
            self.open_at(key, *max, now)?;
        }
        for (key, _) in pair {
            self.make_room(&key);
            let entry = self.entries.entry(key).or_insert(Entry {
                failures: 0,
                locks: 0,
                locked_until: None,
                last: now,
            });
            entry.failures += 1;
            entry.last = now;
        }
        Ok(())
    }

    /// The attempt was right: the name starts anew, the address gets its count back.
    pub fn succeed(&mut self, user: &str, source: IpAddr) {
        self.forget(user);
        if let Some(entry) = self.entries.get_mut(&Key::Source(prefix(source))) {
            entry.failures = entry.failures.saturating_sub(1);
        }
    }

    /// The name starts anew.
    pub fn forget(&mut self, user: &str) {
        self.entries.remove(&Key::User(user.to_owned()));
    }

    /// The attempt was wrong.
    pub fn fail(&mut self, user: &str, source: IpAddr, now: Moment) -> Failure {
        let limits = self.limits;
        let source = Key::Source(prefix(source));
        self.lock_when_full(&source, limits.source_failures_max, now);
        self.lock_when_full(&Key::User(user.to_owned()), limits.user_failures_max, now)
            .map_or(Failure::Counted, Failure::UserLocked)
    }

    /// Addresses that are shut now, and for how long.
    #[must_use]
    pub fn locked_sources(&self, now: Moment) -> Vec<(IpAddr, Duration)> {
        let waits = self.entries.iter().filter_map(|(key, entry)| match key {
            Key::Source(source) => {
                let until = entry.locked_until.filter(|until| *until > now)?;
                Some((*source, until.since(now)))
            }
            Key::User(_) => None,
        });
        waits.collect()
    }

    fn open_at(&mut self, key: &Key, max: u32, now: Moment) -> Result<(), Duration> {
        let Some(entry) = self.entries.get_mut(key) else {
            return Ok(());
        };
        if now.since(entry.last) >= self.limits.forget {
            self.entries.remove(key);
            return Ok(());
        }
        if let Some(until) = entry.locked_until {
            if until > now {
                return Err(until.since(now));
            }
            entry.locked_until = None;
            entry.failures = 0;
        }
        // attempts whose end never came (the client went away) count all the same
        match self.lock_when_full(key, max, now) {
            Some(wait) => Err(wait),
            None => Ok(()),
        }
    }

    fn lock_when_full(&mut self, key: &Key, max: u32, now: Moment) -> Option<Duration> {
        let limits = self.limits;
        let entry = self.entries.get_mut(key)?;
        if entry.failures < max || entry.locked_until.is_some() {
            return None;
        }
        let wait = limits
            .first
            .saturating_mul(1 << entry.locks.min(16))
            .min(limits.longest);
        entry.locks += 1;
        entry.locked_until = Some(now + wait);
        Some(wait)
    }

    fn make_room(&mut self, key: &Key) {
        if self.entries.len() < self.limits.entries_max || self.entries.contains_key(key) {
            return;
        }
        let quietest = self.entries.iter().min_by_key(|(_, entry)| entry.last);
        if let Some(quietest) = quietest.map(|(key, _)| key.clone()) {
            self.entries.remove(&quietest);
        }
    }
}

/// One household of IPv6 addresses is one source.
fn prefix(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, LockOut, LockOutLimits};
    use core::time::Duration;
    use messages::Moment;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn guess(table: &mut LockOut, user: &str, now: Moment) -> Option<Failure> {
        table.begin(user, HERE, now).ok()?;
        Some(table.fail(user, HERE, now))
    }

    #[test]
    fn five_failures_shut_the_name_for_five_minutes_and_then_for_longer() {
        let mut table = LockOut::new(LockOutLimits::default());
        let mut now = Moment::START;
        let mut waits = Vec::new();
        for _ in 0..6 {
            for _ in 0..4 {
                assert_eq!(guess(&mut table, "li", now), Some(Failure::Counted));
            }
            let Some(Failure::UserLocked(wait)) = guess(&mut table, "li", now) else {
                panic!("not locked");
            };
            assert_eq!(guess(&mut table, "li", now), None);
            waits.push(wait.as_secs() / 60);
            now = now + wait;
            table.entries.remove(&super::Key::Source(HERE));
        }
        assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn parallel_guesses_are_counted_before_they_are_checked() {
        let mut table = LockOut::new(LockOutLimits::default());
        let begun = (0..50)
            .filter(|_| table.begin("li", HERE, Moment::START).is_ok())
            .count();
        assert_eq!(begun, 5);
    }

    #[test]
    fn a_right_password_forgets_the_failures_of_the_name() {
        let mut table = LockOut::new(LockOutLimits::default());
        for _ in 0..10 {
            for _ in 0..4 {
                assert!(guess(&mut table, "li", Moment::START).is_some());
            }
            table.begin("li", HERE, Moment::START).unwrap();
            table.succeed("li", HERE);
            table.entries.remove(&super::Key::Source(HERE));
        }
    }

    #[test]
    fn one_source_cannot_try_name_after_name_nor_hide_in_its_own_ipv6_network() {
        let mut table = LockOut::new(LockOutLimits::default());
        let begun = (0..100_u128)
            .filter(|n| {
                let ip = IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) + n));
                let user = format!("user{n}");
                let begun = table.begin(&user, ip, Moment::START).is_ok();
                table.fail(&user, ip, Moment::START);
                begun
            })
            .count();
        assert_eq!(begun, 30);
    }

    #[test]
    fn the_table_stays_bounded() {
        let mut table = LockOut::new(LockOutLimits {
            entries_max: 10,
            source_failures_max: 1_000,
            ..LockOutLimits::default()
        });
        for n in 0..100 {
            let now = Moment::START + Duration::from_secs(n);
            guess(&mut table, &format!("user{n}"), now);
        }
        assert!(table.entries.len() <= 10);
    }
}
