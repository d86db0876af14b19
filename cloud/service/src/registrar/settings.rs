//! What the registrar is told: where its keys lie, and what it tells the boxes of headquarters' places.
use core::time::Duration;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the authority.
    pub dir: PathBuf,
    /// The folder of headquarters' own secret.
    pub keys_dir: PathBuf,
    pub tenant: String,
    /// `https://host:port`, as boxes reach it.
    pub url: String,
    /// `host:port` of the boxes' listener.
    pub broker: String,
    /// How long a code is good, and how long an address waits after too many wrong ones.
    pub code_life: Duration,
    /// How long a box's certificate is good.
    pub certificate_life: Duration,
}

impl Settings {
    /// As the configuration's defaults make them, for headquarters at `host`.
    #[must_use]
    pub fn usual(dir: &Path, host: &str) -> Self {
        Self {
            dir: dir.to_owned(),
            keys_dir: dir.join("keys"),
            tenant: "hq".to_owned(),
            url: format!("https://{host}:8443"),
            broker: format!("{host}:8883"),
            code_life: Duration::from_mins(10),
            certificate_life: Duration::from_hours(24 * 365),
        }
    }
}
