//! Where the appliance's things lie, and how they are opened where no gateway runs.
use crate::admin::control::Control;
use crate::admin::execute::{self, Host};
use crate::admin::order::{Order, Report};
use crate::clock::Clock;
use crate::config::Config;
use crate::secrets::{self, OsSecrets};
use anyhow::Context as _;
use branch_store::{Parts, Purpose, SoftKeys, Store, StoreConfig};
use messages::{BootId, BoxId};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// What the command line needs of the configuration.
#[derive(Clone, Debug)]
pub struct Site {
    pub data_dir: PathBuf,
    pub keys_dir: PathBuf,
    pub recordings: PathBuf,
    pub box_id: BoxId,
}

/// Is the end of the journal to fit the head that is kept outside of it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    MustFit,
    /// After a restore, by somebody who knows.
    AsItIs,
}

/// How orders are carried out.
pub(super) enum Hands {
    Gateway(Control),
    Here(Host),
}

impl Site {
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            data_dir: config.data_dir.clone(),
            keys_dir: config.keys_dir.clone(),
            recordings: config.recordings_dir(),
            box_id: config.box_id.clone(),
        }
    }

    /// The running gateway, or the data folder itself.
    pub(super) fn hands(&self) -> anyhow::Result<Hands> {
        if let Some(control) = Control::connect(&self.data_dir)? {
            return Ok(Hands::Gateway(control));
        }
        Ok(Hands::Here(self.host()?))
    }

    /// The data folder, opened in this process.
    pub(crate) fn host(&self) -> anyhow::Result<Host> {
        Ok(Host {
            store: self.open(Tail::MustFit)?,
            recordings: self.recordings.clone(),
        })
    }

    pub(super) fn store_config(&self) -> StoreConfig {
        let version = env!("CARGO_PKG_VERSION");
        let boot = BootId::from_bytes(secrets::random());
        StoreConfig::new(self.data_dir.clone(), self.box_id.clone(), version, boot)
    }

    /// Only while no gateway runs: the data folder is locked by one process.
    pub(super) fn open(&self, tail: Tail) -> anyhow::Result<Store> {
        let mut config = self.store_config();
        config.accept_tail = tail == Tail::AsItIs;
        let clock = Clock::start();
        let parts = Parts {
            config,
            key_store: Box::new(SoftKeys::open(self.keys_dir.clone()).context("keys_dir")?),
            decider: Box::new(crm::Rules),
            clock: Arc::new(move || clock.now()),
            secrets: Box::new(OsSecrets),
        };
        let opened = Store::open(parts, Purpose::Console);
        let opened = opened.with_context(|| format!("data_dir {}", self.data_dir.display()))?;
        Ok(opened.store)
    }
}

impl Hands {
    /// `wav` takes the audio of an export.
    pub(super) fn ask(&mut self, order: Order, wav: &mut dyn Write) -> anyhow::Result<Report> {
        Ok(match self {
            Self::Gateway(control) => control.ask(&order, wav)?,
            Self::Here(host) => execute::execute(order, host, wav),
        })
    }

    /// An order without audio.
    pub(super) fn tell(&mut self, order: Order) -> anyhow::Result<Report> {
        self.ask(order, &mut io::sink())
    }
}

impl Drop for Hands {
    fn drop(&mut self) {
        match self {
            Self::Gateway(_) => {}
            Self::Here(host) => host.store.close("console"),
        }
    }
}
