//! Does the CPU run slower than it could? Told by counters that only grow.
use std::path::Path;

/// More CPUs than any appliance has: a limit on how many folders are read.
const CPUS_MAX: usize = 1_024;

/// Remembers the sum of the counters at the last look.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    last: Option<u64>,
}

impl Throttle {
    /// `cpus` holds `cpu*/thermal_throttle/*_throttle_count` (Linux `Documentation/ABI/testing/sysfs-devices-system-cpu`).
    /// `None` where no CPU counts. `Some(true)` if a counter grew since the last look.
    pub(super) fn look(&mut self, cpus: &Path) -> Option<bool> {
        let now = count(cpus);
        let before = std::mem::replace(&mut self.last, now);
        now.map(|now| before.is_some_and(|before| now > before))
    }
}

fn count(cpus: &Path) -> Option<u64> {
    let counters = std::fs::read_dir(cpus)
        .ok()?
        .take(CPUS_MAX)
        .filter_map(Result::ok)
        .flat_map(|cpu| {
            let folder = cpu.path().join("thermal_throttle");
            ["core_throttle_count", "package_throttle_count"].map(|name| folder.join(name))
        });
    counters
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .filter_map(|text| text.trim().parse::<u64>().ok())
        .reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::Throttle;
    use std::path::Path;

    fn set(cpus: &Path, cpu: &str, text: &str) {
        let folder = cpus.join(cpu).join("thermal_throttle");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("core_throttle_count"), text).unwrap();
    }

    #[test]
    fn a_growing_counter_means_throttled_and_a_still_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut throttle = Throttle::default();
        assert_eq!(throttle.look(dir.path()), None, "no counter, no answer");
        set(dir.path(), "cpu0", "5\n");
        set(dir.path(), "cpu1", "0\n");
        assert_eq!(
            throttle.look(dir.path()),
            Some(false),
            "the first look compares with nothing"
        );
        assert_eq!(throttle.look(dir.path()), Some(false));
        set(dir.path(), "cpu1", "1\n");
        assert_eq!(throttle.look(dir.path()), Some(true));
        set(dir.path(), "cpu1", "not a number");
        assert_eq!(
            throttle.look(dir.path()),
            Some(false),
            "a broken counter is left out"
        );
    }
}
