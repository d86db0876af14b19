//! A branch in a folder of its own: the real gateway binary, its two configuration files, its console.
use crate::deadline::{PATIENCE, wait_until};
use crate::page::Page;
use crate::process::Process;
use crate::{binary, port};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

const BINARY: &str = "zhunkehu-gateway";
/// A start with a boot check may take its time on a busy machine.
const START: Duration = Duration::from_secs(60);
const RELAY_PORTS: u16 = 64;

/// Where a branch finds its headquarters: the broker, and the folders of headquarters' authority and of its own keys.
#[derive(Clone, Debug)]
pub struct Headquarters {
    pub broker: String,
    pub authority: PathBuf,
    pub keys: PathBuf,
}

/// A branch with phones 1000–1009 (`pw1000` …) and one trunk: 9… goes out as dialled, 8… does too and is recorded.
pub struct Gateway {
    folder: PathBuf,
    sip_port: u16,
    tls_port: u16,
    web_port: u16,
    /// The carrier's only port on loopback, for both directions.
    pub carrier_port: u16,
    /// Where phones that were just plugged in ask.
    pub pnp_port: u16,
    /// The section of its configuration.
    disk: &'static str,
    /// It hears IPv6 too.
    six: bool,
    process: Option<Process>,
}

impl Gateway {
    /// Starts it in `world/name` and applies its branch file.
    #[must_use]
    pub fn start(world: &Path, name: &str, headquarters: Option<&Headquarters>) -> Self {
        Self::start_with_ports(world, name, headquarters, RELAY_PORTS)
    }

    /// As `start`, with so many relay ports: two for each call, for 3 s beyond its end.
    #[must_use]
    pub fn start_with_ports(
        world: &Path,
        name: &str,
        headquarters: Option<&Headquarters>,
        relay_ports: u16,
    ) -> Self {
        let disk = "ballast_mb = 1";
        Self::start_shaped(world, name, headquarters, relay_ports, disk, false)
    }

    /// As `start`, on its own, with `disk` as the lines of the configuration's section.
    #[must_use]
    pub fn start_on_disk(world: &Path, name: &str, disk: &'static str) -> Self {
        Self::start_shaped(world, name, None, RELAY_PORTS, disk, false)
    }

    /// As `start`, on its own, and reached by IPv4 and IPv6.
    #[must_use]
    pub fn start_on_both_families(world: &Path, name: &str) -> Self {
        Self::start_shaped(world, name, None, RELAY_PORTS, "ballast_mb = 1", true)
    }

    fn start_shaped(
        world: &Path,
        name: &str,
        headquarters: Option<&Headquarters>,
        relay_ports: u16,
        disk: &'static str,
        six: bool,
    ) -> Self {
        let folder = world.join(name);
        std::fs::create_dir_all(&folder).expect("the branch's folder can be made");
        let mut gateway = Self {
            folder,
            sip_port: port::free(),
            tls_port: port::free(),
            web_port: port::free(),
            // baresip as a carrier takes the next port too.
            carrier_port: port::free_row(1),
            pnp_port: port::free(),
            disk,
            six,
            process: None,
        };
        gateway.write_config(name, headquarters, relay_ports);
        if let Some(headquarters) = headquarters {
            let authority = headquarters.authority.display().to_string();
            let keys = headquarters.keys.display().to_string();
            let certificates = gateway.folder.join("certificates").display().to_string();
            gateway.console(&[
                "enroll",
                "--dev",
                "--hq-dir",
                &authority,
                "--hq-keys",
                &keys,
                "--box-id",
                name,
                "--dir",
                &certificates,
            ]);
        }
        gateway.run();
        gateway.apply(&gateway.branch_file(&gateway.carrier()));
        gateway
    }

    /// Its whole disk once more, under other ports: what a copied virtual machine is. Neither runs yet.
    #[must_use]
    pub fn copied(&self, world: &Path, name: &str) -> Self {
        assert!(self.process.is_none(), "a running disk is not copied");
        let copy = Self {
            folder: world.join(name),
            sip_port: port::free(),
            tls_port: port::free(),
            web_port: port::free(),
            carrier_port: port::free_row(1),
            pnp_port: port::free(),
            disk: self.disk,
            six: self.six,
            process: None,
        };
        let copying = Command::new("cp")
            .arg("-r")
            .args([&self.folder, &copy.folder])
            .status();
        assert!(copying.is_ok_and(|status| status.success()), "copied");
        let relay = port::free_row(2 * RELAY_PORTS);
        let text = std::fs::read_to_string(self.config_file()).expect("its configuration");
        let moved: Vec<String> = text
            .replace(
                &self.folder.display().to_string(),
                &copy.folder.display().to_string(),
            )
            .replace(&self.sip(), &copy.sip())
            .replace(&self.sip_tls(), &copy.sip_tls())
            .replace(
                &format!(":{}\"", self.web_port),
                &format!(":{}\"", copy.web_port),
            )
            .lines()
            .map(|line| match line.split_once("port_first = ") {
                Some(_) => format!("port_first = {}", relay + relay % 2),
                None => line.to_owned(),
            })
            .collect();
        std::fs::write(copy.config_file(), moved.join("\n")).expect("the copy takes files");
        copy
    }

    /// Runs the process (again) until it answers at its health page.
    pub fn run(&mut self) {
        self.run_until(200);
    }

    /// Runs the process until its health page answers with `status`.
    pub fn run_until(&mut self, status: u16) {
        let mut command = Command::new(binary::built(BINARY));
        command
            .current_dir(&self.folder)
            .arg("--config")
            .arg(self.config_file())
            .arg("run");
        let mut process = Process::start("gateway", &self.folder, &mut command);
        let page = self.page();
        wait_until(&format!("the gateway's health is {status}"), START, || {
            assert!(
                process.is_running(),
                "the gateway ended:\n{}",
                process.tail()
            );
            page.status("/healthz").filter(|found| *found == status)
        });
        self.process = Some(process);
    }

    /// The end that nobody can prepare for.
    pub fn kill9(&mut self) {
        let mut process = self.process.take().expect("the gateway runs");
        process.assert_no_bug();
        process.kill9();
    }

    /// The end that it prepares for.
    pub fn stop(&mut self) {
        let mut process = self.process.take().expect("the gateway runs");
        process.terminate();
        let status = process.ended(PATIENCE);
        assert!(
            status.success(),
            "the gateway ended with {status}:\n{}",
            process.tail()
        );
    }

    /// `host:port` of its SIP socket.
    #[must_use]
    pub fn sip(&self) -> String {
        format!("127.0.0.1:{}", self.sip_port)
    }

    /// `host:port` where phones come by TLS.
    #[must_use]
    pub fn sip_tls(&self) -> String {
        format!("127.0.0.1:{}", self.tls_port)
    }

    /// `host:port` of its SIP socket for IPv6; only of one that listens there.
    #[must_use]
    pub fn sip_six(&self) -> String {
        format!("[::1]:{}", self.sip_port)
    }

    /// `host:port` of its pages.
    #[must_use]
    pub fn web(&self) -> String {
        format!("127.0.0.1:{}", self.web_port)
    }

    /// `host:port` of the carrier that it knows.
    #[must_use]
    pub fn carrier(&self) -> String {
        format!("127.0.0.1:{}", self.carrier_port)
    }

    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its pages, seen by nobody in particular.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::new(
            &format!("https://127.0.0.1:{}", self.web_port),
            &self.folder,
        )
    }

    /// Its pages, seen by `user`, who gets a fresh password.
    #[must_use]
    pub fn page_of(&self, user: &str) -> Page {
        let said = self.console(&["user", "reset-password", user]);
        let password = said
            .split_whitespace()
            .last()
            .expect("a password is shown")
            .to_owned();
        let page = self.page();
        page.sign_in(user, &password);
        page
    }

    /// Imports one customer.
    pub fn import(&self, name: &str, number: &str) {
        let file = self.folder.join(format!("{number}.csv"));
        std::fs::write(&file, format!("name,number,stage\n{name},{number},lead\n"))
            .expect("the branch's folder takes files");
        self.console(&["import", &file.display().to_string()]);
    }

    /// Everything the process has said: on its own console and in its log.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("gateway.log")).unwrap_or_default()
    }

    /// Says a command at its console; panics where it fails.
    #[track_caller]
    pub fn console(&self, arguments: &[&str]) -> String {
        let output = self.try_console(arguments);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            output.status.success(),
            "{arguments:?} ended with {}:\n{said}",
            output.status
        );
        said
    }

    #[must_use]
    pub fn try_console(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary::built(BINARY));
        command
            .current_dir(&self.folder)
            .arg("--config")
            .arg(self.config_file());
        command
            .args(arguments)
            .output()
            .expect("the gateway's console opens")
    }

    /// Begins a command at its console, as a process of its own.
    #[must_use]
    pub fn begin_console(&self, name: &str, arguments: &[&str]) -> Process {
        let mut command = Command::new(binary::built(BINARY));
        command
            .current_dir(&self.folder)
            .arg("--config")
            .arg(self.config_file())
            .args(arguments);
        Process::start(name, &self.folder, &mut command)
    }

    /// Applies a branch file.
    pub fn apply(&self, branch: &str) {
        let file = self.folder.join("branch.toml");
        std::fs::write(&file, branch).expect("the branch's folder takes files");
        self.console(&["apply", &file.display().to_string()]);
    }

    /// The branch as it is; requests of the trunk may come from `accept_from` (an address, with or without a port).
    #[must_use]
    pub fn branch_file(&self, accept_from: &str) -> String {
        let carrier = self.carrier();
        let accept_from = if accept_from.contains(':') {
            accept_from.to_owned()
        } else {
            format!("{accept_from}:*")
        };
        format!(
            "[policy]\nprofile = \"lab\"\n\n\
             [[phone]]\nrange = \"1000-1009\"\npassword = \"pw{{user}}\"\n\n\
             [[trunk]]\nname = \"carrier\"\naddress = \"{carrier}\"\naccept_from = [\"{accept_from}\"]\n\
             concurrent_max = 50\ncps_max = 50\n\n\
             [[rule]]\nprefix = \"9\"\nto = \"trunk:carrier\"\nrecord = false\n\n\
             [[rule]]\nprefix = \"8\"\nto = \"trunk:carrier\"\nrecord = true\n\n\
             [[rule]]\nprefix = \"1\"\nto = \"phone\"\n"
        )
    }

    /// What it has of the machine's memory (PSS), kB.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn memory_kb(&self) -> u64 {
        let id = self.process.as_ref().expect("it runs").id();
        let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup"));
        let rollup = rollup.expect("the kernel tells of a process of ours");
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let words = line.and_then(|line| line.split_ascii_whitespace().next());
        words.and_then(|word| word.parse().ok()).expect("a figure")
    }

    /// Where it hears SIP, as the configuration has it.
    fn listen(&self) -> String {
        if self.six {
            format!("[\"{}\", \"{}\"]", self.sip(), self.sip_six())
        } else {
            format!("\"{}\"", self.sip())
        }
    }

    fn config_file(&self) -> PathBuf {
        self.folder.join("gateway.toml")
    }

    fn write_config(&self, name: &str, headquarters: Option<&Headquarters>, relay_ports: u16) {
        let relay = port::free_row(2 * relay_ports);
        let link = headquarters.map_or_else(String::new, |headquarters| {
            format!(
                "[link]\nbroker = \"{}\"\ncertificates = \"{}\"\nmetrics_every_s = 1\n",
                headquarters.broker,
                self.folder.join("certificates").display()
            )
        });
        let text = format!(
            "data_dir = \"{folder}/data\"\nkeys_dir = \"{folder}/keys\"\nbox_id = \"{name}\"\n\
             [sip]\nlisten = {listen}\ntls = \"127.0.0.1:{tls}\"\ntrunk_options_every_s = 0\n\
             [media]\nport_first = {relay}\nport_count = {relay_ports}\n\
             [disk]\n{disk}\n[provisioning]\npnp_ports = [{pnp}]\n\
             [web]\nlisten = \"127.0.0.1:{web}\"\n{link}",
            folder = self.folder.display(),
            disk = self.disk,
            pnp = self.pnp_port,
            listen = self.listen(),
            tls = self.tls_port,
            web = self.web_port,
            relay = relay + relay % 2,
        );
        std::fs::write(self.config_file(), text).expect("the branch's folder takes files");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(process) = &self.process
            && !std::thread::panicking()
        {
            process.assert_no_bug();
        }
    }
}
