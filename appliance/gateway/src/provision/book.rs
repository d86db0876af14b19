//! What phones asked, and which of them nobody knows yet: in memory, bounded. A phone shows itself again at each start.
use messages::{DeviceVendor, Mac, UtcMs};
use provisioning::Verdict;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// Requests that are kept for people to read.
const HEARD_MAX: usize = 500;
/// Devices in quarantine: the one that was seen longest ago gives way.
const SEEN_MAX: usize = 256;
/// A phone asks for a handful of files at a start.
const REQUESTS_MAX: u32 = 60;
const REQUESTS_PER_MS: u64 = 60_000;
/// Addresses whose requests are counted.
const SOURCES_MAX: usize = 4_096;

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub at: UtcMs,
    pub from: IpAddr,
    pub mac: Option<Mac>,
    pub vendor: Option<DeviceVendor>,
    pub model: String,
    /// The name of the file; `PnP` for the question of a phone that was just plugged in.
    pub asked: String,
    pub verdict: Verdict,
}

/// A device that showed itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub mac: Mac,
    pub vendor: Option<DeviceVendor>,
    pub model: String,
    pub from: IpAddr,
    pub first: UtcMs,
    pub last: UtcMs,
}

#[derive(Default)]
pub(super) struct Book {
    heard: VecDeque<Heard>,
    seen: BTreeMap<Mac, Seen>,
    /// Since when, and how many.
    requests: BTreeMap<IpAddr, (UtcMs, u32)>,
}

impl Book {
    /// Counts a request; false where there were too many.
    pub(super) fn admits(&mut self, from: IpAddr, now: UtcMs) -> bool {
        let fresh = |since: UtcMs| now.ms_since(since) < REQUESTS_PER_MS;
        if self.requests.len() >= SOURCES_MAX {
            self.requests.retain(|_, (since, _)| fresh(*since));
        }
        if self.requests.len() >= SOURCES_MAX && !self.requests.contains_key(&from) {
            return false;
        }
        let (since, count) = self.requests.entry(from).or_insert((now, 0));
        if !fresh(*since) {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= REQUESTS_MAX
    }

    pub(super) fn note(&mut self, heard: Heard) {
        if let Some(mac) = heard.mac {
            self.see(mac, &heard);
        }
        if self.heard.len() >= HEARD_MAX {
            self.heard.pop_front();
        }
        self.heard.push_back(heard);
    }

    /// One line for all requests of an address that come without a pause.
    pub(super) fn note_flood(&mut self, heard: Heard) {
        let mut lately = self.heard.iter().rev().take(REQUESTS_MAX as usize);
        let same = |one: &Heard| one.verdict == heard.verdict && one.from == heard.from;
        if !lately.any(same) {
            self.note(heard);
        }
    }

    fn see(&mut self, mac: Mac, heard: &Heard) {
        // an address that contradicts another one shows no device
        if matches!(heard.verdict, Verdict::AddressDiffers | Verdict::TooMany) {
            return;
        }
        if let Some(seen) = self.seen.get_mut(&mac) {
            seen.last = heard.at;
            seen.from = heard.from;
            seen.vendor = heard.vendor.or(seen.vendor);
            if !heard.model.is_empty() {
                seen.model.clone_from(&heard.model);
            }
            return;
        }
        if self.seen.len() >= SEEN_MAX {
            let oldest = self.seen.values().min_by_key(|one| one.last);
            if let Some(mac) = oldest.map(|one| one.mac) {
                self.seen.remove(&mac);
            }
        }
        let seen = Seen {
            mac,
            vendor: heard.vendor,
            model: heard.model.clone(),
            from: heard.from,
            first: heard.at,
            last: heard.at,
        };
        self.seen.insert(mac, seen);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        let mut all: Vec<Seen> = self.seen.values().cloned().collect();
        all.sort_by_key(|one| core::cmp::Reverse(one.last));
        all
    }

    pub(super) fn heard(&self, max: usize) -> Vec<Heard> {
        self.heard.iter().rev().take(max).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, HEARD_MAX, Heard, SEEN_MAX};
    use messages::{Mac, UtcMs};
    use provisioning::Verdict;
    use std::net::{IpAddr, Ipv4Addr};

    const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 50));

    fn heard(number: i64) -> Heard {
        Heard {
            at: UtcMs(number),
            from: PHONE,
            mac: Mac::parse(&format!("001565{number:06x}")),
            vendor: None,
            model: String::new(),
            asked: "PnP".to_owned(),
            verdict: Verdict::Quarantined,
        }
    }

    #[test]
    fn it_stays_small_and_keeps_the_newest() {
        let mut book = Book::default();
        for number in 0..2_000 {
            book.note(heard(number));
        }
        assert_eq!(book.seen().len(), SEEN_MAX);
        assert_eq!(book.heard(usize::MAX).len(), HEARD_MAX);
        assert_eq!(book.seen()[0].last, UtcMs(1_999));
        assert_eq!(book.heard(1)[0].at, UtcMs(1_999));
    }

    #[test]
    fn one_address_is_not_heard_without_end() {
        let mut book = Book::default();
        let admitted = (0..100).filter(|at| book.admits(PHONE, UtcMs(*at))).count();
        assert_eq!(admitted, 60);
        for at in 0..1_000 {
            book.note_flood(Heard {
                verdict: Verdict::TooMany,
                ..heard(at)
            });
        }
        assert_eq!(book.heard(usize::MAX).len(), 1);
        let other = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 51));
        assert!(book.admits(other, UtcMs(100)));
        assert!(book.admits(PHONE, UtcMs(60_000)));
    }
}
