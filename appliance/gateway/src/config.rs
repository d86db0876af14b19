//! `gateway.toml`: where things lie and which addresses are used. What the branch is (phones, trunks, rules) is not here.
mod provisioning;
mod self_test;
mod sip;

use crate::link::BrokerAddress;
use branch_store::KEEP_DAYS_MIN;
use messages::BoxId;
use serde::Deserialize;
use settings::{ConfigError, Unfit};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

pub use provisioning::ProvisioningConfig;
pub use self_test::SelfTestConfig;
pub use sip::SipConfig;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Database, recordings, control socket.
    pub data_dir: PathBuf,
    /// Keys: never inside the data folder.
    pub keys_dir: PathBuf,
    pub box_id: BoxId,
    pub sip: SipConfig,
    #[serde(default)]
    pub media: MediaConfig,
    pub web: WebConfig,
    #[serde(default)]
    pub provisioning: ProvisioningConfig,
    #[serde(default)]
    pub self_test: SelfTestConfig,
    /// What the enrolment does not say.
    #[serde(default)]
    pub link: LinkConfig,
    #[serde(default)]
    pub journal: JournalConfig,
    #[serde(default)]
    pub backup: BackupConfig,
    #[serde(default)]
    pub disk: DiskConfig,
    #[serde(default)]
    pub log: LogConfig,
}

/// A terabyte: more is a slip.
const DISK_MB_MAX: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskConfig {
    /// Size of the file that only holds room; the smaller of 256 MB and 1 % of the disk where it is not named; 0: none.
    pub ballast_mb: Option<u64>,
    /// Room that recordings leave to journal, tables and keys.
    pub journal_quota_mb: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaConfig {
    /// Goes into session descriptions; where it is not named, the address of this machine that the peer speaks with.
    pub address: Option<IpAddr>,
    /// First relay port; even.
    pub port_first: u16,
    /// Ports of the pool: two for each call, and a port rests for 3 s behind its call.
    pub port_count: u16,
    pub threads: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebConfig {
    /// HTTPS.
    pub listen: SocketAddr,
    /// Plain HTTP: only sends on to HTTPS and offers the root certificate.
    pub http: Option<SocketAddr>,
    /// More names and addresses for the page's certificate.
    #[serde(default)]
    pub names: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    /// `host:port` of the broker; where it is not named, headquarters said it at the enrolment.
    pub broker: Option<String>,
    /// The folder of the identity that `enroll` writes; `headquarters` in the keys' folder where it is not named.
    pub certificates: Option<PathBuf>,
    /// Seconds between two looks of HQ at the branch's live state.
    pub metrics_every_s: u32,
    /// What headquarters calls itself: the tenant of its directives; where it is not named, headquarters said it at the
    /// enrolment.
    pub tenant: Option<String>,
    /// Behind a restore: seconds without a sign of headquarters after which the branch goes on alone.
    pub catch_up_s: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// Days for which facts are kept on the appliance.
    pub keep_days: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupConfig {
    /// Where backups are written; none are made by themselves without it.
    pub folder: Option<PathBuf>,
    pub every_hours: u32,
    /// Backups of the data that stay.
    pub keep: usize,
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self {
            folder: None,
            every_hours: 24,
            keep: 14,
        }
    }
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            keep_days: KEEP_DAYS_MIN,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// As `tracing_subscriber` reads it: `info`, `zhunkehu=debug,info` …
    pub level: String,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            address: None,
            port_first: 20_000,
            port_count: 4_000,
            threads: 1,
        }
    }
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            broker: None,
            certificates: None,
            metrics_every_s: 5,
            tenant: None,
            catch_up_s: 30,
        }
    }
}

impl Default for DiskConfig {
    fn default() -> Self {
        Self {
            ballast_mb: None,
            journal_quota_mb: 128,
        }
    }
}

impl DiskConfig {
    fn check(self) -> Result<(), Unfit> {
        if !(4..=DISK_MB_MAX).contains(&self.journal_quota_mb) {
            return Err(("disk.journal_quota_mb", format!("4 to {DISK_MB_MAX}")));
        }
        if self.ballast_mb.is_some_and(|mb| mb > DISK_MB_MAX) {
            return Err(("disk.ballast_mb", format!("at most {DISK_MB_MAX}")));
        }
        Ok(())
    }

    #[must_use]
    pub const fn quota_bytes(self) -> u64 {
        self.journal_quota_mb << 20
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info,refinery_core=warn".to_owned(),
        }
    }
}

impl Config {
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        settings::read(file, Self::check)
    }

    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        settings::parse(text, file, Self::check)
    }

    #[allow(clippy::too_many_lines)] // a list of what may not be
    fn check(&self) -> Result<(), Unfit> {
        if self.keys_dir.starts_with(&self.data_dir) {
            return Err((
                "keys_dir",
                "must not lie inside data_dir: a copy of the data would hold its keys".to_owned(),
            ));
        }
        if self.identity_dir().starts_with(&self.data_dir) {
            return Err((
                "link.certificates",
                "must not lie inside data_dir: a copy of the data would hold its keys".to_owned(),
            ));
        }
        let media = &self.media;
        if media.port_first % 2 == 1 {
            return Err((
                "media.port_first",
                format!("{} is odd: RTP uses even ports", media.port_first),
            ));
        }
        if media.port_count < 4
            || u32::from(media.port_first) + 2 * u32::from(media.port_count) > 65_536
        {
            return Err((
                "media.port_count",
                "needs at least 4 ports, and room below 65536 (RTP and RTCP each)".to_owned(),
            ));
        }
        self.sip.check()?;
        self.provisioning.check()?;
        self.self_test.check()?;
        if self.journal.keep_days < KEEP_DAYS_MIN {
            return Err((
                "journal.keep_days",
                format!("{KEEP_DAYS_MIN} at least: the law asks for six months"),
            ));
        }
        for (key, value) in [
            ("backup.every_hours", u64::from(self.backup.every_hours)),
            ("backup.keep", self.backup.keep as u64),
        ] {
            if value == 0 {
                return Err((key, "at least 1".to_owned()));
            }
        }
        let inside = |folder: &PathBuf| folder.starts_with(&self.data_dir);
        if self.backup.folder.as_ref().is_some_and(inside) {
            return Err((
                "backup.folder",
                "must not lie inside data_dir: what takes one would take both".to_owned(),
            ));
        }
        self.disk.check()?;
        if !(1..=16).contains(&media.threads) {
            return Err(("media.threads", "1 to 16".to_owned()));
        }
        if let Some(broker) = &self.link.broker {
            BrokerAddress::parse(broker).map_err(|bad| ("link.broker", bad.to_string()))?;
        }
        EnvFilter::try_new(&self.log.level).map_err(|bad| ("log.level", bad.to_string()))?;
        Ok(())
    }

    /// Where the identity that headquarters gave lies.
    #[must_use]
    pub fn identity_dir(&self) -> PathBuf {
        let beside = || self.keys_dir.join("headquarters");
        self.link.certificates.clone().unwrap_or_else(beside)
    }

    /// Recordings lie beside the database.
    #[must_use]
    pub fn recordings_dir(&self) -> PathBuf {
        self.data_dir.join("recordings")
    }

    /// Where the relay's sockets are bound: to the one address that there is, or to all.
    #[must_use]
    pub fn media_bind(&self) -> IpAddr {
        let listen = &self.sip.listen;
        let only = |ip: IpAddr| listen.iter().all(|place| place.ip() == ip);
        let named = self
            .media
            .address
            .or_else(|| listen.first().map(SocketAddr::ip));
        let six = listen.iter().any(SocketAddr::is_ipv6);
        named.filter(|ip| only(*ip)).unwrap_or(if six {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        } else {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use std::path::Path;

    const GOOD: &str = "data_dir = \"d\"\nkeys_dir = \"k\"\nbox_id = \"sz-01\"\n[sip]\nlisten = \"127.0.0.1:5060\"\n[web]\nlisten = \"127.0.0.1:8443\"\n";

    #[test]
    fn a_short_file_is_enough() {
        let config = Config::parse(GOOD, "gateway.toml").unwrap();
        assert_eq!(config.media_bind().to_string(), "127.0.0.1");
        assert!(config.link.broker.is_none());
        assert_eq!(config.identity_dir(), Path::new("k/headquarters"));
    }

    #[test]
    fn one_address_or_several_and_the_relay_follows() {
        let listen = |text: &str| GOOD.replace("\"127.0.0.1:5060\"", text);
        let bind = |text: &str| Config::parse(&listen(text), "gateway.toml").unwrap();
        let table = [
            ("\"192.168.1.10:5060\"", 1, "192.168.1.10"),
            ("\"0.0.0.0:5060\"", 1, "0.0.0.0"),
            ("[\"192.168.1.10:5060\", \"10.0.0.1:5060\"]", 2, "0.0.0.0"),
            ("[\"0.0.0.0:5060\", \"[::]:5060\"]", 2, "::"),
            ("[\"203.0.113.9:5060\"]\nwan = true", 1, "203.0.113.9"),
        ];
        for (text, places, address) in table {
            let config = bind(text);
            assert_eq!(config.sip.listen.len(), places, "{text}");
            assert_eq!(config.media_bind().to_string(), address, "{text}");
        }
        for bad in ["[]", "7", "\"here\"", "[\"0.0.0.0:5060\", 5]"] {
            let error = Config::parse(&listen(bad), "gateway.toml").unwrap_err();
            assert!(error.to_string().contains("sip.listen"), "{error}");
        }
    }

    #[test]
    fn an_error_names_file_line_and_key() {
        let table = [
            (
                GOOD.replace("box_id = \"sz-01\"", "box_id = \"sz/01\""),
                "gateway.toml:3: box_id: ",
            ),
            (
                GOOD.replace("[sip]", "[sip]\nlisen = 1"),
                "gateway.toml:5: sip.lisen: ",
            ),
            (
                GOOD.replace("keys_dir = \"k\"", "keys_dir = \"d/k\""),
                "gateway.toml:2: keys_dir: ",
            ),
            (
                format!("{GOOD}[link]\ncertificates = \"d/hq\"\n"),
                "gateway.toml:9: link.certificates: ",
            ),
            (
                format!("{GOOD}[media]\nport_first = 20001\n"),
                "gateway.toml:9: media.port_first: ",
            ),
            (
                format!("{GOOD}[journal]\nkeep_days = 182\n"),
                "gateway.toml:9: journal.keep_days: ",
            ),
            (
                format!("{GOOD}[media]\nport_count = 40000\n"),
                "gateway.toml:9: media.port_count: ",
            ),
            (
                GOOD.replace("127.0.0.1:5060", "203.0.113.9:5060"),
                "gateway.toml:5: sip.listen: ",
            ),
            (
                format!("{GOOD}[link]\nbroker = \"not a broker\"\ncertificates = \"c\"\n"),
                "gateway.toml:9: link.broker: ",
            ),
            (
                format!("{GOOD}[backup]\nkeep = 0\n"),
                "gateway.toml:9: backup.keep: ",
            ),
            (
                format!("{GOOD}[log]\nlevel = \"=====bad\"\n"),
                "gateway.toml:9: log.level: ",
            ),
        ];
        for (text, start) in table {
            let error = Config::parse(&text, "gateway.toml").unwrap_err();
            let error = error.to_string();
            assert!(error.starts_with(start), "{error:?}, not {start:?}");
        }
    }
}
