//! The name of a month: `2026-11`, in the one time zone of China. A label only; what a month holds is a range of seq.
use messages::UtcMs;

const UTC_PLUS_8_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MonthLabel {
    /// Months since the year 0.
    months: i64,
}

impl MonthLabel {
    pub(crate) fn of(utc: UtcMs) -> Self {
        let days = utc.0.saturating_add(UTC_PLUS_8_MS).div_euclid(DAY_MS);
        // days since 0000-03-01, in eras of 400 years: the civil calendar counted from March
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        Self {
            months: (era * 400 + year) * 12 + from_march + 2,
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let year: i64 = year
            .parse()
            .ok()
            .filter(|year| (0..=9_999).contains(year))?;
        let month: i64 = month
            .parse()
            .ok()
            .filter(|month| (1..=12).contains(month))?;
        let label = Self {
            months: year * 12 + month - 1,
        };
        (label.to_string() == text).then_some(label)
    }

    pub(crate) const fn next(self) -> Self {
        Self {
            months: self.months + 1,
        }
    }
}

impl core::fmt::Display for MonthLabel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (year, month) = (self.months.div_euclid(12), self.months.rem_euclid(12) + 1);
        write!(f, "{year:04}-{month:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::MonthLabel;
    use messages::UtcMs;

    #[test]
    fn a_month_begins_at_midnight_in_china() {
        let table = [
            (0, "1970-01"),
            (1_793_462_399_999, "2026-10"),
            (1_793_462_400_000, "2026-11"),
            (1_798_732_799_999, "2026-12"),
            (1_798_732_800_000, "2027-01"),
            (1_709_222_399_999, "2024-02"),
            (1_709_222_400_000, "2024-03"),
        ];
        for (utc, label) in table {
            assert_eq!(MonthLabel::of(UtcMs(utc)).to_string(), label, "{utc}");
        }
    }

    #[test]
    fn a_label_reads_back_and_nothing_else_does() {
        let label = MonthLabel::parse("2026-12").unwrap();
        assert_eq!(label.next().to_string(), "2027-01");
        assert_eq!(MonthLabel::parse("2027-01"), Some(label.next()));
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "2026-1",
            "2026-01-01",
            "../2026-01",
            "+2026-01",
        ] {
            assert_eq!(MonthLabel::parse(wrong), None, "{wrong}");
        }
    }
}
