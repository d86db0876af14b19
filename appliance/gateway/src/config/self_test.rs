//! `[self_test]`: phones and trunks are tried before the shift.
use serde::Deserialize;
use settings::Unfit;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SelfTestConfig {
    /// `HH:MM`, China's time; not named: only when somebody asks for it.
    pub at: Option<String>,
}

impl SelfTestConfig {
    /// Minutes after midnight.
    #[must_use]
    pub fn minute(&self) -> Option<u32> {
        let (hour, minute) = self.at.as_deref()?.split_once(':')?;
        let number = |text: &str, most: u32| -> Option<u32> {
            let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number| two && *number <= most)
        };
        Some(number(hour, 23)? * 60 + number(minute, 59)?)
    }

    pub(super) fn check(&self) -> Result<(), Unfit> {
        if self.at.is_some() && self.minute().is_none() {
            return Err(("self_test.at", "HH:MM".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SelfTestConfig;

    #[test]
    fn a_time_of_day_is_two_digits_twice() {
        let minute = |at: &str| {
            let at = Some(at.to_owned());
            SelfTestConfig { at }.minute()
        };
        assert_eq!(minute("08:30"), Some(510));
        assert_eq!(minute("23:59"), Some(1_439));
        for bad in ["8:30", "24:00", "08:60", "08", "", "+8:30", "08:3x"] {
            assert_eq!(minute(bad), None, "{bad}");
        }
    }
}
