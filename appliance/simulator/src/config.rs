//! The simulator's configuration: one TOML file for the carrier, one for the phones. docs/simulator.md describes both.
use serde::Deserialize;
use settings::{ConfigError, Unfit};
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

/// What a file's values must be together. The key with its table, and why not.
pub trait Checked: serde::de::DeserializeOwned {
    fn check(&self) -> Result<(), Unfit>;
}

impl Checked for CarrierConfig {
    fn check(&self) -> Result<(), Unfit> {
        let Outcomes {
            answer,
            no_answer,
            busy,
            vacant,
            fast_failure,
        } = self.outcomes;
        if [answer, no_answer, busy, vacant, fast_failure] == [0; 5] {
            return Err((
                "outcomes.answer",
                "one outcome at least has a weight".to_owned(),
            ));
        }
        upwards("times.ring_ms", self.times.ring_ms)?;
        upwards("times.talk_ms", self.times.talk_ms)?;
        if self.times.callee_hangs_up_percent > 100 {
            return Err(("times.callee_hangs_up_percent", "0 to 100".to_owned()));
        }
        Ok(())
    }
}

impl Checked for PhonesConfig {
    fn check(&self) -> Result<(), Unfit> {
        if self.count == 0 {
            return Err(("count", "at least 1".to_owned()));
        }
        upwards("talk_ms", self.talk_ms)?;
        if let Some(desk) = &self.desk {
            upwards("desk.pause_ms", desk.pause_ms)?;
        }
        if let Some(hand) = &self.hand {
            upwards("hand.pause_ms", hand.pause_ms)?;
            if hand.numbers.is_empty() {
                return Err(("hand.numbers", "at least one number".to_owned()));
            }
        }
        Ok(())
    }
}

fn upwards(key: &'static str, [from, to]: [u64; 2]) -> Result<(), Unfit> {
    if from <= to {
        Ok(())
    } else {
        Err((key, format!("from {from} to {to} is no span")))
    }
}

/// Reads a file; the error names file, line and key.
pub fn read<T: Checked>(file: &Path) -> Result<T, ConfigError> {
    settings::read(file, T::check)
}

#[cfg(test)]
mod tests {
    use super::{CarrierConfig, Checked, PhonesConfig};

    fn said<T: Checked>(text: &str) -> String {
        let read = settings::parse::<T>(text, "sim.toml", T::check);
        read.map_or_else(|bad| bad.to_string(), |_good| "good".to_owned())
    }

    #[test]
    fn a_mistake_is_said_with_its_line_and_key() {
        let carrier = "listen = \"127.0.0.1:5160\"\nlog = \"carrier.log\"\n";
        assert_eq!(said::<CarrierConfig>(carrier), "good");
        for (more, start) in [
            ("cps = 3\n", "sim.toml:3: cps: "),
            ("[times]\nring_ms = [9, 3]\n", "sim.toml:4: times.ring_ms: "),
            (
                "[outcomes]\nanswer = 0\nno_answer = 0\nbusy = 0\nvacant = 0\nfast_failure = 0\n",
                "sim.toml:4: outcomes.answer: ",
            ),
        ] {
            let error = said::<CarrierConfig>(&format!("{carrier}{more}"));
            assert!(error.starts_with(start), "{error}");
        }
        let error = said::<PhonesConfig>("gateway = 5\n");
        assert!(error.starts_with("sim.toml:1: gateway: "), "{error}");
    }
}
