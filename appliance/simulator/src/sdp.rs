//! As much of a session description as a simulated end needs; written apart from the gateway's on purpose.
use bytes::Bytes;
use std::net::{IpAddr, SocketAddr};

/// Offers or answers G.711 A-law and key presses.
#[must_use]
pub fn describe(address: IpAddr, port: u16) -> Bytes {
    let text = format!(
        "v=0\r\no=sim 1 1 IN IP4 {address}\r\ns=sim\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
    Bytes::from(text)
}

/// Where the peer wants its packets; `None` where the description does not say.
#[must_use]
pub fn remote(description: &[u8]) -> Option<SocketAddr> {
    let text = core::str::from_utf8(description).ok()?;
    let word = |prefix: &str, nth: usize| {
        let line = text.lines().find(|line| line.starts_with(prefix))?;
        line.split_ascii_whitespace().nth(nth)
    };
    let address: IpAddr = word("c=IN", 2)?.parse().ok()?;
    let port: u16 = word("m=audio", 1)?.parse().ok()?;
    (port != 0).then(|| SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::{describe, remote};

    #[test]
    fn what_is_described_is_found_again() {
        let sdp = describe("127.0.0.1".parse().unwrap(), 4_000);
        assert_eq!(remote(&sdp), Some("127.0.0.1:4000".parse().unwrap()));
        assert_eq!(remote(b"v=0"), None);
    }
}
