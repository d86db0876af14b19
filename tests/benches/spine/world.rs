//! The branch and the headquarters that are measured: real processes, optimised, on loopback.
use house_tests::cloud::first_password;
use house_tests::counted::Counted;
use house_tests::deadline::wait_until;
use house_tests::page::Page;
use house_tests::process::Process;
use house_tests::{binary, port};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const START: Duration = Duration::from_secs(60);
/// 200 calls a second with two ports each, which rest for 3 s behind their call.
const RELAY_PORTS: u16 = 2_400;

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) sip: SocketAddr,
    pub(crate) carrier: SocketAddr,
    pub(crate) caller: SocketAddr,
    web_port: u16,
    hq_port: u16,
    mqtt_port: u16,
    /// What lies between the branch and headquarters.
    pub(crate) line: Counted,
    gateway: Option<Process>,
    cloud: Option<Process>,
}

impl World {
    pub(crate) fn start() -> Self {
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let mqtt_port = port::free();
        let mut world = Self {
            folder: tempfile::tempdir().expect("a folder"),
            sip: loopback(port::free()),
            carrier: loopback(port::free()),
            caller: loopback(port::free()),
            web_port: port::free(),
            hq_port: port::free(),
            mqtt_port,
            line: Counted::start(loopback(mqtt_port)),
            gateway: None,
            cloud: None,
        };
        world.write_files();
        world.start_cloud();
        world.console(&[
            "enroll",
            "--dev",
            "--hq-dir",
            "pki",
            "--hq-keys",
            "hq-keys",
            "--box-id",
            "bench",
            "--dir",
            "certificates",
        ]);
        world.start_gateway();
        world.console(&["apply", "branch.toml"]);
        world
    }

    fn write_files(&self) {
        let relay = port::free_row(2 * RELAY_PORTS);
        let gateway = format!(
            "data_dir = \"data\"\nkeys_dir = \"keys\"\nbox_id = \"bench\"\n[sip]\nlisten = \"{}\"\ntrunk_options_every_s = 0\n\
             [media]\nport_first = {}\nport_count = {RELAY_PORTS}\n[web]\nlisten = \"127.0.0.1:{}\"\n\
             [link]\nbroker = \"localhost:{}\"\ncertificates = \"certificates\"\nmetrics_every_s = 1\n[log]\nlevel = \"warn\"\n",
            self.sip,
            relay + relay % 2,
            self.web_port,
            self.line.port()
        );
        let cloud = format!(
            "data_dir = \"hq\"\n[http]\nlisten = \"127.0.0.1:{}\"\n[mqtt]\nlisten = \"127.0.0.1:{}\"\n[tls]\ndir = \"pki\"\n",
            self.hq_port, self.mqtt_port
        );
        let branch = format!(
            "[policy]\nprofile = \"lab\"\n[[phone]]\nrange = \"1000-1999\"\npassword = \"pw{{user}}\"\n\
             [[trunk]]\nname = \"carrier\"\naddress = \"{}\"\naccept_from = [\"{}\"]\nconcurrent_max = 2000\ncps_max = 1000\n\
             [[rule]]\nprefix = \"9\"\nto = \"trunk:carrier\"\n[[rule]]\nprefix = \"8\"\nto = \"trunk:carrier\"\nrecord = true\n",
            self.carrier, self.caller
        );
        for (name, text) in [
            ("gateway.toml", gateway),
            ("cloud.toml", cloud),
            ("branch.toml", branch),
        ] {
            std::fs::write(self.folder.path().join(name), text).expect("the folder takes files");
        }
    }

    pub(crate) fn start_cloud(&mut self) {
        let mut command = Command::new(binary::built("zhunkehu-cloud"));
        command
            .current_dir(self.folder.path())
            .args(["run", "--config", "cloud.toml"]);
        self.cloud = Some(Process::start("cloud", self.folder.path(), &mut command));
        self.healthy(self.hq_port);
    }

    pub(crate) fn start_gateway(&mut self) {
        let mut command = Command::new(binary::built("zhunkehu-gateway"));
        command
            .current_dir(self.folder.path())
            .args(["--config", "gateway.toml", "run"]);
        self.gateway = Some(Process::start("gateway", self.folder.path(), &mut command));
        self.healthy(self.web_port);
    }

    pub(crate) fn stop_cloud(&mut self) {
        stop(self.cloud.take());
    }

    pub(crate) fn stop_gateway(&mut self) {
        stop(self.gateway.take());
    }

    fn healthy(&self, port: u16) {
        let page = Page::new(&format!("https://127.0.0.1:{port}"), self.folder.path());
        wait_until("the process is healthy", START, || {
            page.status("/healthz").filter(|status| *status == 200)
        });
    }

    pub(crate) fn console(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(binary::built("zhunkehu-gateway"));
        command
            .current_dir(self.folder.path())
            .args(["--config", "gateway.toml"])
            .args(arguments);
        let output = command.output().expect("the console opens");
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The branch's pages, signed in as the administrator.
    pub(crate) fn admin(&self) -> Page {
        let said = self.console(&["user", "reset-password", "admin"]);
        let page = Page::new(&self.web(), self.folder.path());
        page.sign_in("admin", said.split_whitespace().last().unwrap_or(""));
        page
    }

    /// Headquarters' pages, signed in as its administrator.
    pub(crate) fn hq_admin(&self) -> Page {
        let page = Page::new(
            &format!("https://127.0.0.1:{}", self.hq_port),
            self.folder.path(),
        );
        page.sign_in("admin", &first_password(self.folder.path()));
        page
    }

    pub(crate) fn web(&self) -> String {
        format!("https://127.0.0.1:{}", self.web_port)
    }

    pub(crate) fn gateway_process(&self) -> u32 {
        self.gateway.as_ref().expect("the gateway runs").id()
    }

    pub(crate) fn cloud_process(&self) -> u32 {
        self.cloud.as_ref().expect("headquarters runs").id()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn stop(process: Option<Process>) {
    let mut process = process.expect("it runs");
    process.terminate();
    process.ended(START);
}

impl Drop for World {
    fn drop(&mut self) {
        for process in [self.gateway.take(), self.cloud.take()]
            .into_iter()
            .flatten()
        {
            stop(Some(process));
        }
    }
}
