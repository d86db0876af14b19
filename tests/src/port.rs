//! Free ports on loopback, taken from below the range that the kernel deals out itself.
use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 10_000;
const LAST: u16 = 31_900;
static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that is free for UDP and TCP, and so are the `behind` ports after it. No port is given out twice.
///
/// # Panics
/// Where no such row of ports is left.
#[must_use]
pub fn free_row(behind: u16) -> u16 {
    let size = behind + 1;
    for _ in 0..(LAST - FIRST) / size {
        let first = candidate(size);
        if (first..=first + behind).all(is_free) {
            return first;
        }
    }
    panic!("no {size} free ports in a row");
}

#[must_use]
pub fn free() -> u16 {
    free_row(0)
}

/// Starts at another place in each process, so that worlds side by side seldom meet.
fn candidate(size: u16) -> u16 {
    let span = LAST - FIRST;
    let place = u16::try_from(std::process::id() % 211).unwrap_or(0) * 97;
    let offset = NEXT.fetch_add(size, Ordering::Relaxed).wrapping_add(place) % span;
    if offset + size <= span {
        return FIRST + offset;
    }
    // what does not fit at the end begins at the start, and the next one behind it
    NEXT.fetch_add(span - offset, Ordering::Relaxed);
    FIRST
}

fn is_free(port: u16) -> bool {
    let place = ("127.0.0.1", port);
    UdpSocket::bind(place).is_ok() && TcpListener::bind(place).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{free, free_row};
    use std::net::UdpSocket;

    #[test]
    fn a_taken_port_is_passed_over_and_none_comes_twice() {
        let row = free_row(9);
        let next = free();
        assert!(!(row..row + 10).contains(&next));
        let _holder = UdpSocket::bind(("127.0.0.1", next)).unwrap();
        assert!(!super::is_free(next));
    }
}
