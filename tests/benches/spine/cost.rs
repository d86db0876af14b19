//! What a process has used: CPU time as the kernel counts it, memory as its own share (PSS).
use std::time::{Duration, Instant};

/// Kernel ticks in a second (`getconf CLK_TCK`): 100 on every Linux that we build for.
const TICKS: f64 = 100.0;

/// A span of work of one process.
pub(crate) struct Meter {
    process: u32,
    cpu: f64,
    started: Instant,
}

impl Meter {
    pub(crate) fn start(process: u32) -> Self {
        Self {
            process,
            cpu: cpu_seconds(process),
            started: Instant::now(),
        }
    }

    /// CPU-seconds (user and system, all threads) since the start.
    pub(crate) fn cpu(&self) -> f64 {
        cpu_seconds(self.process) - self.cpu
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process lives");
    // The name may hold spaces: the fields are counted behind its bracket.
    let behind = stat.rsplit(')').next().unwrap_or("");
    let fields: Vec<&str> = behind.split_ascii_whitespace().collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / TICKS
}

/// Kilobytes: its own pages, and its part of the shared ones.
pub(crate) fn pss_kb(process: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
        .expect("the process lives");
    let line = rollup
        .lines()
        .find(|line| line.starts_with("Pss:"))
        .unwrap_or("");
    line.split_ascii_whitespace()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0)
}
