//! The relay ports, bound before the first call and never bound again.
use super::{MediaConfig, MediaError};
use media::PortPair;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::SockRef;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Expedited forwarding (RFC 3246), as the byte of the IP header.
const VOICE_TRAFFIC_CLASS: u32 = 0xB8;
/// What the rest of the process needs.
const OTHER_FILES: u64 = 4_096;

/// Two sockets: RTP and, one port higher, RTCP.
pub(super) struct SocketPair {
    pub port: PortPair,
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
}

/// All pairs; a slot of the relay is a place in this list.
pub(super) struct Pool {
    pub pairs: Vec<SocketPair>,
    /// The sockets are of both families.
    six: bool,
}

impl Pool {
    pub(super) fn bind(config: &MediaConfig) -> Result<Self, MediaError> {
        raise_file_limit(u64::from(config.port_pairs) * 2 + OTHER_FILES);
        let ports = (0..config.port_pairs).map_while(|n| {
            let rtp = n.checked_mul(2)?.checked_add(config.port_first)?;
            rtp.checked_add(1).map(|_rtcp| rtp)
        });
        let mut pairs = Vec::new();
        let mut taken = 0_u32;
        for rtp in ports {
            match SocketPair::bind(config.bind, rtp) {
                Ok(pair) => pairs.push(pair),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => taken += 1,
                Err(error) => {
                    return Err(MediaError::Bind {
                        address: config.bind,
                        port: rtp,
                        error,
                    });
                }
            }
        }
        if taken > 0 {
            tracing::warn!(taken, "some relay ports are held by another program");
        }
        if pairs.is_empty() {
            return Err(MediaError::NoPort(config.port_first));
        }
        let six = config.bind.is_ipv6();
        Ok(Self { pairs, six })
    }

    /// A peer as these sockets can send to it: of IPv4 by its mapped address, where they are of both families.
    pub(super) fn reached_as(&self, peer: SocketAddr) -> SocketAddr {
        match peer.ip() {
            IpAddr::V4(ip) if self.six => (ip.to_ipv6_mapped(), peer.port()).into(),
            IpAddr::V4(_) | IpAddr::V6(_) => peer,
        }
    }

    pub(super) fn ports(&self) -> Vec<PortPair> {
        self.pairs.iter().map(|pair| pair.port).collect()
    }
}

impl SocketPair {
    fn bind(address: IpAddr, rtp: u16) -> io::Result<Self> {
        Ok(Self {
            port: PortPair { rtp },
            rtp: socket(address, rtp)?,
            rtcp: socket(address, rtp + 1)?,
        })
    }
}

fn socket(address: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((address, port))?;
    socket.set_nonblocking(true)?;
    let class = SockRef::from(&socket);
    // A network that does not sort traffic still carries it.
    let _ = match address {
        IpAddr::V4(_) => class.set_tos_v4(VOICE_TRAFFIC_CLASS),
        IpAddr::V6(_) => class.set_tclass_v6(VOICE_TRAFFIC_CLASS),
    };
    Ok(socket)
}

/// Takes what the hard limit gives; what is missing then shows as the first port that cannot be bound.
fn raise_file_limit(wanted: u64) {
    let limit = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= wanted);
    if !enough(limit.current) {
        let raised = limit.maximum.map_or(wanted, |most| most.min(wanted));
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(raised),
                maximum: limit.maximum,
            },
        );
    }
}
