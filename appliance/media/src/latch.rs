//! Whom a leg listens to: the SDP's address, else once the signalling's IP, then only that address and source.
use core::time::Duration;
use messages::Moment;
use std::net::{IpAddr, SocketAddr};

/// A new source from the locked address is followed once the old one was quiet for this long:
/// a server that changes its announcement keeps its address and draws a new SSRC.
pub(crate) const SOURCE_QUIET: Duration = Duration::from_millis(500);

/// The lock of one leg. Where packets go follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Latch {
    remote: Option<SocketAddr>,
    signalling: IpAddr,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Nothing came since the SDP.
    Open,
    Locked {
        from: SocketAddr,
        ssrc: u32,
        heard: Moment,
        rtcp_from: Option<SocketAddr>,
        /// A new SDP came since: its sender may begin anew at once, from the same address.
        renewed: bool,
    },
}

/// What a packet is to the latch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The first since the SDP: it locked.
    Locking,
    /// The locked source.
    Known,
    /// A new source at the locked address, or the SDP's address itself behind another one.
    NewSource,
    Stranger,
}

impl Latch {
    #[must_use]
    pub(crate) fn new(remote: Option<SocketAddr>, signalling: IpAddr) -> Self {
        Self {
            remote: remote.filter(usable),
            signalling: signalling.to_canonical(),
            state: State::Open,
        }
    }

    /// New SDP: the lock opens only where the address changed.
    pub(crate) fn set(&mut self, remote: Option<SocketAddr>, signalling: IpAddr) {
        let remote = remote.filter(usable);
        self.signalling = signalling.to_canonical();
        if remote != self.remote {
            self.remote = remote;
            self.state = State::Open;
        } else if let State::Locked { renewed, .. } = &mut self.state {
            *renewed = true;
        }
    }

    /// One RTP packet came.
    pub(crate) fn hear(&mut self, now: Moment, source: SocketAddr, source_ssrc: u32) -> Heard {
        match &mut self.state {
            State::Open => {
                if !self.may_lock(source) {
                    return Heard::Stranger;
                }
                self.state = State::Locked {
                    from: source,
                    ssrc: source_ssrc,
                    heard: now,
                    rtcp_from: None,
                    renewed: false,
                };
                Heard::Locking
            }
            State::Locked {
                from,
                ssrc,
                heard,
                renewed,
                ..
            } => {
                if *from != source {
                    if self.remote != Some(source) {
                        return Heard::Stranger;
                    }
                    // The address that was agreed on takes over from one that merely shares the signalling's.
                    self.state = State::Locked {
                        from: source,
                        ssrc: source_ssrc,
                        heard: now,
                        rtcp_from: None,
                        renewed: false,
                    };
                    return Heard::NewSource;
                }
                if *ssrc == source_ssrc {
                    *heard = now;
                    return Heard::Known;
                }
                if now.since(*heard) < SOURCE_QUIET && !*renewed {
                    return Heard::Stranger;
                }
                *renewed = false;
                *ssrc = source_ssrc;
                *heard = now;
                Heard::NewSource
            }
        }
    }

    /// One RTCP packet came: true if it is of the locked party. Its port is learned once.
    pub(crate) fn hear_rtcp(&mut self, source: SocketAddr) -> bool {
        match &mut self.state {
            State::Open => self.remote.map(|r| r.ip()) == Some(source.ip()),
            State::Locked {
                from, rtcp_from, ..
            } => {
                let known = rtcp_from.map_or(from.ip() == source.ip(), |known| known == source);
                if known {
                    *rtcp_from = Some(source);
                }
                known
            }
        }
    }

    /// Where RTP goes.
    #[must_use]
    pub(crate) const fn rtp_to(&self) -> Option<SocketAddr> {
        match self.state {
            State::Open => self.remote,
            State::Locked { from, .. } => Some(from),
        }
    }

    /// Where RTCP goes: where it came from, else the port after RTP's (RFC 3550 §11).
    #[must_use]
    pub(crate) fn rtcp_to(&self) -> Option<SocketAddr> {
        if let State::Locked {
            rtcp_from: Some(known),
            ..
        } = self.state
        {
            return Some(known);
        }
        let mut to = self.rtp_to()?;
        to.set_port(to.port().checked_add(1)?);
        Some(to)
    }

    #[must_use]
    pub(crate) const fn ssrc(&self) -> Option<u32> {
        match self.state {
            State::Open => None,
            State::Locked { ssrc, .. } => Some(ssrc),
        }
    }

    fn may_lock(&self, source: SocketAddr) -> bool {
        self.remote == Some(source) || self.signalling == source.ip()
    }
}

/// `0.0.0.0` and port 0 in an SDP mean that nothing is to be sent (RFC 3264 §8.4, RFC 2543).
fn usable(remote: &SocketAddr) -> bool {
    !remote.ip().is_unspecified() && remote.port() != 0
}

#[cfg(test)]
mod tests;
