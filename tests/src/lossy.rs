//! A UDP proxy that loses packets and lets them overtake each other: the same seed loses the same ones.
use std::collections::{BTreeMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const CLIENTS_MAX: usize = 64;
const PACKET_MAX: usize = 65_536;

/// What the line does to packets, in each direction.
#[derive(Clone, Copy, Debug)]
pub struct Rough {
    pub loss_percent: u64,
    /// Each packet is late by up to this, each by its own: they overtake each other.
    pub late_max: Duration,
    pub seed: u64,
}

/// Passes datagrams between whoever writes to it and one target, both ways; ends on drop.
pub struct Lossy {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    passed: AtomicU64,
    lost: AtomicU64,
}

impl Lossy {
    /// Listens on `port` of loopback.
    ///
    /// # Panics
    /// Where the port is taken.
    #[must_use]
    pub fn start(port: u16, target: SocketAddr, rough: Rough) -> Self {
        let front = UdpSocket::bind(("127.0.0.1", port)).expect("the proxy's port is free");
        let address = front.local_addr().expect("a bound socket has an address");
        let stop = Arc::new(AtomicBool::new(false));
        let counts = Arc::new(Counts::default());
        let mut relay = Relay {
            front,
            target,
            backs: BTreeMap::new(),
            late: VecDeque::new(),
            dice: Dice {
                state: rough.seed,
                rough,
            },
            counts: Arc::clone(&counts),
        };
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                relay.pass_some();
            }
        });
        Self {
            address,
            stop,
            counts,
            thread: Some(thread),
        }
    }

    /// Packets that went through, and packets that did not.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.counts.passed), read(&self.counts.lost))
    }
}

impl Drop for Lossy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Relay {
    front: UdpSocket,
    target: SocketAddr,
    /// One socket towards the target for each client, so that answers find their way back.
    backs: BTreeMap<SocketAddr, UdpSocket>,
    late: VecDeque<Late>,
    dice: Dice,
    counts: Arc<Counts>,
}

/// A packet on its way.
struct Late {
    due: Instant,
    client: SocketAddr,
    /// Towards the target; else towards the client.
    up: bool,
    packet: Vec<u8>,
}

impl Relay {
    fn pass_some(&mut self) {
        let mut packet = [0; PACKET_MAX];
        let _ = self.front.set_read_timeout(Some(Duration::from_millis(2)));
        if let Ok((length, client)) = self.front.recv_from(&mut packet) {
            self.know(client);
            self.take(client, true, &packet[..length]);
        }
        let mut down = Vec::new();
        for (client, back) in &self.backs {
            while let Ok(length) = back.recv(&mut packet) {
                down.push((*client, packet[..length].to_vec()));
            }
        }
        for (client, packet) in down {
            self.take(client, false, &packet);
        }
        self.pass_due();
    }

    fn know(&mut self, client: SocketAddr) {
        if !self.backs.contains_key(&client) && self.backs.len() < CLIENTS_MAX {
            let back = UdpSocket::bind(("127.0.0.1", 0)).expect("the kernel has a port");
            back.connect(self.target).expect("loopback can be reached");
            back.set_nonblocking(true).expect("a socket need not block");
            self.backs.insert(client, back);
        }
    }

    fn take(&mut self, client: SocketAddr, up: bool, packet: &[u8]) {
        if self.dice.passes(&self.counts) {
            self.late.push_back(Late {
                due: Instant::now() + self.dice.late(),
                client,
                up,
                packet: packet.to_vec(),
            });
        }
    }

    fn pass_due(&mut self) {
        let now = Instant::now();
        let (front, backs) = (&self.front, &self.backs);
        self.late.retain(|one| {
            if one.due > now {
                return true;
            }
            if !one.up {
                let _ = front.send_to(&one.packet, one.client);
            } else if let Some(back) = backs.get(&one.client) {
                let _ = back.send(&one.packet);
            }
            false
        });
    }
}

/// `SplitMix64`: enough for losing packets.
struct Dice {
    state: u64,
    rough: Rough,
}

impl Dice {
    fn passes(&mut self, counts: &Counts) -> bool {
        let passes = self.roll() % 100 >= self.rough.loss_percent;
        let count = if passes { &counts.passed } else { &counts.lost };
        count.fetch_add(1, Ordering::Relaxed);
        passes
    }

    fn late(&mut self) -> Duration {
        let most = u64::try_from(self.rough.late_max.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.roll() % (most + 1))
    }

    const fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lossy, Rough};
    use crate::{
        deadline::{PATIENCE, wait_until},
        port,
    };
    use std::net::UdpSocket;
    use std::time::Duration;

    #[test]
    fn a_tenth_is_lost_and_the_rest_arrives_from_the_proxys_address() {
        let target = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        target.set_read_timeout(Some(PATIENCE)).unwrap();
        let rough = Rough {
            loss_percent: 10,
            late_max: Duration::ZERO,
            seed: 7,
        };
        let proxy = Lossy::start(port::free(), target.local_addr().unwrap(), rough);
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        for batch in 1..=50 {
            for _ in 0..10 {
                client.send_to(b"x", proxy.address).unwrap();
            }
            // A few at a time: no buffer overflows, the proxy alone loses.
            wait_until("the proxy decides", PATIENCE, || {
                let (passed, lost) = proxy.counts();
                (passed + lost == 10 * batch).then_some(())
            });
        }
        let (passed, lost) = proxy.counts();
        assert!((25..=80).contains(&lost), "{passed} passed, {lost} lost");
        let mut byte = [0; 4];
        let (_, from) = target.recv_from(&mut byte).unwrap();
        let answered = (0..20).any(|_| {
            target.send_to(b"y", from).unwrap();
            proxy.counts().0 > passed
                || client
                    .recv_from(&mut byte)
                    .is_ok_and(|(_, from)| from == proxy.address)
        });
        assert!(answered);
    }
}
