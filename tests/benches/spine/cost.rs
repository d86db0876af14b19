//! What a process has used: CPU time as the kernel counts it, memory as its own share (PSS).
use std::time::{Duration, Instant};

/// Kernel ticks in a second (`getconf CLK_TCK`): 100 on every Linux that we build for.
const TICKS: f64 = 100.0;

/// A span of work of one process.
pub(crate) struct Meter {
    processes: Vec<u32>,
    cpu: f64,
    started: Instant,
}

impl Meter {
    pub(crate) fn start(process: u32) -> Self {
        Self::of(&[process])
    }

    /// Of several together, with those that they made.
    pub(crate) fn of(processes: &[u32]) -> Self {
        let processes = family(processes);
        Self {
            cpu: processes.iter().copied().map(cpu_seconds).sum(),
            processes,
            started: Instant::now(),
        }
    }

    /// CPU-seconds (user and system, all threads) since the start.
    pub(crate) fn cpu(&self) -> f64 {
        let now: f64 = self.processes.iter().copied().map(cpu_seconds).sum();
        now - self.cpu
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// These processes and the ones that they made.
fn family(processes: &[u32]) -> Vec<u32> {
    let parent_of = |id: u32| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit(')')
            .next()?
            .split_ascii_whitespace()
            .nth(1)?
            .parse()
            .ok()
    };
    let all = std::fs::read_dir("/proc")
        .expect("the kernel tells of processes")
        .flatten();
    let ids: Vec<u32> = all
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    let mut found = processes.to_vec();
    // a child of a child is found in the next round
    for _ in 0..3 {
        for id in &ids {
            let ours = parent_of(*id).is_some_and(|parent| found.contains(&parent));
            if ours && !found.contains(id) {
                found.push(*id);
            }
        }
    }
    found
}

/// Of several together, with those that they made.
pub(crate) fn family_pss_kb(processes: &[u32]) -> f64 {
    family(processes).into_iter().map(pss_kb).sum()
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
