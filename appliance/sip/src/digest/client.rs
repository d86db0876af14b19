//! Answers to the challenges of a registrar or carrier.
use super::algorithm::{Algorithm, Ingredients, Qop};
use crate::message::credentials::DigestFields;
use crate::message::{Head, Name, scan};

/// One challenge that we can answer.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The algorithm was named: then the answer names it too.
    named: bool,
    qop: bool,
    pub stale: bool,
}

impl Challenge {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fields = DigestFields::parse(text)?;
        let qop = fields.get("qop");
        let offers_auth = qop
            .split(',')
            .any(|one| one.trim().eq_ignore_ascii_case("auth"));
        if !qop.is_empty() && !offers_auth {
            return None;
        }
        Some(Self {
            realm: fields.get("realm").to_owned(),
            nonce: fields.get("nonce").to_owned(),
            opaque: fields
                .has("opaque")
                .then(|| fields.get("opaque").to_owned()),
            algorithm: Algorithm::parse(fields.get("algorithm"))?,
            named: fields.has("algorithm"),
            qop: offers_auth,
            stale: fields.get("stale").eq_ignore_ascii_case("true"),
        })
    }

    /// The first that we can answer, and the header that the answer goes into.
    pub(crate) fn of(head: &Head) -> Option<(Self, Name)> {
        let pairs = [
            (Name::WwwAuthenticate, Name::Authorization),
            (Name::ProxyAuthenticate, Name::ProxyAuthorization),
        ];
        pairs.into_iter().find_map(|(asked, answered)| {
            let challenge = head.all(asked).find_map(Self::parse)?;
            Some((challenge, answered))
        })
    }
}

/// The value of Authorization or Proxy-Authorization.
pub(crate) fn answer(
    challenge: &Challenge,
    (user, password): (&str, &str),
    (method, uri): (&str, &str),
    cnonce: &str,
    nc: u32,
) -> String {
    use core::fmt::Write as _;
    let nc = format!("{nc:08x}");
    let response = challenge.algorithm.response(&Ingredients {
        user,
        realm: &challenge.realm,
        password,
        method,
        uri,
        nonce: &challenge.nonce,
        qop: challenge.qop.then_some(Qop { nc: &nc, cnonce }),
    });
    let mut text = format!(
        "Digest username={}, realm={}, nonce={}, uri=\"{uri}\", response=\"{response}\"",
        scan::quote(user),
        scan::quote(&challenge.realm),
        scan::quote(&challenge.nonce),
    );
    if challenge.named {
        let _ = write!(text, ", algorithm={}", challenge.algorithm.text());
    }
    if challenge.qop {
        let _ = write!(text, ", qop=auth, nc={nc}, cnonce=\"{cnonce}\"");
    }
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(text, ", opaque={}", scan::quote(opaque));
    }
    text
}
