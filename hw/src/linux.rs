//! A Linux machine, read through `/proc`, `/sys` and the file system of the data folder.
mod disk;
mod throttle;

use crate::Board;
use messages::{UtcMs, lane::HwSample};
use std::path::{Path, PathBuf};
use sysinfo::{Components, Networks, System};
use throttle::Throttle;

/// Hotter than any board that still runs, or colder than any office: a broken sensor.
const CELSIUS_MIN: f32 = -40.0;
const CELSIUS_MAX: f32 = 150.0;

/// Where this board looks; another root serves the tests.
#[derive(Clone, Debug)]
pub struct Roots {
    /// Its file system is the one whose space counts.
    pub data: PathBuf,
    /// `/sys/devices/system/cpu`.
    pub cpu: PathBuf,
}

impl Roots {
    #[must_use]
    pub fn of_data(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            cpu: PathBuf::from("/sys/devices/system/cpu"),
        }
    }
}

/// The board of a PC, a mini PC or a virtual machine.
pub struct Linux {
    roots: Roots,
    system: Option<System>,
    networks: Option<Networks>,
    components: Option<Components>,
    throttle: Throttle,
    looked: bool,
}

impl Linux {
    /// Opens what sensors there are. A part that cannot be opened is logged once and left out.
    #[must_use]
    pub fn new(roots: Roots) -> Self {
        Self {
            roots,
            system: opened("system", System::new()),
            networks: opened("networks", Networks::new()),
            components: opened("components", Components::new()),
            throttle: Throttle::default(),
            looked: false,
        }
    }

    fn look_at_cpu_and_memory(&mut self, sample: &mut HwSample) {
        let Some(system) = self.system.as_mut() else {
            return;
        };
        system.refresh_memory();
        system.refresh_cpu_usage();
        sample.memory_total_bytes = system.total_memory();
        sample.memory_used_bytes = system.used_memory().min(system.total_memory());
        let load = system.global_cpu_usage();
        // Load is a difference between two looks: the first one has nothing to compare with.
        if self.looked && load.is_finite() {
            sample.cpu_percent = load.clamp(0.0, 100.0);
        }
        self.looked = true;
    }

    fn look_at_network(&mut self, sample: &mut HwSample) {
        let Some(networks) = self.networks.as_mut() else {
            return;
        };
        networks.refresh(true);
        for (_, card) in networks.iter().filter(|(name, _)| *name != "lo") {
            sample.network_received_bytes = sample
                .network_received_bytes
                .saturating_add(card.total_received());
            sample.network_sent_bytes = sample
                .network_sent_bytes
                .saturating_add(card.total_transmitted());
        }
    }

    /// The hottest sensor that makes sense.
    fn temperature_celsius(&mut self) -> Option<f32> {
        let components = self.components.as_mut()?;
        components.refresh(true);
        components
            .iter()
            .filter_map(sysinfo::Component::temperature)
            .filter(|celsius| (CELSIUS_MIN..=CELSIUS_MAX).contains(celsius))
            .reduce(f32::max)
    }
}

impl Board for Linux {
    fn name(&self) -> &'static str {
        "linux"
    }

    fn sample(&mut self, utc: UtcMs) -> HwSample {
        let mut sample = HwSample {
            utc,
            ..HwSample::default()
        };
        self.look_at_cpu_and_memory(&mut sample);
        self.look_at_network(&mut sample);
        if let Some(space) = disk::space(&self.roots.data) {
            sample.disk_used_bytes = space.used_bytes;
            sample.disk_total_bytes = space.total_bytes;
        }
        sample.temperature_celsius = self.temperature_celsius();
        sample.throttled = self.throttle.look(&self.roots.cpu);
        sample
    }
}

pub(crate) fn opened<T>(part: &'static str, result: Result<T, sysinfo::Error>) -> Option<T> {
    result
        .inspect_err(|error| tracing::warn!(part, %error, "a part of the machine cannot be read"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{Linux, Roots};
    use crate::Board;
    use messages::UtcMs;
    use std::path::{Path, PathBuf};

    #[test]
    fn every_reading_of_this_machine_lies_in_its_range() {
        let mut board = Linux::new(Roots::of_data(Path::new(".")));
        let first = board.sample(UtcMs(1_000));
        let second = board.sample(UtcMs(31_000));
        assert_eq!((first.utc, second.utc), (UtcMs(1_000), UtcMs(31_000)));
        assert!(
            first.cpu_percent.abs() < f32::EPSILON,
            "nothing to compare with"
        );
        for sample in [&first, &second] {
            assert!((0.0..=100.0).contains(&sample.cpu_percent));
            assert!(sample.memory_total_bytes > 0);
            assert!(sample.memory_used_bytes <= sample.memory_total_bytes);
            assert!(sample.disk_total_bytes > 0);
            assert!(sample.disk_used_bytes <= sample.disk_total_bytes);
            assert!(
                sample
                    .temperature_celsius
                    .is_none_or(|celsius| (-40.0..=150.0).contains(&celsius))
            );
        }
        assert!(second.network_received_bytes >= first.network_received_bytes);
    }

    #[test]
    fn a_machine_without_sensors_answers_with_nothing_instead_of_failing() {
        let nowhere = PathBuf::from("no-such-folder/at-all");
        let mut board = Linux {
            roots: Roots {
                data: nowhere.clone(),
                cpu: nowhere,
            },
            system: None,
            networks: None,
            components: None,
            throttle: super::Throttle::default(),
            looked: false,
        };
        let sample = board.sample(UtcMs(7));
        assert_eq!(
            sample,
            messages::lane::HwSample {
                utc: UtcMs(7),
                ..Default::default()
            }
        );
    }
}
