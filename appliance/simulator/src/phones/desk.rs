//! The person at a phone: signs in, picks a customer, clicks 拨打, waits for the end, and again.
use super::phone::Line;
use crate::config::DeskConfig;
use reqwest::blocking::{Client, Response};
use sansio::SeededRng;
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What the desks asked for, and how they were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeskCounts {
    pub asked: u64,
    pub accepted: u64,
    /// Answered with a problem: the gate or a full trunk said no.
    pub refused: u64,
    /// No answer, or one that is not ours.
    pub failed: u64,
}

impl DeskCounts {
    pub const fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.failed += other.failed;
    }
}

pub(super) struct Desk {
    api: String,
    ca: std::path::PathBuf,
    user: String,
    password: String,
    extension: String,
    pause_ms: [u64; 2],
    rng: SeededRng,
    line: Line,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
}

impl Desk {
    pub(super) fn new(config: &DeskConfig, extension: u32, seed: u64, line: Line) -> Self {
        let extension = extension.to_string();
        Self {
            api: config.api.clone(),
            ca: config.ca.clone(),
            user: config.user.replace("{user}", &extension),
            password: config.password.replace("{user}", &extension),
            extension,
            pause_ms: config.pause_ms,
            rng: SeededRng::new(seed),
            line,
        }
    }

    pub(super) fn run(mut self, stop: &Arc<AtomicBool>) -> DeskCounts {
        let mut counts = DeskCounts::default();
        let (client, customers) = match self.sign_in() {
            Ok(ready) => ready,
            Err(error) => {
                tracing::error!(user = %self.user, %error, "the desk cannot work");
                counts.failed += 1;
                return counts;
            }
        };
        while !stop.load(Ordering::Relaxed) {
            self.rest(stop);
            if stop.load(Ordering::Relaxed) || !self.line.is_free() {
                continue;
            }
            let choice = usize::try_from(self.rng.below(customers.len() as u64)).unwrap_or(0);
            counts.asked += 1;
            match self.dial(&client, &customers[choice]) {
                Ok(response) if response.status().is_success() => counts.accepted += 1,
                Ok(response) => {
                    counts.refused += 1;
                    tracing::debug!(status = response.status().as_u16(), "the call was refused");
                }
                Err(error) => {
                    counts.failed += 1;
                    tracing::warn!(%error, "no answer to a dial");
                }
            }
        }
        counts
    }

    fn sign_in(&self) -> anyhow::Result<(Client, Vec<String>)> {
        let pem = std::fs::read(&self.ca)?;
        let client = Client::builder()
            .cookie_store(true)
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem)?)
            .timeout(Duration::from_secs(10))
            .build()?;
        let body = serde_json::json!({ "user": self.user, "password": self.password });
        let answer = client
            .post(self.url("session"))
            .header("Origin", &self.api)
            .json(&body)
            .send()?;
        anyhow::ensure!(
            answer.status().is_success(),
            "log-in: {} {}",
            answer.status(),
            answer.text()?
        );
        let page: Page = client
            .get(self.url("customers?limit=200"))
            .send()?
            .error_for_status()?
            .json()?;
        anyhow::ensure!(!page.items.is_empty(), "there is no customer to call");
        Ok((client, page.items.into_iter().map(|item| item.id).collect()))
    }

    fn dial(&mut self, client: &Client, customer: &str) -> reqwest::Result<Response> {
        let key = format!("{}-{:016x}", self.extension, self.rng.next_u64());
        let body = serde_json::json!({ "customer": customer, "extension": self.extension });
        client
            .post(self.url("calls"))
            .header("Origin", &self.api)
            .header("Idempotency-Key", key)
            .json(&body)
            .send()
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.api)
    }

    fn rest(&mut self, stop: &Arc<AtomicBool>) {
        let [least, most] = self.pause_ms;
        let mut left = least + self.rng.below(most.saturating_sub(least) + 1);
        while left > 0 && !stop.load(Ordering::Relaxed) {
            let part = left.min(100);
            std::thread::sleep(Duration::from_millis(part));
            left -= part;
        }
    }
}
