//! Who tries doors is not heard for a while: so many refusals of one source within a minute shut it out, each time for longer.
//! Of IPv6, the network of 64 bits that one customer has is one source.
//! Behind an address with phones of ours only the one port is shut out: a stranger cannot take their line away.
use core::time::Duration;
use messages::Moment;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// A phone with a wrong password answers each fresh challenge of one request again: so often that is one refusal.
const AGAIN_MAX: u8 = 16;
/// How many refusals shut a source out.
const FAILURES: usize = 5;
const WITHIN: Duration = Duration::from_secs(60);
const FIRST: Duration = Duration::from_secs(600);
const LONGEST: Duration = Duration::from_secs(86_400);
/// Sources that are remembered; the one that was quiet for longest is forgotten first.
const SOURCES_MAX: usize = 20_000;
/// Longer ones are remembered by their beginning, and count each time.
const CALL_ID_MAX: usize = 128;
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
    /// The Call-ID of the last refusal, and how often it was refused again.
    last: Option<(String, u8)>,
    /// So often before.
    times: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Bans {
    sources: BTreeMap<Source, Record>,
    by_age: BTreeSet<(Moment, Source)>,
}

impl Record {
    /// The same request once more.
    fn is_the_same(&mut self, call_id: &str) -> bool {
        match &mut self.last {
            Some((last, again)) if last == call_id => {
                *again = again.saturating_add(1);
                *again <= AGAIN_MAX
            }
            _ => {
                self.last = Some((call_id.chars().take(CALL_ID_MAX).collect(), 0));
                false
            }
        }
    }
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
    pub(crate) fn failed(
        &mut self,
        now: Moment,
        at: SocketAddr,
        call_id: &str,
        shared: bool,
    ) -> Option<Duration> {
        let [whole, port] = both(at);
        let source = if shared { port } else { whole };
        let record = self.remember(now, source);
        if record.is_the_same(call_id) {
            return None;
        }
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
        let ip = network(ip);
        let of_ip = |source: &&Source| network(source.ip) == ip;
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
    let port = Some(at.port());
    let whole = Source {
        ip: network(ip),
        port: None,
    };
    [whole, Source { ip, port }]
}

/// An address of IPv4, or the first 64 bits of one of IPv6.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.into(),
        IpAddr::V6(ip) => Ipv6Addr::from(u128::from(ip) >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bans, SOURCES_MAX};
    use core::sync::atomic::{AtomicU32, Ordering};
    use core::time::Duration;
    use messages::Moment;
    use std::net::{Ipv4Addr, SocketAddr};

    const STRANGER: &str = "203.0.113.5:5060";

    fn at(seconds: u64) -> Moment {
        Moment::START + Duration::from_secs(seconds)
    }

    /// A refusal of a request of its own.
    fn failed(bans: &mut Bans, now: Moment, from: SocketAddr, shared: bool) -> Option<Duration> {
        static REQUESTS: AtomicU32 = AtomicU32::new(0);
        let request = REQUESTS.fetch_add(1, Ordering::Relaxed).to_string();
        bans.failed(now, from, &request, shared)
    }

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn five_refusals_in_a_minute_shut_an_address_out_and_each_time_for_longer() {
        let mut bans = Bans::default();
        let stranger = addr(STRANGER);
        for seconds in 0..4 {
            assert_eq!(failed(&mut bans, at(seconds), stranger, false), None);
        }
        assert!(!bans.is_banned(at(4), stranger));
        let span = failed(&mut bans, at(4), stranger, false);
        assert_eq!(span, Some(Duration::from_secs(600)));
        assert!(bans.is_banned(at(5), addr("203.0.113.5:9")), "any port");
        assert!(!bans.is_banned(at(5), addr("203.0.113.6:5060")));
        assert!(bans.is_banned(at(603), stranger) && !bans.is_banned(at(605), stranger));
        for seconds in 610..614 {
            assert_eq!(failed(&mut bans, at(seconds), stranger, false), None);
        }
        let span = failed(&mut bans, at(614), stranger, false);
        assert_eq!(span, Some(Duration::from_secs(1_200)));
    }

    #[test]
    fn refusals_far_apart_shut_nobody_out() {
        let mut bans = Bans::default();
        assert!((0..100).all(|n| failed(&mut bans, at(n * 20), addr(STRANGER), false).is_none()));
    }

    #[test]
    fn behind_an_address_with_phones_of_ours_only_the_port_is_shut_out() {
        let mut bans = Bans::default();
        for _ in 0..5 {
            failed(&mut bans, at(0), addr(STRANGER), true);
        }
        assert!(bans.is_banned(at(1), addr(STRANGER)));
        assert!(!bans.is_banned(at(1), addr("203.0.113.5:5061")));
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let mut bans = Bans::default();
        for n in 0..5 {
            let next = format!("[2001:db8:1:2::{n:x}]:5060");
            failed(&mut bans, at(0), addr(&next), false);
        }
        assert!(bans.is_banned(at(1), addr("[2001:db8:1:2:ffff::1]:9")));
        assert!(!bans.is_banned(at(1), addr("[2001:db8:1:3::1]:5060")));
        assert!(bans.lift(at(1), "2001:db8:1:2::9".parse().unwrap()));
        assert!(!bans.is_banned(at(1), addr("[2001:db8:1:2::1]:5060")));
    }

    #[test]
    fn a_phone_that_answers_each_challenge_of_one_request_again_was_refused_once() {
        let mut bans = Bans::default();
        let refused = |bans: &mut Bans, request: &str| {
            (0..15).any(|_| bans.failed(at(0), addr(STRANGER), request, false).is_some())
        };
        assert!(
            !["a", "b", "c", "d"]
                .iter()
                .any(|request| refused(&mut bans, request))
        );
        assert!(refused(&mut bans, "e"), "the fifth request");
        // but not for ever
        let mut bans = Bans::default();
        let guesses =
            (0..100).take_while(|_| bans.failed(at(0), addr(STRANGER), "one", false).is_none());
        assert_eq!(guesses.count(), 20);
    }

    #[test]
    fn who_is_let_in_again_begins_anew() {
        let mut bans = Bans::default();
        for _ in 0..5 {
            failed(&mut bans, at(0), addr(STRANGER), false);
        }
        assert!(bans.lift(at(1), addr(STRANGER).ip()));
        assert!(!bans.is_banned(at(1), addr(STRANGER)));
        assert!(!bans.lift(at(1), addr(STRANGER).ip()));
        assert_eq!(failed(&mut bans, at(2), addr(STRANGER), false), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut bans = Bans::default();
        for n in 0..u32::try_from(SOURCES_MAX).unwrap() + 500 {
            let ip = Ipv4Addr::from(0x0A00_0000 + n);
            failed(&mut bans, at(u64::from(n)), (ip, 5060).into(), false);
        }
        assert_eq!(bans.sources.len(), SOURCES_MAX);
        assert_eq!(bans.by_age.len(), SOURCES_MAX);
    }
}
