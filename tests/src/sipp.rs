//! SIPp as the carrier or as a caller: foreign SIP messages from scenario files, checked by SIPp itself.
use crate::deadline::{PATIENCE, wait_until};
use crate::process::Process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// One run of one scenario.
pub struct Sipp {
    process: Process,
    name: String,
    folder: PathBuf,
}

/// What a run needs.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The file's name in `tests/wire/sipp/`, without `.xml`.
    pub scenario: &'a str,
    pub port: u16,
    /// Who is called; `None` for a scenario that waits.
    pub target: Option<&'a str>,
    /// The number that the scenario calls, as `[service]`.
    pub number: &'a str,
    pub calls: u32,
    /// More of SIPp's own words: `-key`, `-d`.
    pub more: &'a [&'a str],
}

impl<'a> Run<'a> {
    /// One call of a scenario that waits on `port` for somebody who calls `number`.
    #[must_use]
    pub const fn of(scenario: &'a str, number: &'a str, port: u16) -> Self {
        Self {
            scenario,
            port,
            target: None,
            number,
            calls: 1,
            more: &[],
        }
    }
}

impl Sipp {
    /// Starts a scenario; it is stopped by SIPp itself after a minute.
    ///
    /// # Panics
    /// Where SIPp is not installed or the scenario is not there.
    #[must_use]
    pub fn start(world: &Path, run: &Run<'_>) -> Self {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("wire/sipp/{}.xml", run.scenario));
        assert!(file.is_file(), "no scenario {}", file.display());
        let name = format!("sipp-{}-{}", run.scenario, run.port);
        let mut command = Command::new("sipp");
        command.current_dir(world).arg("-sf").arg(file);
        command.args([
            "-i",
            "127.0.0.1",
            "-p",
            &run.port.to_string(),
            "-mi",
            "127.0.0.1",
        ]);
        command.args([
            "-m",
            &run.calls.to_string(),
            "-s",
            run.number,
            "-nostdin",
            "-timeout",
            "60s",
        ]);
        command.args([
            "-timeout_error",
            "-trace_err",
            "-error_file",
            &format!("{name}.errors"),
        ]);
        command.args(["-trace_msg", "-message_file", &format!("{name}.messages")]);
        command.args(run.more);
        command.args(run.target);
        Self {
            process: Process::start(&name, world, &mut command),
            name,
            folder: world.to_owned(),
        }
    }

    /// Waits for its end: every call went as the scenario says.
    #[track_caller]
    pub fn expect_success(&mut self) {
        self.expect_success_within(PATIENCE);
    }

    #[track_caller]
    pub fn expect_success_within(&mut self, limit: Duration) {
        let status = self.process.ended(limit);
        assert!(
            status.success(),
            "{} ended with {status}:\n{}\n{}",
            self.name,
            self.file("errors"),
            self.file("messages"),
        );
    }

    /// Waits for its end, whatever it is: did every call go as the scenario says?
    #[track_caller]
    pub fn ended_well(&mut self, limit: Duration) -> bool {
        self.process.ended(limit).success()
    }

    /// Ends it at once, in the middle of everything.
    pub fn kill(&mut self) {
        self.process.kill9();
    }

    /// Waits until a message with `text` went over the wire.
    #[track_caller]
    pub fn expect_message(&mut self, text: &str) {
        self.expect_messages(text, 1);
    }

    /// Waits until `text` was on the wire so many times.
    #[track_caller]
    pub fn expect_messages(&mut self, text: &str, times: usize) {
        let what = format!("{} sees {text:?} {times} times", self.name);
        wait_until(&what, PATIENCE, || {
            let messages = self.messages();
            let found = messages.matches(text).count() >= times;
            assert!(
                found || self.process.is_running(),
                "{} ended early:\n{messages}",
                self.name
            );
            found.then_some(())
        });
    }

    /// All messages that went over the wire so far, as SIPp writes them.
    #[must_use]
    pub fn messages(&self) -> String {
        self.file("messages")
    }

    fn file(&self, ending: &str) -> String {
        let bytes = std::fs::read(self.folder.join(format!("{}.{ending}", self.name)));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}
