//! A child process with a log file; it never outlives its test.
use crate::deadline::wait_until;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

/// Killed on drop. What it says goes to its log file, which is shown when a test fails inside `expect_*`.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output in `folder/name.log` (appended, so that a restart keeps the story).
    ///
    /// # Panics
    /// Where the program cannot be started.
    #[must_use]
    pub fn start(name: &str, folder: &Path, command: &mut Command) -> Self {
        Self::start_with(name, folder, command.stdin(Stdio::null()))
    }

    /// The same for a program that is told what to do by its input.
    #[must_use]
    pub fn start_listening(name: &str, folder: &Path, command: &mut Command) -> Self {
        Self::start_with(name, folder, command.stdin(Stdio::piped()))
    }

    fn start_with(name: &str, folder: &Path, command: &mut Command) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the log opens");
        let twin = file.try_clone().expect("the log has two ends");
        let child = command
            .stdout(file)
            .stderr(twin)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self {
            name: name.to_owned(),
            child,
            log,
        }
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far.
    #[must_use]
    pub fn said(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Writes a line to its input.
    ///
    /// # Panics
    /// Where it was not started to listen, or has ended.
    pub fn tell(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("it listens");
        writeln!(input, "{line}").expect("it is still there");
    }

    #[must_use]
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The end that nobody can prepare for.
    pub fn kill9(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ = kill_process(pid, signal);
        }
    }

    /// Waits for its own end.
    #[track_caller]
    pub fn ended(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("{} ends", self.name);
        wait_until(&what, limit, || self.child.try_wait().ok().flatten())
    }

    /// Waits until its log says `text`; shows the log if it does not.
    #[track_caller]
    pub fn expect_said(&mut self, text: &str, limit: Duration) {
        let name = self.name.clone();
        wait_until(&format!("{name} says {text:?}"), limit, || {
            if self.said().contains(text) {
                return Some(());
            }
            assert!(self.is_running(), "{name} ended early:\n{}", self.tail());
            None
        });
    }

    /// A log line at ERROR is a bug, and so is a panic of any thread: the test fails, whatever else it saw.
    pub fn assert_no_bug(&self) {
        let said = self.said();
        let bug = said
            .lines()
            .find(|line| line.contains("\"level\":\"ERROR\"") || line.contains("panicked at"));
        assert_eq!(bug, None, "{} has a bug", self.name);
    }

    /// The last lines of the log.
    #[must_use]
    pub fn tail(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("── last words of {} ──\n{}", self.name, self.tail());
        }
        self.kill9();
    }
}
