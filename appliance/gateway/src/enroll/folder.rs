//! The folder of a box's identity: certificate and key in one file, headquarters' authority, and the keys that go with it.
use super::EnrollError;
use identity::{IdentityError, hq_files, whole_file};
use messages::UtcMs;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Deserialize;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The files of an identity. Keys are for the gateway alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxPaths {
    /// Headquarters' authority: who may be the broker. PEM.
    pub ca: PathBuf,
    /// The box's certificate and its key, one behind the other: one file cannot be half of two identities. PEM.
    pub identity: PathBuf,
    /// The next identity, as long as no connection was made with it. PEM.
    pub next: PathBuf,
    /// Where headquarters is.
    pub place: PathBuf,
    pub tenant_blind: PathBuf,
    pub hq_key: PathBuf,
    pub directive_key: PathBuf,
    pub recovery_key: PathBuf,
}

impl BoxPaths {
    #[must_use]
    pub fn within(dir: &Path) -> Self {
        Self {
            ca: dir.join("hq-ca.pem"),
            identity: dir.join("box.pem"),
            next: dir.join("box.next.pem"),
            place: dir.join("headquarters.toml"),
            tenant_blind: dir.join(hq_files::TENANT_BLIND),
            hq_key: dir.join(hq_files::HQ_KEY),
            directive_key: dir.join(hq_files::DIRECTIVE_PUBLIC),
            recovery_key: dir.join("recovery.pub"),
        }
    }
}

/// Where headquarters is, as it said when the box was enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HqPlace {
    pub tenant: String,
    /// `host:port`
    pub broker: String,
    /// `https://host:port` at which the box was enrolled.
    pub url: String,
    /// ms UTC, by the box's own clock.
    pub enrolled: i64,
}

impl HqPlace {
    /// `None` if the box was not enrolled at a distance.
    pub fn read(dir: &Path) -> Result<Option<Self>, IdentityError> {
        let path = BoxPaths::within(dir).place;
        if !path.exists() {
            return Ok(None);
        }
        let bad = |bad: toml::de::Error| IdentityError::Unreadable {
            path: path.clone(),
            why: bad.message().to_owned(),
        };
        toml::from_str(&whole_file::read(&path)?)
            .map(Some)
            .map_err(bad)
    }

    fn text(&self) -> String {
        let Self {
            tenant,
            broker,
            url,
            enrolled,
        } = self;
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!(
            "# Written by `zhunkehu-gateway enroll`.\ntenant = {}\nbroker = {}\nurl = {}\nenrolled = {enrolled}\n",
            quoted(tenant),
            quoted(broker),
            quoted(url)
        )
    }
}

/// Everything of an identity, as it is written.
pub(super) struct Papers {
    pub(super) authority: String,
    pub(super) certificate: String,
    pub(super) key: Zeroizing<String>,
    pub(super) place: Option<HqPlace>,
    pub(super) tenant_blind: Option<Zeroizing<[u8; 32]>>,
    pub(super) hq_key: Option<Zeroizing<[u8; 32]>>,
    pub(super) directive_key: Option<Vec<u8>>,
    pub(super) recovery_key: Option<Vec<u8>>,
}

/// Certificate and key as one file holds them.
#[must_use]
pub(super) fn one_file(certificate: &str, key: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{certificate}{key}"))
}

impl Papers {
    /// Writes all of it beside the folder, then changes the two in one step: whatever happens, the folder holds one whole
    /// identity, the old one or the new one.
    pub(super) fn keep(&self, dir: &Path) -> Result<(), EnrollError> {
        let staged = beside(dir, "new");
        let of = |source| IdentityError::File {
            path: dir.to_owned(),
            source,
        };
        clear(&staged).map_err(of)?;
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&staged);
        made.map_err(of)?;
        self.write(&staged)?;
        File::open(&staged)
            .and_then(|folder| folder.sync_all())
            .map_err(of)?;
        exchange(&staged, dir).map_err(of)?;
        clear(&staged).map_err(of)?;
        Ok(())
    }

    fn write(&self, dir: &Path) -> Result<(), IdentityError> {
        let paths = BoxPaths::within(dir);
        let private =
            |path: &Path, bytes: &[u8]| whole_file::write(path, bytes, whole_file::PRIVATE);
        let public = |path: &Path, bytes: &[u8]| whole_file::write(path, bytes, whole_file::PUBLIC);
        public(&paths.ca, self.authority.as_bytes())?;
        private(
            &paths.identity,
            one_file(&self.certificate, &self.key).as_bytes(),
        )?;
        if let Some(place) = &self.place {
            public(&paths.place, place.text().as_bytes())?;
        }
        if let Some(key) = &self.tenant_blind {
            private(&paths.tenant_blind, key.as_slice())?;
        }
        if let Some(key) = &self.hq_key {
            private(&paths.hq_key, key.as_slice())?;
        }
        if let Some(key) = &self.directive_key {
            public(&paths.directive_key, key)?;
        }
        if let Some(key) = &self.recovery_key {
            public(&paths.recovery_key, key)?;
        }
        Ok(())
    }
}

fn beside(dir: &Path, what: &str) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{what}-{}", std::process::id()));
    dir.with_file_name(name)
}

fn clear(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(bad) if bad.kind() != io::ErrorKind::NotFound => Err(bad),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn exchange(staged: &Path, dir: &Path) -> io::Result<()> {
    if dir.exists() {
        renameat_with(CWD, staged, CWD, dir, RenameFlags::EXCHANGE)?;
    } else {
        fs::rename(staged, dir)?;
    }
    whole_file::sync_folder(dir)
}

/// The certificate that a file of an identity holds.
#[must_use]
pub fn certificate_of(path: &Path) -> Option<identity::CertificateFacts> {
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};
    let der = CertificateDer::from_pem_file(path).ok()?;
    identity::CertificateFacts::of(&der)
}

/// Is this certificate good at this time? The code says how not.
pub fn in_time(facts: &identity::CertificateFacts, now: UtcMs) -> Result<(), &'static str> {
    if facts.not_after <= now {
        return Err("own_certificate_expired");
    }
    if facts.not_before > now {
        return Err("own_clock_behind");
    }
    Ok(())
}
