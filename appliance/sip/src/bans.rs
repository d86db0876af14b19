//! Who tries doors is not heard for a while: so many refusals of one source within a minute shut it out, each time for longer.
//! Behind an address with phones of ours only the one port is shut out: a stranger cannot take their line away.
use core::time::Duration;
use messages::Moment;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// How many refusals shut a source out.
const FAILURES: usize = 5;
const WITHIN: Duration = Duration::from_secs(60);
const FIRST: Duration = Duration::from_secs(600);
const LONGEST: Duration = Duration::from_secs(86_400);
/// Sources that are remembered; the one that was quiet for longest is forgotten first.
const SOURCES_MAX: usize = 20_000;
/// A source that behaved for so long is as new.
const FORGOTTEN: Duration = Duration::from_secs(2 * 86_400);

/// A whole address, or one port of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    ip: IpAddr,
    port: Option<u16>,
}

#[derive(Clone, Debug, Default)]
struct Record {
    failures: VecDeque<Moment>,
    seen: Moment,
    until: Option<Moment>,
    /// So often before.
    times: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Bans {
    sources: BTreeMap<Source, Record>,
    by_age: BTreeSet<(Moment, Source)>,
}

impl Bans {
    pub(crate) fn is_banned(&self, now: Moment, at: SocketAddr) -> bool {
        let shut = |source: &Source| {
            let record = self.sources.get(source);
            record.is_some_and(|record| record.until.is_some_and(|until| until > now))
        };
        !self.sources.is_empty() && both(at).iter().any(shut)
    }

    /// A refusal. The time for which the source is shut out from now on, if it is.
    pub(crate) fn failed(&mut self, now: Moment, at: SocketAddr, shared: bool) -> Option<Duration> {
        let [whole, port] = both(at);
        let source = if shared { port } else { whole };
        let record = self.remember(now, source);
        record.failures.push_back(now);
        while record
            .failures
            .front()
            .is_some_and(|first| now.since(*first) > WITHIN)
        {
            record.failures.pop_front();
        }
        if record.failures.len() < FAILURES {
            return None;
        }
        record.failures.clear();
        let span = (FIRST * 2_u32.saturating_pow(record.times.min(10))).min(LONGEST);
        record.times += 1;
        record.until = Some(now + span);
        Some(span)
    }

    /// False: it was not shut out.
    pub(crate) fn lift(&mut self, now: Moment, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let of_ip = |source: &&Source| source.ip == ip;
        let sources: Vec<Source> = self.sources.keys().filter(of_ip).copied().collect();
        let mut lifted = false;
        for source in sources {
            if let Some(record) = self.forget(source) {
                lifted |= record.until.is_some_and(|until| until > now);
            }
        }
        lifted
    }

    fn remember(&mut self, now: Moment, source: Source) -> &mut Record {
        let mut record = self.forget(source).unwrap_or_default();
        if now.since(record.seen) > FORGOTTEN {
            record = Record::default();
        }
        record.seen = now;
        if self.sources.len() >= SOURCES_MAX
            && let Some((_, oldest)) = self.by_age.first().copied()
        {
            self.forget(oldest);
        }
        self.by_age.insert((now, source));
        self.sources.entry(source).or_insert(record)
    }

    fn forget(&mut self, source: Source) -> Option<Record> {
        let record = self.sources.remove(&source)?;
        self.by_age.remove(&(record.seen, source));
        Some(record)
    }
}

fn both(at: SocketAddr) -> [Source; 2] {
    let ip = at.ip().to_canonical();
    [None, Some(at.port())].map(|port| Source { ip, port })
}

#[cfg(test)]
mod tests {
    use super::{Bans, SOURCES_MAX};
    use core::time::Duration;
    use messages::Moment;
    use std::net::{Ipv4Addr, SocketAddr};

    const STRANGER: &str = "203.0.113.5:5060";

    fn at(seconds: u64) -> Moment {
        Moment::START + Duration::from_secs(seconds)
    }

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn five_refusals_in_a_minute_shut_an_address_out_and_each_time_for_longer() {
        let mut bans = Bans::default();
        let stranger = addr(STRANGER);
        for seconds in 0..4 {
            assert_eq!(bans.failed(at(seconds), stranger, false), None);
        }
        assert!(!bans.is_banned(at(4), stranger));
        let span = bans.failed(at(4), stranger, false);
        assert_eq!(span, Some(Duration::from_secs(600)));
        assert!(bans.is_banned(at(5), addr("203.0.113.5:9")), "any port");
        assert!(!bans.is_banned(at(5), addr("203.0.113.6:5060")));
        assert!(bans.is_banned(at(603), stranger) && !bans.is_banned(at(605), stranger));
        for seconds in 610..614 {
            assert_eq!(bans.failed(at(seconds), stranger, false), None);
        }
        let span = bans.failed(at(614), stranger, false);
        assert_eq!(span, Some(Duration::from_secs(1_200)));
    }

    #[test]
    fn refusals_far_apart_shut_nobody_out() {
        let mut bans = Bans::default();
        assert!((0..100).all(|n| bans.failed(at(n * 20), addr(STRANGER), false).is_none()));
    }

    #[test]
    fn behind_an_address_with_phones_of_ours_only_the_port_is_shut_out() {
        let mut bans = Bans::default();
        for _ in 0..5 {
            bans.failed(at(0), addr(STRANGER), true);
        }
        assert!(bans.is_banned(at(1), addr(STRANGER)));
        assert!(!bans.is_banned(at(1), addr("203.0.113.5:5061")));
    }

    #[test]
    fn who_is_let_in_again_begins_anew() {
        let mut bans = Bans::default();
        for _ in 0..5 {
            bans.failed(at(0), addr(STRANGER), false);
        }
        assert!(bans.lift(at(1), addr(STRANGER).ip()));
        assert!(!bans.is_banned(at(1), addr(STRANGER)));
        assert!(!bans.lift(at(1), addr(STRANGER).ip()));
        assert_eq!(bans.failed(at(2), addr(STRANGER), false), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut bans = Bans::default();
        for n in 0..u32::try_from(SOURCES_MAX).unwrap() + 500 {
            let ip = Ipv4Addr::from(0x0A00_0000 + n);
            bans.failed(at(u64::from(n)), (ip, 5060).into(), false);
        }
        assert_eq!(bans.sources.len(), SOURCES_MAX);
        assert_eq!(bans.by_age.len(), SOURCES_MAX);
    }
}
