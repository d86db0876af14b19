//! A board made up for tests and demonstrations: its readings follow from the time alone.
use crate::Board;
use messages::{UtcMs, lane::HwSample};

const GIB: u64 = 1 << 30;
/// One swing of the load from low to high and back.
const SWING_MS: u64 = 600_000;
/// Where this board starts to slow down.
const THROTTLE_CELSIUS: f32 = 95.0;

/// A small appliance: 4 GiB of memory, 64 GB of disk, load between 10 % and 50 %.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    started: Option<UtcMs>,
    extra_celsius: f32,
    disk_used_bytes: Option<u64>,
    sensorless: bool,
}

impl Simulated {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The office gets hotter by this much.
    pub const fn heat(&mut self, celsius: f32) {
        self.extra_celsius = celsius;
    }

    /// The disk holds this much from now on; at most all of it.
    pub fn fill_disk(&mut self, used_bytes: u64) {
        self.disk_used_bytes = Some(used_bytes.min(64 * GIB));
    }

    /// The heat sensor and the throttle counter are gone.
    pub const fn lose_sensors(&mut self) {
        self.sensorless = true;
    }
}

impl Board for Simulated {
    fn name(&self) -> &'static str {
        "simulated"
    }

    fn sample(&mut self, utc: UtcMs) -> HwSample {
        let started = *self.started.get_or_insert(utc);
        let running_ms = utc.ms_since(started);
        let cpu_percent = load_percent(running_ms);
        let celsius = 35.0 + cpu_percent / 2.0 + self.extra_celsius;
        HwSample {
            utc,
            cpu_percent,
            memory_used_bytes: GIB,
            memory_total_bytes: 4 * GIB,
            disk_used_bytes: self.disk_used_bytes.unwrap_or(8 * GIB),
            disk_total_bytes: 64 * GIB,
            temperature_celsius: (!self.sensorless).then_some(celsius),
            throttled: (!self.sensorless).then_some(celsius >= THROTTLE_CELSIUS),
            network_received_bytes: running_ms.saturating_mul(12),
            network_sent_bytes: running_ms.saturating_mul(10),
        }
    }
}

/// 10 % at the start of a swing, 50 % in its middle.
fn load_percent(running_ms: u64) -> f32 {
    let at = running_ms % SWING_MS;
    let distance = at.min(SWING_MS - at);
    // At most 300: exact in an f32.
    let steps = u16::try_from(distance / 1_000).unwrap_or(0);
    10.0 + f32::from(steps) * 40.0 / 300.0
}

#[cfg(test)]
mod tests {
    use super::{GIB, Simulated};
    use crate::Board;
    use messages::UtcMs;

    #[test]
    fn the_same_times_give_the_same_readings() {
        let story = |mut board: Simulated| {
            [0, 1_000, 300_000, 900_000].map(|ms| board.sample(UtcMs(1_700_000_000_000 + ms)))
        };
        assert_eq!(story(Simulated::new()), story(Simulated::new()));
    }

    #[test]
    fn readings_stay_in_their_ranges_at_any_time() {
        let mut board = Simulated::new();
        for ms in (0..4_000_000).step_by(7_919).chain([-5, i64::MAX]) {
            let sample = board.sample(UtcMs(ms));
            assert!((10.0..=50.0).contains(&sample.cpu_percent), "{sample:?}");
            assert!(sample.memory_used_bytes <= sample.memory_total_bytes);
            assert!(sample.disk_used_bytes <= sample.disk_total_bytes);
            assert_eq!(sample.throttled, Some(false));
        }
    }

    #[test]
    fn heat_throttles_a_full_disk_is_full_and_lost_sensors_say_nothing() {
        let mut board = Simulated::new();
        board.heat(60.0);
        board.fill_disk(u64::MAX);
        let hot = board.sample(UtcMs(0));
        assert_eq!((hot.throttled, hot.disk_used_bytes), (Some(true), 64 * GIB));
        board.lose_sensors();
        let blind = board.sample(UtcMs(1));
        assert_eq!((blind.temperature_celsius, blind.throttled), (None, None));
    }
}
