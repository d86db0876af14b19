//! Headquarters in a folder of its own: the real cloud binary.
use crate::deadline::{PATIENCE, wait_until};
use crate::gateway::Headquarters;
use crate::page::Page;
use crate::process::Process;
use crate::{binary, port};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BINARY: &str = "zhunkehu-cloud";
const START: Duration = Duration::from_secs(60);

pub struct Cloud {
    folder: PathBuf,
    web_port: u16,
    mqtt_port: u16,
    process: Option<Process>,
}

impl Cloud {
    #[must_use]
    pub fn start(world: &Path) -> Self {
        let folder = world.join("hq");
        std::fs::create_dir_all(&folder).expect("headquarters' folder can be made");
        let mut cloud = Self {
            folder,
            web_port: port::free(),
            mqtt_port: port::free(),
            process: None,
        };
        let text = format!(
            "data_dir = \"{folder}/data\"\n[http]\nlisten = \"127.0.0.1:{}\"\n[mqtt]\nlisten = \"127.0.0.1:{}\"\n\
             [tls]\ndir = \"{folder}/pki\"\n",
            cloud.web_port,
            cloud.mqtt_port,
            folder = cloud.folder.display(),
        );
        std::fs::write(cloud.config_file(), text).expect("headquarters' folder takes files");
        cloud.run();
        cloud
    }

    /// Runs the process (again) until it answers at its health page.
    pub fn run(&mut self) {
        let mut command = Command::new(binary::built(BINARY));
        command
            .current_dir(&self.folder)
            .arg("run")
            .arg("--config")
            .arg(self.config_file());
        let mut process = Process::start("cloud", &self.folder, &mut command);
        let page = self.page();
        wait_until("headquarters is healthy", START, || {
            assert!(
                process.is_running(),
                "headquarters ended:\n{}",
                process.tail()
            );
            page.status("/healthz").filter(|status| *status == 200)
        });
        self.process = Some(process);
    }

    pub fn kill9(&mut self) {
        let mut process = self.process.take().expect("headquarters runs");
        process.assert_no_bug();
        process.kill9();
    }

    pub fn stop(&mut self) {
        let mut process = self.process.take().expect("headquarters runs");
        process.terminate();
        let status = process.ended(PATIENCE);
        assert!(
            status.success(),
            "headquarters ended with {status}:\n{}",
            process.tail()
        );
    }

    /// Says a command at its console; panics where it fails.
    #[track_caller]
    pub fn console(&self, arguments: &[&str]) {
        let mut command = Command::new(binary::built(BINARY));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.config_file());
        let output = command.output().expect("the console opens");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    /// The first administrator's password, as the console showed it once.
    #[must_use]
    pub fn first_password(&self) -> String {
        first_password(&self.folder)
    }

    /// Its pages, seen by its administrator.
    #[must_use]
    pub fn administrator(&self) -> Page {
        let page = self.page();
        page.sign_in("admin", &self.first_password());
        page
    }

    /// What a branch has to know to come here.
    #[must_use]
    pub fn headquarters(&self) -> Headquarters {
        Headquarters {
            broker: format!("localhost:{}", self.mqtt_port),
            authority: self.folder.join("pki"),
            keys: self.folder.join("data-keys"),
        }
    }

    #[must_use]
    pub fn mqtt_port(&self) -> u16 {
        self.mqtt_port
    }

    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    #[must_use]
    pub fn page(&self) -> Page {
        Page::new(
            &format!("https://127.0.0.1:{}", self.web_port),
            &self.folder,
        )
    }

    fn config_file(&self) -> PathBuf {
        self.folder.join("cloud.toml")
    }
}

/// The first administrator's password, as headquarters running in `folder` showed it.
#[must_use]
pub fn first_password(folder: &Path) -> String {
    let said = std::fs::read_to_string(folder.join("cloud.log")).unwrap_or_default();
    let behind = said.split("password ").nth(1);
    let word = behind.and_then(|rest| rest.split(',').next());
    word.expect("the console showed a password").to_owned()
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(process) = &self.process
            && !std::thread::panicking()
        {
            process.assert_no_bug();
        }
    }
}
