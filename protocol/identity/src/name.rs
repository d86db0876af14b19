//! Names in certificates.
use crate::IdentityError;
use rcgen::{DistinguishedName, DnType, SanType};
use std::net::IpAddr;

#[must_use]
pub fn common_name(text: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, text);
    name
}

/// A host's name or address, as a certificate holds it.
pub fn host_name(host: &str) -> Result<SanType, IdentityError> {
    let is_dns_name = (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) if is_dns_name => host
            .try_into()
            .map(SanType::DnsName)
            .map_err(|_bad| IdentityError::BadHost(host.to_owned())),
        Err(_) => Err(IdentityError::BadHost(host.to_owned())),
    }
}
