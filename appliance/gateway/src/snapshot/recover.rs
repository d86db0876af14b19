//! `zhunkehu-gateway recover`: this machine takes the place of a lost one. Stopped anywhere, it is said again and goes on.
use super::call::Line;
use super::error::at;
use super::pieces::Coming;
use super::{SnapshotError, place};
use crate::config::Config;
use crate::enroll::{BoxPaths, EnrollError, Invitation, enroll};
use crate::secrets;
use branch_store::{SoftKeys, StoreConfig, StoreError, restore_backup, take_escrow_keys};
use messages::enrolment::NotEnrolled;
use messages::snapshot::{READ_PATH, SnapshotKind, SnapshotTerms, TERMS_PATH};
use messages::{BootId, UtcMs};
use seal::RecoveryKey;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Recover {
    /// Headquarters' address as it shows it / 总部地址
    #[arg(long, requires_all = ["code", "fingerprint"])]
    pub url: Option<String>,
    /// The one-time code for a replacement / 更换设备的一次性开通码
    #[arg(long, requires = "url")]
    pub code: Option<String>,
    /// The fingerprint of headquarters' authority / 总部 CA 指纹
    #[arg(long, requires = "url")]
    pub fingerprint: Option<String>,
    /// The file with the recovery key, from where it is kept offline / 恢复密钥文件
    #[arg(long)]
    pub recovery_key: PathBuf,
}

impl Recover {
    /// Does it, and says in one line what stands now. Blocks.
    pub fn run(&self, config: &Config) -> Result<String, SnapshotError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(at(&config.data_dir))?;
        runtime.block_on(self.recover(config))
    }

    async fn recover(&self, config: &Config) -> Result<String, SnapshotError> {
        let text = fs::read_to_string(&self.recovery_key).map_err(at(&self.recovery_key))?;
        let key = RecoveryKey::parse(&text).ok_or(SnapshotError::BadRecoveryKey)?;
        let store = StoreConfig::new(
            config.data_dir.clone(),
            config.box_id.clone(),
            env!("CARGO_PKG_VERSION"),
            BootId::from_bytes(secrets::random()),
        );
        if config.data_dir.join("branch.db").exists() {
            return Err(SnapshotError::NotEmpty);
        }
        let identity = config.identity_dir();
        self.enroll(config, &identity).await?;
        let line = Line::open(&identity, config.link.broker.as_deref())?;
        let terms: SnapshotTerms = line.ask(TERMS_PATH, &()).await?;
        let snapshot = terms.newest.ok_or(SnapshotError::Nothing)?;
        let folder = config.data_dir.join("recovery");
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let [sealed, vault, data] = [SnapshotKind::Keys, SnapshotKind::Vault, SnapshotKind::Data]
            .map(|kind| Coming::of(&folder, &snapshot, kind));
        let (sealed, vault, data) = (sealed?, vault?, data?);
        let read = async |ask| {
            let bytes: serde_bytes::ByteBuf = line.ask(READ_PATH, &ask).await?;
            Ok(bytes.into_vec())
        };
        // a key that does not fit is found out before the rest is fetched
        sealed.fetch(read).await?;
        let keys = open_keys(config, &key, &sealed.path)?;
        vault.fetch(read).await?;
        data.fetch(read).await?;
        take_keys(config, &keys)?;
        let keys = SoftKeys::open(config.keys_dir.clone()).map_err(StoreError::from)?;
        let vault_here = config.data_dir.join("vault.db").exists();
        let vault = (!vault_here).then_some(vault.path.as_path());
        let now = UtcMs(jiff::Timestamp::now().as_millisecond());
        let manifest = restore_backup(&store, &keys, &data.path, vault, now)?;
        fs::remove_dir_all(&folder).map_err(at(&folder))?;
        Ok(format!(
            "{}: 已恢复到第 {seq} 条;录音 {recordings} 个不在其中;现在启动网关,它先从总部取回其后的内容 / \
             recovered up to {seq}; {recordings} recordings are not in it; start the gateway now: it takes the rest from headquarters first",
            config.box_id,
            seq = manifest.head.seq,
            recordings = manifest.recordings.len(),
        ))
    }

    fn invitation(&self) -> Option<Invitation> {
        Some(Invitation {
            url: self.url.clone()?,
            code: self.code.clone()?,
            fingerprint: self.fingerprint.clone()?,
        })
    }

    /// A try that was cut off may have used the code up already: then its identity is here, and counts.
    async fn enroll(&self, config: &Config, identity: &Path) -> Result<(), SnapshotError> {
        let here = BoxPaths::within(identity).identity.exists();
        let Some(invitation) = self.invitation() else {
            let named = here.then_some(()).ok_or(EnrollError::NothingNamed);
            return Ok(named?);
        };
        match enroll(&invitation, &config.box_id, identity).await {
            Err(EnrollError::Refused(NotEnrolled::CodeWrong, _)) if here => Ok(()),
            done => Ok(done.map(drop)?),
        }
    }
}

/// The keys as the snapshot has them.
type Opened = zeroize::Zeroizing<Vec<u8>>;

fn open_keys(config: &Config, key: &RecoveryKey, sealed: &Path) -> Result<Opened, SnapshotError> {
    let sealed = fs::read(sealed).map_err(at(sealed))?;
    let opened = key.open(&place(&config.box_id), &sealed);
    opened.map_err(|_bad| SnapshotError::KeyDoesNotOpen)
}

fn take_keys(config: &Config, opened: &Opened) -> Result<(), SnapshotError> {
    let keys_dir = &config.keys_dir;
    if keys_dir.join("box.key").exists() {
        return Ok(());
    }
    clear_half(keys_dir)?;
    let mut keys = SoftKeys::open(keys_dir.clone()).map_err(StoreError::from)?;
    take_escrow_keys(&mut keys, opened)?;
    Ok(())
}

/// What a try that was cut off has left: without the box's key, which comes last, none of it counts.
fn clear_half(keys_dir: &Path) -> Result<(), SnapshotError> {
    let Ok(entries) = fs::read_dir(keys_dir) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry.map_err(at(keys_dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let half = |name: &str| {
            name == "blind.key" || (name.starts_with("vault-") && name.ends_with(".key"))
        };
        if name.is_some_and(half) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}
