//! A telephone number in E.164 form, and what kind of number it is.
//! Source: ITU-T E.164 (at most 15 digits); 电信网编号计划 (YD/T) for the Chinese classes.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberClass {
    /// 中国移动电话: 1[3-9] and nine digits.
    Mobile,
    /// 固定电话 with its area code.
    Fixed,
    /// 400 号码: shared-cost, ten digits.
    Shared400,
    /// 95/96 号码: short numbers of companies.
    Company95,
    /// 1xx 短号: 10086, 12345, 114 …
    Service1xx,
    /// Any other country.
    International,
}

/// A dialable number: `+` and 3 to 15 digits. Chinese short numbers keep the country code and their own digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber {
    digits: String,
    class: NumberClass,
}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadPhoneNumber {
    #[error("empty")]
    Empty,
    #[error("a character that is no digit")]
    NotADigit,
    #[error("too long")]
    TooLong,
    #[error("no known form of number")]
    UnknownForm,
}

impl BadPhoneNumber {
    /// Stable; also the key of its text in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "number_empty",
            Self::NotADigit => "number_not_digits",
            Self::TooLong => "number_too_long",
            Self::UnknownForm => "number_unknown_form",
        }
    }
}

impl PhoneNumber {
    /// Reads what people write: spaces, hyphens, brackets, full-width digits, `+86`, `0086`, `86`, a leading 0.
    pub fn parse(text: &str) -> Result<Self, BadPhoneNumber> {
        let (plus, digits) = plain_digits(text)?;
        if let Some(rest) = digits.strip_prefix("00") {
            return Self::international(rest);
        }
        if plus {
            return Self::international(&digits);
        }
        if let Some(class) = chinese_class(&digits) {
            return Ok(Self::chinese(&digits, class));
        }
        match digits
            .strip_prefix("86")
            .map(|rest| (rest, chinese_class(rest)))
        {
            Some((rest, Some(class))) if class != NumberClass::Service1xx => {
                Ok(Self::chinese(rest, class))
            }
            Some(_) | None => Err(BadPhoneNumber::UnknownForm),
        }
    }

    fn international(digits: &str) -> Result<Self, BadPhoneNumber> {
        if let Some(national) = digits.strip_prefix("86") {
            let with_trunk_zero = format!("0{national}");
            let class = chinese_class(national).or_else(|| chinese_class(&with_trunk_zero));
            return class
                .map(|class| Self::chinese(national, class))
                .ok_or(BadPhoneNumber::UnknownForm);
        }
        if digits.len() < 7 || digits.starts_with('0') {
            return Err(BadPhoneNumber::UnknownForm);
        }
        Ok(Self {
            digits: digits.to_owned(),
            class: NumberClass::International,
        })
    }

    fn chinese(national: &str, class: NumberClass) -> Self {
        let significant = national.strip_prefix('0').unwrap_or(national);
        Self {
            digits: format!("86{significant}"),
            class,
        }
    }

    #[must_use]
    pub const fn class(&self) -> NumberClass {
        self.class
    }

    /// `+8613800138000`.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}", self.digits)
    }

    /// As a Chinese carrier wants it dialled: `13800138000`, `075512345678`, `4001234567`, `95588`, `0044…` abroad.
    #[must_use]
    pub fn national(&self) -> String {
        match self.class {
            NumberClass::International => format!("00{}", self.digits),
            NumberClass::Fixed => format!("0{}", &self.digits[2..]),
            NumberClass::Mobile
            | NumberClass::Shared400
            | NumberClass::Company95
            | NumberClass::Service1xx => self.digits[2..].to_owned(),
        }
    }
}

impl core::fmt::Debug for PhoneNumber {
    /// Never the number itself: debug output ends up in logs.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "PhoneNumber({:?}, {} digits)",
            self.class,
            self.digits.len()
        )
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.e164())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The digits alone, and whether a `+` stood before them.
fn plain_digits(text: &str) -> Result<(bool, String), BadPhoneNumber> {
    let mut plus = false;
    let mut digits = String::with_capacity(16);
    for c in text.trim().chars() {
        match c {
            '+' | '＋' if digits.is_empty() && !plus => plus = true,
            ' ' | '-' | '(' | ')' | '（' | '）' | '.' | '\u{a0}' | '\u{3000}' | '－' => {}
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.extend(char::from_digit(c as u32 - '０' as u32, 10)),
            _ => return Err(BadPhoneNumber::NotADigit),
        }
    }
    match digits.len() {
        0 => Err(BadPhoneNumber::Empty),
        1..=17 => Ok((plus, digits)),
        _ => Err(BadPhoneNumber::TooLong),
    }
}

/// The class of a number in national form; `None` if it has none of the known forms.
fn chinese_class(digits: &str) -> Option<NumberClass> {
    let bytes = digits.as_bytes();
    let class = match (bytes, digits.len()) {
        ([b'1', b'3'..=b'9', ..], 11) => NumberClass::Mobile,
        ([b'0', b'1', b'3'..=b'9', ..], 12) => NumberClass::Mobile, // a mobile dialled with the trunk zero
        ([b'4', b'0', b'0', ..], 10) => NumberClass::Shared400,
        ([b'0', b'4', b'0', b'0', ..], 11) => NumberClass::Shared400, // dialled with the trunk zero
        ([b'0', b'4', b'0', b'0', ..], _) => return None,             // there is no such area code
        ([b'9', b'5' | b'6', ..], 5..=8) => NumberClass::Company95,
        ([b'1', b'0' | b'1' | b'2', ..], 3..=6) => NumberClass::Service1xx,
        ([b'0', b'1' | b'2', ..], 11) => NumberClass::Fixed, // 010, 02x + 8 digits
        ([b'0', b'3'..=b'9', ..], 11 | 12) => NumberClass::Fixed, // 0xxx + 7 or 8 digits
        _ => return None,
    };
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::{BadPhoneNumber, NumberClass, PhoneNumber};
    use proptest::prelude::*;

    #[test]
    fn what_people_write_becomes_one_e164_form() {
        use NumberClass::{Company95, Fixed, International, Mobile, Service1xx, Shared400};
        let table = [
            ("138 0013 8000", "+8613800138000", "13800138000", Mobile),
            ("+86 138-0013-8000", "+8613800138000", "13800138000", Mobile),
            ("008613800138000", "+8613800138000", "13800138000", Mobile),
            ("8613800138000", "+8613800138000", "13800138000", Mobile),
            ("013800138000", "+8613800138000", "13800138000", Mobile),
            (
                "１３８００１３８０００",
                "+8613800138000",
                "13800138000",
                Mobile,
            ),
            ("(0755) 8888 6666", "+8675588886666", "075588886666", Fixed),
            ("+86 755 88886666", "+8675588886666", "075588886666", Fixed),
            ("010-12345678", "+861012345678", "01012345678", Fixed),
            ("400-123-4567", "+864001234567", "4001234567", Shared400),
            ("0400-123-4567", "+864001234567", "4001234567", Shared400),
            ("95588", "+8695588", "95588", Company95),
            ("10086", "+8610086", "10086", Service1xx),
            (
                "+44 20 7946 0018",
                "+442079460018",
                "00442079460018",
                International,
            ),
        ];
        for (text, e164, national, class) in table {
            let number = PhoneNumber::parse(text).unwrap();
            assert_eq!(
                (
                    number.e164().as_str(),
                    number.national().as_str(),
                    number.class()
                ),
                (e164, national, class),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_reason() {
        use BadPhoneNumber::{Empty, NotADigit, TooLong, UnknownForm};
        let table = [
            ("", Empty),
            ("--", Empty),
            ("1380013800a", NotADigit),
            ("138001380000000000", TooLong),
            ("12800138000", UnknownForm),
            ("1380013800", UnknownForm),
            ("+869", UnknownForm),
        ];
        for (text, why) in table {
            assert_eq!(PhoneNumber::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let number = PhoneNumber::parse("13800138000").unwrap();
        assert!(!format!("{number:?}").contains("13800138000"));
    }

    proptest! {
        #[test]
        fn every_accepted_text_parses_to_itself_again(text in "[+]?[0-9 -]{3,20}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(&number.e164()), Ok(number.clone()));
                prop_assert_eq!(PhoneNumber::parse(&number.national()), Ok(number));
            }
        }

        #[test]
        fn any_text_is_answered_without_panic(text in "\\PC{0,40}") {
            let _ = PhoneNumber::parse(&text);
        }
    }
}
