//! Where a recording lies: by the day of its id in China's time, so that the id alone finds it.
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use messages::RecordingId;
use std::path::{Path, PathBuf};

/// `dir/YYYY/MM/DD/<id>.zkr`.
#[must_use]
pub fn path_of(dir: &Path, recording: RecordingId) -> PathBuf {
    // The first 48 bits of an id are the milliseconds of its making (RFC 9562 §5.7).
    let millis = recording.as_bytes()[..6]
        .iter()
        .fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
    let made = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = made.to_zoned(TimeZone::fixed(Offset::constant(8)));
    dir.join(format!("{:04}", day.year()))
        .join(format!("{:02}", day.month()))
        .join(format!("{:02}", day.day()))
        .join(format!("{recording}.zkr"))
}

#[cfg(test)]
mod tests {
    use super::path_of;
    use messages::{IdMint, RecordingId, UtcMs};
    use std::path::Path;

    #[test]
    fn the_day_is_that_of_china() {
        let mut mint = IdMint::new([1; 6]);
        // 2026-03-01 15:59:59.999 and 16:00:00 UTC
        for (utc, day) in [
            (1_772_380_799_999, "2026/03/01"),
            (1_772_380_800_000, "2026/03/02"),
        ] {
            let id = mint.recording(UtcMs(utc));
            let path = path_of(Path::new("recordings"), id);
            let expect = format!("recordings/{day}/{id}.zkr");
            assert_eq!(path.to_str(), Some(expect.as_str()));
        }
    }

    #[test]
    fn any_id_has_a_place() {
        let path = path_of(Path::new("r"), RecordingId::from_bytes([255; 16]));
        assert!(path.starts_with("r/1970/01/01"), "{}", path.display());
    }
}
