//! A reader of pages and of the API: curl, a foreign HTTP client, with a jar of cookies.
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static JARS: AtomicU32 = AtomicU32::new(0);

pub struct Page {
    base: String,
    jar: PathBuf,
}

/// A status and a body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

impl Page {
    #[must_use]
    pub fn new(base: &str, folder: &Path) -> Self {
        let number = JARS.fetch_add(1, Ordering::Relaxed);
        Self {
            base: base.to_owned(),
            jar: folder.join(format!("cookies-{number}")),
        }
    }

    /// Logs in; the cookie stays in the jar.
    #[track_caller]
    pub fn sign_in(&self, user: &str, password: &str) {
        let body = serde_json::json!({ "user": user, "password": password });
        let answer = self.post("/api/v1/session", &body);
        assert_eq!(answer.status, 200, "{user} signs in: {}", answer.body);
    }

    /// `None` while nobody answers.
    #[must_use]
    pub fn status(&self, path: &str) -> Option<u16> {
        let status = self.ask(&["--max-time", "5"], path).status;
        (status != 0).then_some(status)
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&[], path)
    }

    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    #[must_use]
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let text = body.to_string();
        let origin = format!("Origin: {}", self.base);
        let key = format!(
            "Idempotency-Key: {}-{}",
            std::process::id(),
            JARS.fetch_add(1, Ordering::Relaxed)
        );
        let more = [
            "-X",
            method,
            "-H",
            "Content-Type: application/json",
            "-H",
            &origin,
            "-H",
            &key,
            "--data-binary",
            &text,
        ];
        self.ask(&more, path)
    }

    /// The session's cookie as a header wants it: `name=value`.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        let jar = std::fs::read_to_string(&self.jar).ok()?;
        // Netscape's form: seven columns, the last two are name and value.
        let line = jar.lines().find(|line| line.contains("__Host-"))?;
        let columns: Vec<&str> = line.split('\t').collect();
        Some(format!("{}={}", columns.get(5)?, columns.get(6)?))
    }

    fn ask(&self, more: &[&str], path: &str) -> Answer {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--show-error",
            "--insecure",
            "--noproxy",
            "*",
            "--max-time",
            "30",
        ]);
        command
            .arg("--cookie")
            .arg(&self.jar)
            .arg("--cookie-jar")
            .arg(&self.jar);
        command
            .args(["--write-out", "\n%{http_code}"])
            .args(more)
            .arg(format!("{}{path}", self.base));
        let output = command.output().expect("curl is installed");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').unwrap_or(("", "0"));
        let trouble = String::from_utf8_lossy(&output.stderr);
        Answer {
            status: status.parse().unwrap_or(0),
            body: format!("{body}{trouble}"),
        }
    }
}
