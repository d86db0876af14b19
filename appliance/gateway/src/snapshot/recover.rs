//! `zhunkehu-gateway recover`: this machine takes the place of a lost one. Stopped anywhere, it is said again and goes on.
use super::call::Line;
use super::error::at;
use super::{SnapshotError, place};
use crate::config::Config;
use crate::enroll::{BoxPaths, EnrollError, Invitation, enroll};
use crate::secrets;
use branch_store::{SoftKeys, StoreConfig, StoreError, restore_backup, take_escrow_keys};
use messages::snapshot::{
    READ_PATH, Snapshot, SnapshotKind, SnapshotPart, SnapshotRead, SnapshotTerms, TERMS_PATH,
};
use messages::{BootId, UtcMs};
use seal::RecoveryKey;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
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
        if let Some(invitation) = self.invitation() {
            enroll(&invitation, &config.box_id, &identity).await?;
        } else if !BoxPaths::within(&identity).identity.exists() {
            return Err(EnrollError::NothingNamed.into());
        }
        let line = Line::open(&identity, config.link.broker.as_deref())?;
        let terms: SnapshotTerms = line.ask(TERMS_PATH, &()).await?;
        let snapshot = terms.newest.ok_or(SnapshotError::Nothing)?;
        let folder = config.data_dir.join("recovery");
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let [sealed, vault, data] = [SnapshotKind::Keys, SnapshotKind::Vault, SnapshotKind::Data]
            .map(|kind| file_of(&folder, &snapshot, kind));
        let (sealed, vault, data) = (sealed?, vault?, data?);
        for part in [&sealed, &vault, &data] {
            fetch(&line, part).await?;
        }
        self.take_keys(config, &key, &sealed.path)?;
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

    /// Into a folder of its own first: half a key store is none.
    fn take_keys(
        &self,
        config: &Config,
        key: &RecoveryKey,
        sealed: &Path,
    ) -> Result<(), SnapshotError> {
        let keys_dir = &config.keys_dir;
        let done = keys_dir.join("box.key").exists();
        let sealed = fs::read(sealed).map_err(at(sealed))?;
        let opened = key
            .open(&place(&config.box_id), &sealed)
            .map_err(|_bad| SnapshotError::KeyDoesNotOpen)?;
        if done {
            return Ok(());
        }
        clear_half(keys_dir)?;
        let mut keys = SoftKeys::open(keys_dir.clone()).map_err(StoreError::from)?;
        take_escrow_keys(&mut keys, &opened)?;
        Ok(())
    }
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

struct Wanted {
    part: SnapshotPart,
    path: PathBuf,
}

fn file_of(
    folder: &Path,
    snapshot: &Snapshot,
    kind: SnapshotKind,
) -> Result<Wanted, SnapshotError> {
    let part = snapshot.part(kind).ok_or(SnapshotError::Nothing)?.clone();
    let name: String = part.sha256[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Wanted {
        path: folder.join(name),
        part,
    })
}

/// What is here already is not asked for again.
async fn fetch(line: &Line, wanted: &Wanted) -> Result<(), SnapshotError> {
    let (part, path) = (&wanted.part, &wanted.path);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(at(path))?;
    let mut have = file.metadata().map_err(at(path))?.len();
    while have < part.bytes {
        let ask = SnapshotRead {
            sha256: part.sha256,
            offset: have,
        };
        let bytes: serde_bytes::ByteBuf = line.ask(READ_PATH, &ask).await?;
        if bytes.is_empty() {
            return Err(SnapshotError::BadAnswer);
        }
        file.write_all(&bytes).map_err(at(path))?;
        have += bytes.len() as u64;
    }
    file.sync_all().map_err(at(path))?;
    if digest(path)? == part.sha256 {
        return Ok(());
    }
    fs::remove_file(path).map_err(at(path))?;
    Err(SnapshotError::BadAnswer)
}

fn digest(path: &Path) -> Result<[u8; 32], SnapshotError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let got = file.read(&mut buffer).map_err(at(path))?;
        if got == 0 {
            return Ok(digest.finalize().into());
        }
        digest.update(&buffer[..got]);
    }
}
