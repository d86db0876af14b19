//! `cloud.toml`: where things lie, which addresses are used, and what headquarters may see.
use rights::{FieldPolicy, HqField};
use serde::{Deserialize, Deserializer};
use settings::{ConfigError, Unfit};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database. Made where it is missing.
    pub data_dir: PathBuf,
    /// Headquarters' own keys; must not lie inside `data_dir`. Where it is not given: `data_dir` with `-keys` behind it.
    #[serde(default)]
    pub keys_dir: Option<PathBuf>,
    /// Whose branches these are: the first part of every key.
    #[serde(default = "default_tenant", deserialize_with = "tenant")]
    pub tenant: String,
    pub http: HttpConfig,
    pub mqtt: MqttConfig,
    pub tls: TlsConfig,
    #[serde(default)]
    pub enrol: EnrolConfig,
    #[serde(default)]
    pub field_policy: FieldPolicyConfig,
    #[serde(default)]
    pub backup: BackupConfig,
    #[serde(default)]
    pub log: LogConfig,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupConfig {
    /// The file of the key that seals backups; `backup.key` in `tls.dir` where it is not named.
    pub key: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// HTTPS: dashboard and API.
    pub listen: SocketAddr,
    /// Besides loopback, who may read `/metrics`.
    #[serde(default)]
    pub metrics_readers: Vec<IpAddr>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttConfig {
    /// MQTT 5 over mutual TLS: the branches.
    pub listen: SocketAddr,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Headquarters' authority and the server's certificate (`pki init`); made where they are missing.
    pub dir: PathBuf,
    /// Names and addresses under which boxes and browsers reach this server.
    #[serde(default = "default_hosts")]
    pub hosts: Vec<String>,
}

/// What boxes are told when they get their identity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolConfig {
    /// `https://host:port` of this server; made of the first of `tls.hosts` and of `http.listen` where it is not named.
    pub url: Option<String>,
    /// `host:port` of the boxes' listener; made of the first of `tls.hosts` and of `mqtt.listen` where it is not named.
    pub broker: Option<String>,
    /// How long a code is good; 1 to 60.
    pub code_minutes: u32,
    /// How long a box's certificate is good; 1 to 1825. It is renewed when two thirds are over.
    pub certificate_days: u32,
}

impl Default for EnrolConfig {
    fn default() -> Self {
        Self {
            url: None,
            broker: None,
            code_minutes: 10,
            certificate_days: 365,
        }
    }
}

/// What headquarters may see of the branches' personal values: `never`, `masked` or `clear`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldPolicyConfig {
    #[serde(deserialize_with = "hq_field")]
    pub name: HqField,
    #[serde(deserialize_with = "hq_field")]
    pub number: HqField,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// As `tracing_subscriber` reads it: `info`, `cloud=debug,info` …
    pub level: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
        }
    }
}

impl FieldPolicyConfig {
    #[must_use]
    pub const fn policy(self) -> FieldPolicy {
        FieldPolicy {
            name: self.name,
            number: self.number,
        }
    }
}

fn default_tenant() -> String {
    "hq".to_owned()
}

fn default_hosts() -> Vec<String> {
    vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
}

fn tenant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let fits = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if fits {
        Ok(text)
    } else {
        Err(serde::de::Error::custom("1 to 32 letters, digits, - or _"))
    }
}

fn hq_field<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HqField, D::Error> {
    let text = String::deserialize(deserializer)?;
    HqField::parse(&text)
        .ok_or_else(|| serde::de::Error::custom("one of \"never\", \"masked\", \"clear\""))
}

impl Config {
    #[must_use]
    pub fn backup_key(&self) -> PathBuf {
        let beside = || self.tls.dir.join("backup.key");
        self.backup.key.clone().unwrap_or_else(beside)
    }

    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        settings::read(file, Self::check)
    }

    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        settings::parse(text, file, Self::check)
    }

    /// The directives of the log: what libraries say too loudly is left out.
    #[must_use]
    pub fn log_directives(&self) -> String {
        format!("refinery_core=warn,{}", self.log.level)
    }

    fn check(&self) -> Result<(), Unfit> {
        if self.http.listen == self.mqtt.listen && self.http.listen.port() != 0 {
            return Err(("mqtt.listen", "the same as http.listen".to_owned()));
        }
        if self.tls.dir.starts_with(&self.data_dir) {
            let why = "must not lie inside data_dir: a copy of the data would hold the keys";
            return Err(("tls.dir", why.to_owned()));
        }
        for (key, path) in [
            ("keys_dir", self.keys_dir.as_ref()),
            ("backup.key", self.backup.key.as_ref()),
        ] {
            if path.is_some_and(|path| path.starts_with(&self.data_dir)) {
                let why = "must not lie inside data_dir: a copy of the data would hold the keys";
                return Err((key, why.to_owned()));
            }
        }
        let is_place = |text: &String| {
            let place = text.parse::<axum::http::uri::Authority>();
            place.is_ok_and(|place| place.port_u16().is_some())
        };
        let at = |url: &String| {
            let place = url.strip_prefix("https://").map(str::to_owned);
            place.is_some_and(|place| is_place(&place))
        };
        if !self.enrol.url.as_ref().is_none_or(at) {
            return Err(("enrol.url", "https://host:port".to_owned()));
        }
        if !self.enrol.broker.as_ref().is_none_or(is_place) {
            return Err(("enrol.broker", "host:port".to_owned()));
        }
        if !(1..=60).contains(&self.enrol.code_minutes) {
            return Err(("enrol.code_minutes", "1 to 60".to_owned()));
        }
        if !(1..=1_825).contains(&self.enrol.certificate_days) {
            return Err(("enrol.certificate_days", "1 to 1825".to_owned()));
        }
        EnvFilter::try_new(self.log_directives()).map_err(|bad| ("log.level", bad.to_string()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use rights::HqField;

    const GOOD: &str = "data_dir = \"d\"\n\n[http]\nlisten = \"127.0.0.1:8443\"\n\n[mqtt]\nlisten = \"127.0.0.1:8883\"\n\n[tls]\ndir = \"pki\"\n";

    #[test]
    fn a_short_file_is_enough_and_shows_nothing_personal() {
        let config = Config::parse(GOOD, "cloud.toml").unwrap();
        assert_eq!(config.tenant, "hq");
        assert_eq!(config.field_policy.policy().number, HqField::Never);
        assert_eq!(config.tls.hosts, ["localhost", "127.0.0.1"]);
    }

    #[test]
    #[allow(clippy::too_many_lines)] // a table
    fn an_error_names_file_line_and_key() {
        let policy = format!("{GOOD}\n[field_policy]\nname = \"all\"\n");
        let table = [
            (
                GOOD.replace("dir = \"pki\"", "dir = 7"),
                "cloud.toml:10: tls.dir: ",
            ),
            (
                GOOD.replace("127.0.0.1:8443", "here"),
                "cloud.toml:4: http.listen: ",
            ),
            (
                GOOD.replace("[mqtt]\n", "[mqtt]\nlisen = 1\n"),
                "cloud.toml:7: mqtt.lisen: ",
            ),
            (
                GOOD.replace("listen = \"127.0.0.1:8883\"", ""),
                "cloud.toml:6: mqtt.listen: ",
            ),
            (policy, "cloud.toml:13: field_policy.name: "),
            (
                format!("tenant = \"a b\"\n{GOOD}"),
                "cloud.toml:1: tenant: ",
            ),
            (
                GOOD.replace(":8883", ":8443"),
                "cloud.toml:7: mqtt.listen: ",
            ),
            (
                format!("{GOOD}[log]\nlevel = \"=====bad\"\n"),
                "cloud.toml:12: log.level: ",
            ),
            (GOOD.replace("[tls]", "[tls"), "cloud.toml:9: "),
            (
                GOOD.replace("\"pki\"", "\"d/pki\""),
                "cloud.toml:10: tls.dir: ",
            ),
            (
                format!("keys_dir = \"d/keys\"\n{GOOD}"),
                "cloud.toml:1: keys_dir: ",
            ),
            (
                format!("{GOOD}[backup]\nkey = \"d/key\"\n"),
                "cloud.toml:12: backup.key: ",
            ),
            (
                format!("{GOOD}[enrol]\nurl = \"http://hq\"\n"),
                "cloud.toml:12: enrol.url: ",
            ),
            (
                format!("{GOOD}[enrol]\nbroker = \"hq\"\n"),
                "cloud.toml:12: enrol.broker: ",
            ),
            (
                format!("{GOOD}[enrol]\ncode_minutes = 0\n"),
                "cloud.toml:12: enrol.code_minutes: ",
            ),
        ];
        for (text, start) in table {
            let error = Config::parse(&text, "cloud.toml").unwrap_err().to_string();
            assert!(
                error.starts_with(start),
                "{error:?} does not start with {start:?}"
            );
        }
    }
}
