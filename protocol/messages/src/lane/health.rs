//! How the machine and its link are: samples that may be dropped, and the last will.
use crate::{BootId, UtcMs};
use serde::{Deserialize, Serialize};

/// The machine's own state, and how the branch is doing. May be dropped, never queued.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub utc: UtcMs,
    pub version: String,
    pub uptime_s: u64,
    pub head: u64,
    pub applied: u64,
    pub phones_registered: u32,
    pub calls_live: u32,
    pub calls_today: u32,
    pub answered_today: u32,
    pub sample: HwSample,
}

/// One look at the machine. What it has no sensor for is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HwSample {
    pub utc: UtcMs,
    /// 0–100 over all cores.
    pub cpu_percent: f32,
    pub memory_used_bytes: u64,
    pub memory_total_bytes: u64,
    pub disk_used_bytes: u64,
    pub disk_total_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub temperature_celsius: Option<f32>,
    /// The CPU runs slower than it could because of heat or power.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub throttled: Option<bool>,
    pub network_received_bytes: u64,
    pub network_sent_bytes: u64,
}

/// The last will: the link is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkState {
    pub connected: bool,
    pub boot: BootId,
}
