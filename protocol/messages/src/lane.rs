//! What travels on the link: one message type for each lane. Topics: `v1/u/{box}/…` up, `v1/d/{box}/…` down.
use crate::{
    BootId, BoxId, UtcMs,
    journal::{ChainHash, Head},
};
use serde::{Deserialize, Serialize};

pub const PROTOCOL: u16 = 1;
pub const SCHEMA: u16 = 1;

/// Limits of one batch of facts.
pub const BATCH_FACTS_MAX: usize = 200;
pub const BATCH_BYTES_MAX: usize = 64 * 1024;
pub const BATCH_WAIT_MS_MAX: u64 = 1_000;

/// A lane: the last part of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    // up
    Hello,
    Facts,
    Metrics,
    State,
    // down
    Welcome,
    Ack,
}

impl Lane {
    pub const UP: [Self; 4] = [Self::Hello, Self::Facts, Self::Metrics, Self::State];
    pub const DOWN: [Self; 2] = [Self::Welcome, Self::Ack];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Facts => "facts",
            Self::Metrics => "metrics",
            Self::State => "state",
            Self::Welcome => "welcome",
            Self::Ack => "ack",
        }
    }

    #[must_use]
    pub fn topic(self, box_id: &BoxId) -> String {
        let way = if Self::UP.contains(&self) { 'u' } else { 'd' };
        format!("v1/{way}/{box_id}/{}", self.name())
    }

    /// Reads a topic of ours: whose it is and which lane.
    #[must_use]
    pub fn of_topic(topic: &str) -> Option<(BoxId, Self)> {
        let mut parts = topic.split('/');
        let (version, way, box_id, name) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "v1" || parts.next().is_some() {
            return None;
        }
        let lanes: &[Self] = match way {
            "u" => &Self::UP,
            "d" => &Self::DOWN,
            _ => return None,
        };
        let lane = lanes.iter().copied().find(|lane| lane.name() == name)?;
        Some((BoxId::parse(box_id)?, lane))
    }
}

/// The appliance's first word on every connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u16,
    pub schema: u16,
    pub box_id: BoxId,
    pub boot: BootId,
    /// 0 before the first WELCOME.
    pub epoch: u32,
    pub head: Head,
    /// The oldest fact that the appliance still keeps.
    pub oldest: u64,
    pub utc: UtcMs,
    pub version: String,
}

/// The cloud's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub protocol: u16,
    /// Names the HELLO that it answers.
    pub boot: BootId,
    pub epoch: u32,
    pub verdict: Verdict,
    pub applied: Head,
    pub safe: u64,
    pub utc: UtcMs,
}

/// What HELLO and the cloud's own books say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on behind `applied`.
    Resume,
    /// The appliance has fewer facts than it had sent: restored from a backup.
    Restored,
    /// Both have the fact at `applied`, and they differ.
    Diverged,
    /// Facts between `applied` and the oldest kept one are missing.
    Gap,
    /// Two runs of one identity are alive: a copied disk.
    Cloned,
}

impl Verdict {
    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::Restored => "restored",
            Self::Diverged => "diverged",
            Self::Gap => "gap",
            Self::Cloned => "cloned",
        }
    }
}

/// Facts in order, compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub protocol: u16,
    pub schema: u16,
    pub epoch: u32,
    /// The seq before the first one; with `hash_before` the batch names exactly where it fits.
    pub prev_seq: u64,
    pub first: u64,
    pub last: u64,
    pub hash_before: ChainHash,
    pub hash_after: ChainHash,
    pub codec: Codec,
    /// CBOR array of byte strings (each one sealed fact), compressed by `codec`.
    #[serde(with = "serde_bytes")]
    pub payload: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    Plain,
    Zstd,
}

/// What the cloud has: cumulative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    pub epoch: u32,
    pub applied: Head,
    /// Covered by a verified backup; the appliance may forget up to here.
    pub safe: u64,
}

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

#[cfg(test)]
mod tests {
    use super::Lane;
    use crate::BoxId;

    #[test]
    fn topics_read_back_and_foreign_ones_are_none() {
        let box_id = BoxId::parse("sz-01").unwrap();
        for lane in Lane::UP.into_iter().chain(Lane::DOWN) {
            assert_eq!(
                Lane::of_topic(&lane.topic(&box_id)),
                Some((box_id.clone(), lane))
            );
        }
        for bad in [
            "",
            "v1/u/sz-01",
            "v1/d/sz-01/facts",
            "v2/u/sz-01/facts",
            "v1/u/sz-01/facts/x",
            "v1/u/+/facts",
        ] {
            assert_eq!(Lane::of_topic(bad), None, "{bad}");
        }
    }
}
