//! `[provisioning]`: desk phones that configure themselves.
use serde::Deserialize;
use settings::Unfit;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProvisioningConfig {
    /// Ports of the group address where phones that were just plugged in ask; none: not heard.
    pub pnp_ports: Vec<u16>,
    /// Configurations also over `web.http`, for phones that believe no authority but their maker's: the first password of a
    /// phone then crosses the branch's own network in clear.
    pub plain_http: bool,
    /// The time server that phones are told.
    pub ntp: String,
    /// Seconds between two registrations of a phone.
    pub expires_s: u32,
    /// Keys with a lamp: so many other phones of the branch, in the order of their numbers.
    pub lamp_keys: usize,
    /// Seconds between two looks of a phone for a new configuration.
    pub resync_s: u32,
}

impl Default for ProvisioningConfig {
    fn default() -> Self {
        Self {
            pnp_ports: vec![5060, 5080],
            plain_http: false,
            ntp: "ntp.ntsc.ac.cn".to_owned(),
            expires_s: 300,
            lamp_keys: 8,
            resync_s: 86_400,
        }
    }
}

impl ProvisioningConfig {
    pub(super) fn check(&self) -> Result<(), Unfit> {
        if !(60..=3_600).contains(&self.expires_s) {
            return Err(("provisioning.expires_s", "60 to 3600".to_owned()));
        }
        if !(3_600..=30 * 86_400).contains(&self.resync_s) {
            return Err(("provisioning.resync_s", "3600 to 2592000".to_owned()));
        }
        if self.lamp_keys > 32 {
            return Err(("provisioning.lamp_keys", "at most 32".to_owned()));
        }
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if self.ntp.is_empty() || self.ntp.len() > 253 || !self.ntp.chars().all(host) {
            return Err(("provisioning.ntp", "a name or an address".to_owned()));
        }
        Ok(())
    }
}
