//! Where the broker is: `host:port`, the host as its certificate names it.
use rustls_pki_types::ServerName;

/// `host:port` of the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerAddress {
    pub(super) host: String,
    pub(super) port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not host:port")]
pub struct BadBroker(String);

impl BrokerAddress {
    pub fn parse(text: &str) -> Result<Self, BadBroker> {
        let bad = || BadBroker(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = port.parse().map_err(|_not_a_port| bad())?;
        ServerName::try_from(host).map_err(|_not_a_name| bad())?;
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}
