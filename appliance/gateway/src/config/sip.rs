//! `[sip]`: where phones and trunks are listened to.
use crate::io::sip::beyond_lan;
use core::fmt;
use serde::de::{SeqAccess, Visitor, value};
use serde::{Deserialize, Deserializer, de};
use settings::Unfit;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SipConfig {
    /// UDP and TCP. One address of this machine or several; 0.0.0.0 and [::] stand for all that belong to the own network.
    #[serde(deserialize_with = "one_or_more")]
    pub listen: Vec<SocketAddr>,
    /// TLS, with the certificate of the pages; nowhere unless it is named.
    #[serde(default, deserialize_with = "one_or_more")]
    pub tls: Vec<SocketAddr>,
    /// Also on addresses that the world can reach.
    #[serde(default)]
    pub wan: bool,
    /// The authorities that the certificates of TLS trunks are from; the system's own where it is not named.
    #[serde(default = "system_authorities")]
    pub trunk_ca: PathBuf,
    pub realm: Option<String>,
    /// Seconds between OPTIONS to each trunk; 0, as long as it is not named: never.
    #[serde(default)]
    pub trunk_options_every_s: u32,
}

fn system_authorities() -> PathBuf {
    PathBuf::from("/etc/ssl/certs/ca-certificates.crt")
}

impl SipConfig {
    pub(super) fn check(&self) -> Result<(), Unfit> {
        if self.listen.is_empty() {
            return Err(("sip.listen", "names no address".to_owned()));
        }
        for (key, wanted) in [("sip.listen", &self.listen), ("sip.tls", &self.tls)] {
            if let Some(place) = beyond_lan(wanted).filter(|_| !self.wan) {
                let why = format!("the world can reach {place}: `wan = true` if that is meant");
                return Err((key, why));
            }
        }
        Ok(())
    }

    /// As they are shown: in a log line, on a page.
    #[must_use]
    pub fn listen_text(&self) -> String {
        let places: Vec<String> = self.listen.iter().map(SocketAddr::to_string).collect();
        places.join(" ")
    }
}

/// `"address:port"`, or a list of such.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SocketAddr>, D::Error> {
    struct Places;

    impl<'de> Visitor<'de> for Places {
        type Value = Vec<SocketAddr>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an address with its port, or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Deserialize::deserialize(value::StrDeserializer::new(text)).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, all: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(value::SeqAccessDeserializer::new(all))
        }
    }

    from.deserialize_any(Places)
}
