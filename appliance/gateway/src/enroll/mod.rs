//! The appliance's identities: its certificate from headquarters, and its own authority for its page.
mod dev;
mod error;
pub mod own_ca;
mod pem_file;
mod validity;

pub use dev::{BoxPaths, Enroll};
pub use error::EnrollError;

use rcgen::{DistinguishedName, DnType, SanType};
use std::net::IpAddr;

fn common_name(text: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, text);
    name
}

/// A host's name or address, as a certificate holds it.
fn host_name(host: &str) -> Result<SanType, EnrollError> {
    let is_dns_name = (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    match host.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) if is_dns_name => host
            .try_into()
            .map(SanType::DnsName)
            .map_err(|_bad| EnrollError::BadHost(host.to_owned())),
        Err(_) => Err(EnrollError::BadHost(host.to_owned())),
    }
}

#[cfg(test)]
mod tests;
