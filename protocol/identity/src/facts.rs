//! What a certificate says of itself.
use messages::{BoxId, UtcMs, enrolment::Serial};
use std::collections::BTreeSet;
use std::net::IpAddr;
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer as _, X509Certificate},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    pub serial: Serial,
    pub not_before: UtcMs,
    pub not_after: UtcMs,
    /// The first common name.
    pub common_name: Option<String>,
    /// DNS names and addresses.
    pub hosts: BTreeSet<String>,
    /// Names of any kind in the certificate; more than `hosts` where some are neither.
    pub names: usize,
}

impl CertificateFacts {
    /// `None` if these bytes are no certificate.
    #[must_use]
    pub fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let alternatives = certificate.subject_alternative_name().ok()?;
        let names = alternatives.map_or(&[][..], |names| &names.value.general_names);
        let digits: String = certificate
            .raw_serial()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let validity = certificate.validity();
        let ms = |seconds: i64| UtcMs(seconds.saturating_mul(1_000));
        Some(Self {
            serial: Serial::parse(&digits)?,
            not_before: ms(validity.not_before.timestamp()),
            not_after: ms(validity.not_after.timestamp()),
            common_name: certificate
                .subject()
                .iter_common_name()
                .find_map(|name| name.as_str().ok().map(str::to_owned)),
            hosts: names.iter().filter_map(host).collect(),
            names: names.len(),
        })
    }

    /// The box whose certificate this is: its one name, which is also its common name.
    #[must_use]
    pub fn box_id(&self) -> Option<BoxId> {
        let common = self.common_name.as_deref()?;
        let alone = self.names == 1 && self.hosts.contains(common);
        BoxId::parse(common).filter(|_| alone)
    }

    /// When a holder should ask for the next one: two thirds of its life are over.
    #[must_use]
    pub const fn renew_at(&self) -> UtcMs {
        Self::renewal(self.not_before, self.not_after)
    }

    #[must_use]
    pub const fn renewal(not_before: UtcMs, not_after: UtcMs) -> UtcMs {
        let life = not_after.0.saturating_sub(not_before.0);
        UtcMs(not_before.0.saturating_add(life / 3 * 2))
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // of a foreign enum only two cases are hosts
fn host(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(dns) => Some((*dns).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// Did this authority sign this certificate?
#[must_use]
pub fn signed_by(leaf: &[u8], authority: &[u8]) -> bool {
    let (Ok((_, leaf)), Ok((_, authority))) = (
        X509Certificate::from_der(leaf),
        X509Certificate::from_der(authority),
    ) else {
        return false;
    };
    leaf.issuer() == authority.subject()
        && leaf.verify_signature(Some(authority.public_key())).is_ok()
}
