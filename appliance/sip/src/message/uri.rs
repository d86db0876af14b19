//! SIP URIs, kept as written beside what we read from them (RFC 3261 §19.1).
use super::params::Params;
use core::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Uri {
    /// As written, with parameters and headers.
    pub text: String,
    pub scheme: Scheme,
    /// Without escapes and without a password; empty if there is none.
    pub user: String,
    /// Lower case; IPv6 in brackets.
    pub host: String,
    pub port: Option<u16>,
    pub params: Params,
    /// Where `?` stands in `text`.
    headers_at: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Sip,
    Sips,
    /// tel, http, or one that nobody knows: only its text is kept.
    Other,
}

impl Uri {
    /// `None` if it is no URI at all, or a bad one of a scheme we know.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_well
            || !scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        {
            return None;
        }
        if rest.is_empty() || rest.bytes().any(|b| b <= b' ' || b"<>\"".contains(&b)) {
            return None;
        }
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "sip" => Scheme::Sip,
            "sips" => Scheme::Sips,
            _ => Scheme::Other,
        };
        if scheme == Scheme::Other {
            return Some(Self::opaque(text));
        }
        Self::parse_sip(text, scheme, rest)
    }

    fn opaque(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            scheme: Scheme::Other,
            user: String::new(),
            host: String::new(),
            port: None,
            params: Params::default(),
            headers_at: None,
        }
    }

    fn parse_sip(text: &str, scheme: Scheme, rest: &str) -> Option<Self> {
        let (user, after) = match rest.split_once('@') {
            Some(("", _)) => return None,
            Some((user, after)) => (user.split(':').next().unwrap_or(user), after),
            None => ("", rest),
        };
        let user = unescape(user)?;
        let headers = after.find('?');
        let headers_at = headers.map(|at| text.len() - after.len() + at);
        let before_headers = &after[..headers.unwrap_or(after.len())];
        let host_end = before_headers.find(';').unwrap_or(before_headers.len());
        let (host, port) = host_port(&before_headers[..host_end])?;
        Some(Self {
            text: text.to_owned(),
            scheme,
            user,
            host,
            port,
            params: Params::parse(&before_headers[host_end..])?,
            headers_at,
        })
    }

    pub(crate) fn is_sip(&self) -> bool {
        self.scheme != Scheme::Other
    }

    pub(crate) const fn has_headers(&self) -> bool {
        self.headers_at.is_some()
    }

    /// The headers that a request to it is to carry, still escaped.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = self.headers_at.map_or("", |at| &self.text[at + 1..]);
        text.split('&').filter_map(|one| one.split_once('='))
    }

    /// What may stand in a request line: without `?headers`.
    pub(crate) fn request_text(&self) -> &str {
        &self.text[..self.headers_at.unwrap_or(self.text.len())]
    }

    /// The address if the host is a literal one.
    pub(crate) fn socket(&self) -> Option<SocketAddr> {
        Some(SocketAddr::new(
            literal(&self.host)?,
            self.port.unwrap_or(5060),
        ))
    }

    /// Equal for equal URIs (§19.1.4): escapes resolved, host and parameters without case and order.
    pub(crate) fn key(&self) -> String {
        if !self.is_sip() {
            return self.text.clone();
        }
        let mut key = String::with_capacity(self.text.len() + 8);
        key.push_str(if self.scheme == Scheme::Sips {
            "sips:"
        } else {
            "sip:"
        });
        let _ = write!(key, "{}:{}@{}", self.user.len(), self.user, self.host);
        if let Some(port) = self.port {
            let _ = write!(key, ":{port}");
        }
        let mut params: Vec<String> = self
            .params
            .iter()
            .map(|(n, v)| {
                format!(
                    ";{}={}",
                    n.to_ascii_lowercase(),
                    v.unwrap_or("").to_ascii_lowercase()
                )
            })
            .collect();
        params.sort_unstable();
        key.extend(params);
        if let Some(at) = self.headers_at {
            key.push_str(&self.text[at..]);
        }
        key
    }
}

/// `host[:port]`: a name, an IPv4 or a bracketed IPv6 address.
pub(crate) fn host_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, rest) = if text.starts_with('[') {
        text.split_at(text.find(']')? + 1)
    } else {
        text.split_at(text.find(':').unwrap_or(text.len()))
    };
    let well = if host.starts_with('[') {
        literal(host).is_some()
    } else {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    };
    if !well {
        return None;
    }
    let port = match rest.strip_prefix(':') {
        Some(port) => Some(u16::try_from(super::scan::number(port, 65_535)?).ok()?),
        None if rest.is_empty() => None,
        None => return None,
    };
    Some((host.to_ascii_lowercase(), port))
}

/// An address literal; three colons are read as two (RFC 5118 §4.10).
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    let Some(inner) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) else {
        return host.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    };
    let inner = inner.replacen(":::", "::", 1);
    inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// An address as it stands in a URI or Via.
pub(crate) fn host_text(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// Resolves `%XX`; `None` for a broken escape. Bytes that are no UTF-8 stay escaped.
pub(crate) fn unescape(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned()))
}

/// Makes any text fit for the user part.
pub(crate) fn escape_user(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Uri;

    #[test]
    fn a_uri_is_taken_apart_and_a_bad_one_refused() {
        let uri = Uri::parse("sip:user;par=u%40example.net@Example.com:5070;lr;a=b?Route=%3Cx%3E")
            .unwrap();
        assert_eq!(uri.user, "user;par=u@example.net");
        assert_eq!((uri.host.as_str(), uri.port), ("example.com", Some(5070)));
        assert_eq!(uri.params.get("LR"), Some(""));
        assert!(uri.has_headers() && uri.request_text().ends_with(";a=b"));
        for bad in [
            "",
            "sip:",
            "nocolon",
            "sip:@h",
            "sip:2001:db8::10",
            "sip:u@h:99999",
            "sip:u@h:-1",
            "sip:u@[::g]",
            "sip:u%4@h",
            "sip:u@h;;",
            "1x:y",
            "sip:u@h o",
        ] {
            assert_eq!(Uri::parse(bad), None, "{bad}");
        }
        assert!(!Uri::parse("soap.beep://192.0.2.103:3002").unwrap().is_sip());
    }

    #[test]
    fn equal_uris_have_one_key_and_escaped_nuls_stay_apart() {
        let key = |text| Uri::parse(text).unwrap().key();
        assert_eq!(
            key("sip:%61lice@AtLanta.com;transport=TCP;x=1"),
            key("SIP:alice@atlanta.com;X=1;Transport=tcp")
        );
        assert_ne!(key("sip:ALICE@h"), key("sip:alice@h"));
        assert_ne!(key("sip:%00@h"), key("sip:%00%00@h"));
        assert_ne!(key("sip:a@h"), key("sip:a@h:5060"));
    }
}
