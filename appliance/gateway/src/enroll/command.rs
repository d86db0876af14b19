//! `zhunkehu-gateway enroll …`: with what headquarters shows, or within one machine.
use super::remote::{self, Invitation};
use super::{EnrollError, dev};
use crate::config::Config;
use messages::BoxId;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub struct Enroll {
    /// Headquarters' address as it shows it / 总部地址
    #[arg(long, requires_all = ["code", "fingerprint"], conflicts_with = "dev")]
    pub url: Option<String>,
    /// The one-time code / 一次性开通码
    #[arg(long, requires = "url")]
    pub code: Option<String>,
    /// The fingerprint of headquarters' authority / 总部 CA 指纹
    #[arg(long, requires = "url")]
    pub fingerprint: Option<String>,
    /// Sign with headquarters' key, which lies on this machine (labs, demos) / 同机开通
    #[arg(long, requires = "hq_dir")]
    pub dev: bool,
    /// The folder of headquarters' authority, for --dev.
    #[arg(long)]
    pub hq_dir: Option<PathBuf>,
    /// The folder of headquarters' own keys, for --dev; that of the authority where it is not named. Without the master
    /// key in it headquarters is offered no keys.
    #[arg(long, requires = "dev")]
    pub hq_keys: Option<PathBuf>,
    /// The name of this box; that of gateway.toml where it is not named.
    #[arg(long)]
    pub box_id: Option<String>,
    /// Where the identity lies; the link's folder of gateway.toml where it is not named.
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

impl Enroll {
    /// Does it, and says in one line what stands now.
    pub fn run(&self, config: &Path) -> Result<String, EnrollError> {
        let (box_id, dir) = self.place(config)?;
        match (self.invitation(), self.dev, &self.hq_dir) {
            (Some(invitation), _, _) => wait(remote::enroll(&invitation, &box_id, &dir))?,
            (None, true, Some(hq_dir)) => {
                let keys = self.hq_keys.as_ref().unwrap_or(hq_dir);
                dev::enroll(hq_dir, keys, &box_id, &dir)?;
            }
            (None, _, _) => return Err(EnrollError::NothingNamed),
        }
        Ok(format!(
            "{box_id} {}: 已开通 / enrolled; 运行中的网关会自动接入 / a running gateway takes it up by itself",
            dir.display()
        ))
    }

    fn invitation(&self) -> Option<Invitation> {
        Some(Invitation {
            url: self.url.clone()?,
            code: self.code.clone()?,
            fingerprint: self.fingerprint.clone()?,
        })
    }

    /// The configuration is read only for what is not named.
    fn place(&self, config: &Path) -> Result<(BoxId, PathBuf), EnrollError> {
        let read = || Config::read(config).map_err(|bad| EnrollError::Config(bad.to_string()));
        let box_id = match &self.box_id {
            Some(text) => BoxId::parse(text).ok_or_else(|| EnrollError::BadBoxId(text.clone()))?,
            None => read()?.box_id,
        };
        let dir = match &self.dir {
            Some(dir) => dir.clone(),
            None => read()?.identity_dir(),
        };
        Ok((box_id, dir))
    }
}

/// A command needs no threads of its own.
fn wait(enrolling: impl Future<Output = Result<(), EnrollError>>) -> Result<(), EnrollError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|bad| EnrollError::Unreachable(bad.to_string()))?
        .block_on(enrolling)
}
