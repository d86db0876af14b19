//! A UDP proxy that loses packets: the same seed loses the same ones.
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const CLIENTS_MAX: usize = 64;
const PACKET_MAX: usize = 65_536;

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
    /// Listens on `port` of loopback and loses `loss_percent` of the packets in each direction.
    ///
    /// # Panics
    /// Where the port is taken.
    #[must_use]
    pub fn start(port: u16, target: SocketAddr, loss_percent: u64, seed: u64) -> Self {
        let front = UdpSocket::bind(("127.0.0.1", port)).expect("the proxy's port is free");
        let address = front.local_addr().expect("a bound socket has an address");
        let stop = Arc::new(AtomicBool::new(false));
        let counts = Arc::new(Counts::default());
        let mut relay = Relay {
            front,
            target,
            backs: BTreeMap::new(),
            dice: Dice {
                state: seed,
                loss_percent,
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
    dice: Dice,
    counts: Arc<Counts>,
}

impl Relay {
    fn pass_some(&mut self) {
        let mut packet = [0; PACKET_MAX];
        let _ = self.front.set_read_timeout(Some(Duration::from_millis(2)));
        if let Ok((length, client)) = self.front.recv_from(&mut packet) {
            self.up(client, &packet[..length]);
        }
        let Self {
            front,
            backs,
            dice,
            counts,
            ..
        } = self;
        for (client, back) in backs.iter() {
            while let Ok(length) = back.recv(&mut packet) {
                if dice.passes(counts) {
                    let _ = front.send_to(&packet[..length], client);
                }
            }
        }
    }

    fn up(&mut self, client: SocketAddr, packet: &[u8]) {
        if !self.backs.contains_key(&client) && self.backs.len() < CLIENTS_MAX {
            let back = UdpSocket::bind(("127.0.0.1", 0)).expect("the kernel has a port");
            back.connect(self.target).expect("loopback can be reached");
            back.set_nonblocking(true).expect("a socket need not block");
            self.backs.insert(client, back);
        }
        if let Some(back) = self.backs.get(&client)
            && self.dice.passes(&self.counts)
        {
            let _ = back.send(packet);
        }
    }
}

/// `SplitMix64`: enough for losing packets.
struct Dice {
    state: u64,
    loss_percent: u64,
}

impl Dice {
    fn passes(&mut self, counts: &Counts) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let passes = (z ^ (z >> 31)) % 100 >= self.loss_percent;
        let count = if passes { &counts.passed } else { &counts.lost };
        count.fetch_add(1, Ordering::Relaxed);
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::Lossy;
    use crate::{
        deadline::{PATIENCE, wait_until},
        port,
    };
    use std::net::UdpSocket;

    #[test]
    fn a_tenth_is_lost_and_the_rest_arrives_from_the_proxys_address() {
        let target = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        target.set_read_timeout(Some(PATIENCE)).unwrap();
        let proxy = Lossy::start(port::free(), target.local_addr().unwrap(), 10, 7);
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
