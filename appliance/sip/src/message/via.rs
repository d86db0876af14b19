//! Via: where a response goes (RFC 3261 §18.2, RFC 3581).
use super::params::Params;
use super::{scan, uri};
use std::net::{IpAddr, SocketAddr};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Via {
    pub transport: String,
    /// Lower case; IPv6 in brackets.
    pub host: String,
    pub port: Option<u16>,
    pub params: Params,
}

impl Via {
    /// One value, white space allowed around `/`, `;`, `=`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let end = scan::find(text, ';').unwrap_or(text.len());
        let mut parts = text[..end].splitn(3, '/');
        let (name, version, rest) = (
            parts.next()?.trim(),
            parts.next()?.trim(),
            parts.next()?.trim(),
        );
        if !name.eq_ignore_ascii_case("SIP") || version != "2.0" {
            return None;
        }
        let (transport, sent_by) = rest.split_once([' ', '\t'])?;
        let sent_by: String = sent_by.split_ascii_whitespace().collect();
        let (host, port) = uri::host_port(&sent_by)?;
        if !scan::is_token(transport) {
            return None;
        }
        Some(Self {
            transport: transport.to_owned(),
            host,
            port,
            params: Params::parse(&text[end..])?,
        })
    }

    /// Empty for an RFC 2543 peer.
    pub(crate) fn branch(&self) -> &str {
        self.params.get("branch").unwrap_or("")
    }

    /// `host:port` as the sender calls itself.
    pub(crate) fn sent_by(&self) -> String {
        format!("{}:{}", self.host, self.port.unwrap_or(5060))
    }

    /// Notes where the request really came from.
    pub(crate) fn stamp(&mut self, source: SocketAddr) {
        let wants_port = self.params.get("rport").is_some();
        if wants_port {
            self.params.set("rport", source.port().to_string());
        }
        if wants_port || uri::literal(&self.host) != Some(source.ip()) {
            self.params.set("received", plain(source.ip()));
        }
    }

    /// Where a response over a datagram flow goes.
    pub(crate) fn reply_to(&self, source: SocketAddr) -> SocketAddr {
        if self.params.get("rport").is_some() {
            return source;
        }
        SocketAddr::new(source.ip(), self.port.unwrap_or(5060))
    }
}

/// `received` is written without brackets.
fn plain(ip: IpAddr) -> String {
    ip.to_string()
}

impl core::fmt::Display for Via {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::Via;

    #[test]
    fn a_via_is_read_stamped_and_printed() {
        let mut via = Via::parse(
            "SIP  / 2.0  / TCP     spindle.example.com   ;  branch  =   z9hG4bK9ikj8  ;rport",
        )
        .unwrap();
        assert_eq!(
            (via.branch(), via.host.as_str()),
            ("z9hG4bK9ikj8", "spindle.example.com")
        );
        let source = "192.0.2.9:6000".parse().unwrap();
        via.stamp(source);
        assert_eq!(
            via.to_string(),
            "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8;rport=6000;received=192.0.2.9"
        );
        assert_eq!(via.reply_to(source), source);
        assert!(
            Via::parse("SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3")
                .is_some()
        );
        for bad in [
            "SIP/2.0/UDP 192.0.2.15;;,;,,",
            "SIP/2.0/UDP",
            "SIP/2.0 h",
            "SIP/7.0/UDP h",
            "",
        ] {
            assert_eq!(Via::parse(bad), None, "{bad}");
        }
    }
}
