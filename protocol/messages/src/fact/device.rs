//! Facts about desk phones that are configured by the branch.
use crate::{DeviceVendor, Extension, Mac, UtcMs};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Somebody gave a device a phone's number; it may fetch its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAssigned {
    pub mac: Mac,
    pub vendor: DeviceVendor,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub model: String,
    pub extension: Extension,
    /// Until then without a token.
    pub open_until: UtcMs,
}

/// A device has no number any longer; what it was given before still says who it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReleased {
    pub mac: Mac,
}

/// A configuration, with the phone's password, went to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceProvisioned {
    pub mac: Mac,
    pub extension: Extension,
    pub source: IpAddr,
    pub user_agent: String,
    /// How many it had been given before.
    pub serial: u32,
}
