//! Where calls may go: kinds of destinations, of which the costly and the far ones are closed until somebody opens them.
//! Source: 电信网编号计划 (YD/T) for Chinese numbers; ITU-T E.164 list of assigned codes for the world's.
use crate::phone_number::{NumberClass, PhoneNumber};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Mobile,
    Fixed,
    /// 400, 95/96 and short service numbers.
    Service,
    /// Any other country.
    International,
    /// 声讯台 and premium numbers of the world: the callee earns by the minute.
    Premium,
    /// 卫星电话
    Satellite,
}

/// 天通 1740, 海事 1749, 全球星 1349.
const CHINESE_SATELLITE: [&str; 3] = ["1740", "1749", "1349"];
/// Inmarsat, global mobile satellite systems, and networks of no country.
const WORLD_SATELLITE: [&str; 4] = ["870", "881", "882", "883"];
/// International premium rate, and the premium area codes of North America.
const WORLD_PREMIUM: [&str; 3] = ["979", "1900", "1976"];
/// Subscriber numbers of 声讯台, behind any area code.
const CHINESE_PREMIUM: [&str; 2] = ["160", "168"];

impl Destination {
    pub const ALL: [Self; 6] = [
        Self::Mobile,
        Self::Fixed,
        Self::Service,
        Self::International,
        Self::Premium,
        Self::Satellite,
    ];

    /// What is open where nobody has said anything.
    pub const USUAL: [Self; 3] = [Self::Mobile, Self::Fixed, Self::Service];

    /// As the branch file writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Fixed => "fixed",
            Self::Service => "service",
            Self::International => "international",
            Self::Premium => "premium",
            Self::Satellite => "satellite",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What a number is.
    #[must_use]
    pub fn of(number: &PhoneNumber) -> Self {
        let e164 = number.e164();
        let digits = e164.trim_start_matches('+');
        let national = digits.strip_prefix("86").unwrap_or(digits);
        let begins = |text: &str, with: &[&str]| with.iter().any(|one| text.starts_with(one));
        match number.class() {
            NumberClass::Mobile if begins(national, &CHINESE_SATELLITE) => Self::Satellite,
            NumberClass::Mobile => Self::Mobile,
            NumberClass::Fixed if begins(subscriber(national), &CHINESE_PREMIUM) => Self::Premium,
            NumberClass::Fixed => Self::Fixed,
            NumberClass::Shared400 | NumberClass::Company95 | NumberClass::Service1xx => {
                Self::Service
            }
            NumberClass::International if begins(digits, &WORLD_SATELLITE) => Self::Satellite,
            NumberClass::International if begins(digits, &WORLD_PREMIUM) => Self::Premium,
            NumberClass::International => Self::International,
        }
    }
}

/// What stands behind the area code: 10 and 2x have two digits, all others three.
fn subscriber(national: &str) -> &str {
    let area = if national.starts_with('1') || national.starts_with('2') {
        2
    } else {
        3
    };
    national.get(area..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Destination;
    use crate::phone_number::PhoneNumber;

    #[test]
    fn each_kind_of_number_is_known_in_each_way_to_write_it() {
        let table = [
            ("13800138000", Destination::Mobile),
            ("+86 138 0013 8000", Destination::Mobile),
            ("17401234567", Destination::Satellite),
            ("+8617491234567", Destination::Satellite),
            ("13491234567", Destination::Satellite),
            ("01088886666", Destination::Fixed),
            ("075512345678", Destination::Fixed),
            ("02016812345", Destination::Premium),
            ("0755 1601 2345", Destination::Premium),
            ("+86 755 1681 2345", Destination::Premium),
            ("4008001234", Destination::Service),
            ("95588", Destination::Service),
            ("10086", Destination::Service),
            ("+44 20 7946 0018", Destination::International),
            ("0044 20 7946 0018", Destination::International),
            ("+852 2345 6789", Destination::International),
            ("+1 900 555 0100", Destination::Premium),
            ("+1 212 555 0100", Destination::International),
            ("+979 1 2345 6789", Destination::Premium),
            ("+870 773 123 456", Destination::Satellite),
            ("00881612345678", Destination::Satellite),
            ("+88213 12345678", Destination::Satellite),
        ];
        for (text, expected) in table {
            let number = PhoneNumber::parse(text).unwrap();
            assert_eq!(Destination::of(&number), expected, "{text}");
        }
    }
}
