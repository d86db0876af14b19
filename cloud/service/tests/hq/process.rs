//! The binary as an operator meets it: its console, its log, its signals.
use hq_store::conformance::story::Story;
use hq_store::{SqliteStore, Store};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().display();
        let text = format!(
            "data_dir = \"{path}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n[tls]\ndir = \"{path}/pki\"\n"
        );
        std::fs::write(folder.path().join("cloud.toml"), text).unwrap();
        Self { folder }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("cloud.toml")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhunkehu-cloud"));
        command.args(words).arg("--config").arg(self.config());
        command
    }

    fn console(&self, words: &[&str], typed: &str) -> Output {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(typed.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs until it says that it listens.
    fn run(&self) -> Running {
        let mut child = self
            .command(&["run"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert!(first.contains("https://127.0.0.1:"), "{first}");
        Running { child, out }
    }
}

struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn tell(&self, signal: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end: how it ended, what else it said, what it logged.
    fn ended(mut self) -> (Option<i32>, String, String) {
        let mut said = String::new();
        let mut logged = String::new();
        self.out.read_to_string(&mut said).unwrap();
        let mut log = self.child.stderr.take().unwrap();
        log.read_to_string(&mut logged).unwrap();
        (self.child.wait().unwrap().code(), said, logged)
    }
}

#[test]
fn sigterm_and_sigint_end_it_cleanly_and_its_log_is_json_without_secrets() {
    let place = Place::new();
    for (turn, signal) in ["-TERM", "-INT"].into_iter().enumerate() {
        let running = place.run();
        running.tell(signal);
        let (code, said, logged) = running.ended();
        assert_eq!(code, Some(0), "{logged}");
        assert_eq!(said.contains("admin"), turn == 0, "{said}");
        for line in logged.lines() {
            let entry: Value = serde_json::from_str(line).unwrap();
            assert_ne!(entry["level"], "ERROR");
        }
        assert!(logged.contains("stopped") && !logged.contains("password"));
        assert!(
            !place.data().join("hq.db-wal").exists(),
            "the log was folded back"
        );
    }
}

#[test]
fn a_kill_leaves_a_folder_that_starts_again_with_all_that_was_written() {
    let place = Place::new();
    place.run().ended_by_kill();
    let mut story = Story::of("sz-01");
    story.day(7);
    let applied = {
        let store = SqliteStore::open(&place.data().join("hq.db"), "hq").unwrap();
        story.send(&store).applied
    };
    place.run().ended_by_kill();
    let running = place.run();
    running.tell("-TERM");
    assert_eq!(running.ended().0, Some(0));
    let store = SqliteStore::open(&place.data().join("hq.db"), "hq").unwrap();
    let record = store.box_record(&story.box_id).unwrap().unwrap();
    assert_eq!((record.applied, record.link_up), (applied, false));
}

impl Running {
    fn ended_by_kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn users_are_made_and_reset_on_the_console_while_the_service_runs() {
    let place = Place::new();
    let running = place.run();
    let made = place.console(&["user", "create", "Li", "--role", "hq_admin"], "");
    assert!(made.status.success());
    assert!(
        String::from_utf8(made.stdout)
            .unwrap()
            .contains("password: ")
    );
    let again = place.console(&["user", "create", "li"], "");
    assert!(!again.status.success());
    assert_eq!(
        String::from_utf8(again.stderr).unwrap(),
        "zhunkehu-cloud: this user exists\n"
    );
    let words = ["user", "reset-password", "li", "--password-stdin"];
    assert!(place.console(&words, "a long password\n").status.success());
    let short = place.console(&words, "short\n");
    assert!(
        String::from_utf8(short.stderr)
            .unwrap()
            .contains("shorter than 8")
    );
    let foreign = place.console(&["user", "create", "x", "--role", "agent"], "");
    assert!(!foreign.status.success());
    running.tell("-TERM");
    assert_eq!(running.ended().0, Some(0));
}

#[test]
fn a_wrong_configuration_names_file_line_and_key_and_starts_nothing() {
    let place = Place::new();
    let good = place.console(&["run", "--check-config"], "");
    assert!(good.status.success() && !place.data().exists());
    let text = std::fs::read_to_string(place.config()).unwrap();
    std::fs::write(place.config(), text.replace("[mqtt]", "[mqtt]\nlisen = 1")).unwrap();
    let bad = place.console(&["run", "--check-config"], "");
    let said = String::from_utf8(bad.stderr).unwrap();
    assert!(
        said.contains("cloud.toml:5: mqtt.lisen: unknown field"),
        "{said}"
    );
    assert!(!place.data().exists() && missing_file_is_named(&place));
}

fn missing_file_is_named(place: &Place) -> bool {
    std::fs::remove_file(place.config()).unwrap();
    let bad = place.console(&["run"], "");
    let said = String::from_utf8(bad.stderr).unwrap();
    let name = Path::new("cloud.toml").display().to_string();
    !bad.status.success() && said.contains(&name)
}
