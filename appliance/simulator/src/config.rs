//! The simulator's configuration: one TOML file for the carrier, one for the phones. docs/simulator.md describes both.
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierConfig {
    /// Where it takes INVITEs, and where it sends from.
    pub listen: SocketAddr,
    /// Who may send calls; any address where it is not named.
    #[serde(default)]
    pub gateway: Option<SocketAddr>,
    /// One line for each call.
    pub log: PathBuf,
    #[serde(default = "one")]
    pub seed: u64,
    /// Calls at one time; above it 503.
    #[serde(default = "many")]
    pub concurrent_max: u32,
    /// New calls in one second; above it 503.
    #[serde(default = "many")]
    pub cps_max: u32,
    #[serde(default)]
    pub outcomes: Outcomes,
    #[serde(default)]
    pub times: CarrierTimes,
    /// 空号: a WAV file of A-law at 8 kHz instead of the built-in announcement.
    #[serde(default)]
    pub announcement: Option<PathBuf>,
}

/// How often each outcome comes, as weights.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outcomes {
    pub answer: u32,
    /// Rings until the caller gives up.
    pub no_answer: u32,
    pub busy: u32,
    /// 空号: 183 with the announcement, then 404.
    pub vacant: u32,
    /// Refused at once with 500.
    pub fast_failure: u32,
}

/// Spans in ms, drawn evenly from `[least, most]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CarrierTimes {
    pub ring_ms: [u64; 2],
    pub talk_ms: [u64; 2],
    /// 480 after so much ringing without an answer.
    pub no_answer_ms: u64,
    /// From the announcement's beginning to 404; where it is not named, the announcement is said to its end.
    pub announcement_ms: Option<u64>,
    /// Per cent of answered calls that the callee ends.
    pub callee_hangs_up_percent: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhonesConfig {
    /// The gateway's SIP address.
    pub gateway: SocketAddr,
    /// The address the phones live on; each takes a free port.
    #[serde(default = "loopback")]
    pub address: std::net::IpAddr,
    pub first: u32,
    pub count: u32,
    /// `{user}` stands for the extension.
    pub password: String,
    pub log: PathBuf,
    #[serde(default = "one")]
    pub seed: u64,
    #[serde(default = "half_a_second")]
    pub answer_after_ms: u64,
    /// From answer to hang-up, ms, drawn evenly: nobody talks for ever.
    #[serde(default = "talk")]
    pub talk_ms: [u64; 2],
    /// Asks for calls at the gateway's API.
    pub desk: Option<DeskConfig>,
    /// Dials at the phone itself.
    pub hand: Option<HandConfig>,
}

/// A person who takes the handset off now and then and dials a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandConfig {
    /// What is dialled, drawn evenly.
    pub numbers: Vec<String>,
    /// Pause between two calls, ms; a phone in a call dials when it is free again.
    #[serde(default = "hand_pause")]
    pub pause_ms: [u64; 2],
}

/// A person who clicks 拨打 again and again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskConfig {
    /// `https://host:port`
    pub api: String,
    /// The gateway's root certificate.
    pub ca: PathBuf,
    /// `{user}` stands for the extension.
    pub user: String,
    pub password: String,
    /// Pause between two calls, ms.
    #[serde(default = "pause")]
    pub pause_ms: [u64; 2],
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            answer: 60,
            no_answer: 12,
            busy: 10,
            vacant: 12,
            fast_failure: 6,
        }
    }
}

impl Default for CarrierTimes {
    fn default() -> Self {
        Self {
            ring_ms: [500, 3_000],
            talk_ms: [3_000, 12_000],
            no_answer_ms: 8_000,
            announcement_ms: None,
            callee_hangs_up_percent: 50,
        }
    }
}

const fn one() -> u64 {
    1
}
const fn many() -> u32 {
    1_000
}
const fn half_a_second() -> u64 {
    500
}
const fn talk() -> [u64; 2] {
    [8_000, 25_000]
}
const fn pause() -> [u64; 2] {
    [500, 2_500]
}
const fn hand_pause() -> [u64; 2] {
    [10_000, 40_000]
}
const fn loopback() -> std::net::IpAddr {
    std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)
}

/// Reads a file; the error names file, line and key.
pub fn read<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}
