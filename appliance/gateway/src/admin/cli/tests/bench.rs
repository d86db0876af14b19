//! A site on a temporary folder, perhaps with something like a gateway running on it.
use crate::admin::cli::site::Tail;
use crate::admin::cli::{AdminCommand, Site, run};
use crate::admin::control::{ControlServer, serve};
use crate::admin::execute::Host;
use branch_store::Store;
use clap::Parser;
use messages::BoxId;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[derive(Parser)]
struct Words {
    #[command(subcommand)]
    command: AdminCommand,
}

pub(super) struct Bench {
    pub(super) folder: TempDir,
    pub(super) running: Option<(Store, ControlServer)>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            running: None,
        }
    }

    pub(super) fn start(&mut self) {
        let site = self.site();
        let store = site.open(Tail::MustFit).unwrap();
        let host = Host {
            store: store.clone(),
            recordings: site.recordings.clone(),
        };
        self.running = Some((store, serve(host, &site.data_dir).unwrap()));
    }

    pub(super) fn stop(&mut self) {
        if let Some((store, server)) = self.running.take() {
            drop(server);
            store.close("test");
        }
    }

    pub(super) fn site(&self) -> Site {
        Site {
            data_dir: self.folder.path().join("data"),
            keys_dir: self.folder.path().join("keys"),
            recordings: self.folder.path().join("data/recordings"),
            box_id: BoxId::parse("sz-01").unwrap(),
        }
    }

    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Success, and what was written.
    pub(super) fn say(&self, words: &[&str]) -> (bool, String) {
        let words = Words::try_parse_from([&["gateway"], words].concat()).unwrap();
        let mut out = Vec::new();
        let done = run(words.command, &self.site(), &mut out).unwrap();
        (done, String::from_utf8(out).unwrap())
    }

    pub(super) fn apply(&self, file: &Path, more: &[&str]) -> (bool, String) {
        self.say(&[&["apply", file.to_str().unwrap()], more].concat())
    }
}
