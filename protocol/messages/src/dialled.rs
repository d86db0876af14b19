//! What a person dials, before any rule has looked at it, and what an outside party's number is.
use crate::PhoneNumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// 1 to 32 of `0-9*#`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(String);

/// A phone of the branch: 2 to 8 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Extension(String);

/// Numbers that pass every gate (公安 110, 火警 119, 急救 120, 交通事故 122).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Emergency {
    Police,
    Fire,
    Ambulance,
    Traffic,
}

/// What a person dialled, read by its form alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialled {
    Emergency(Emergency),
    /// Short enough to be a phone of the branch.
    Extension(Extension),
    /// A number of the public network.
    Phone(PhoneNumber),
    /// `*` and `#` codes of the gateway itself.
    Service(Digits),
    /// Digits that only a dial rule can give a meaning.
    Private(Digits),
}

/// The number of an outside party. Two texts of one number are equal here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartyNumber {
    Phone(PhoneNumber),
    Private(Digits),
}

/// Why a text cannot have been dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadDialled {
    #[error("empty")]
    Empty,
    #[error("a character that no keypad has")]
    NotOnKeypad,
    #[error("more than 32 digits")]
    TooLong,
}

impl BadDialled {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "dialled_empty",
            Self::NotOnKeypad => "dialled_not_on_keypad",
            Self::TooLong => "dialled_too_long",
        }
    }
}

impl Digits {
    pub const LEN_MAX: usize = 32;

    /// Drops the separators people write; a leading `+` becomes `00`.
    pub fn parse(text: &str) -> Result<Self, BadDialled> {
        let mut digits = String::with_capacity(text.len().min(Self::LEN_MAX));
        for c in text.trim().chars() {
            match c {
                '0'..='9' | '*' | '#' => digits.push(c),
                '+' if digits.is_empty() => digits.push_str("00"),
                ' ' | '-' | '(' | ')' | '.' => {}
                _ => return Err(BadDialled::NotOnKeypad),
            }
            if digits.len() > Self::LEN_MAX {
                return Err(BadDialled::TooLong);
            }
        }
        if digits.is_empty() {
            Err(BadDialled::Empty)
        } else {
            Ok(Self(digits))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Extension {
    /// 2 to 8 digits; `None` otherwise.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Emergency {
    pub const ALL: [Self; 4] = [Self::Police, Self::Fire, Self::Ambulance, Self::Traffic];

    #[must_use]
    pub const fn digits(self) -> &'static str {
        match self {
            Self::Police => "110",
            Self::Fire => "119",
            Self::Ambulance => "120",
            Self::Traffic => "122",
        }
    }

    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.digits() == digits)
    }
}

impl Dialled {
    /// Reads what was dialled. Emergency numbers win over everything.
    pub fn parse(text: &str) -> Result<Self, BadDialled> {
        let digits = Digits::parse(text)?;
        if let Some(emergency) = Emergency::parse(digits.as_str()) {
            return Ok(Self::Emergency(emergency));
        }
        if digits.as_str().starts_with(['*', '#']) {
            return Ok(Self::Service(digits));
        }
        if let Ok(number) = PhoneNumber::parse(digits.as_str()) {
            return Ok(Self::Phone(number));
        }
        Ok(Extension::parse(digits.as_str()).map_or(Self::Private(digits), Self::Extension))
    }
}

impl PartyNumber {
    /// Reads digits that reach (or reached us from) the outside.
    pub fn parse(text: &str) -> Result<Self, BadDialled> {
        if let Ok(number) = PhoneNumber::parse(text) {
            return Ok(Self::Phone(number));
        }
        Digits::parse(text).map(Self::Private)
    }

    /// One text for one number: what is sealed and what the blind index is made of.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Phone(number) => number.e164(),
            Self::Private(digits) => digits.0.clone(),
        }
    }

    /// The digits to dial on a trunk.
    #[must_use]
    pub fn to_dial(&self) -> String {
        match self {
            Self::Phone(number) => number.national(),
            Self::Private(digits) => digits.0.clone(),
        }
    }
}

impl core::fmt::Debug for Digits {
    /// Digits are somebody's number until proved otherwise: never in logs.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Digits(len {})", self.0.len())
    }
}

impl core::fmt::Display for Extension {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Extension {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an extension"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialled, Digits, Emergency, PartyNumber};
    use proptest::prelude::*;

    #[test]
    fn the_form_tells_what_was_dialled() {
        assert_eq!(
            Dialled::parse("110"),
            Ok(Dialled::Emergency(Emergency::Police))
        );
        assert!(matches!(
            Dialled::parse("1000"),
            Ok(Dialled::Extension(_) | Dialled::Phone(_))
        ));
        assert!(matches!(Dialled::parse("2001"), Ok(Dialled::Extension(_))));
        assert!(matches!(
            Dialled::parse("13800138000"),
            Ok(Dialled::Phone(_))
        ));
        assert!(matches!(Dialled::parse("*97"), Ok(Dialled::Service(_))));
        assert!(matches!(
            Dialled::parse("9123456789"),
            Ok(Dialled::Private(_))
        ));
        assert!(Dialled::parse("alice").is_err());
    }

    #[test]
    fn two_texts_of_one_number_are_one_party() {
        let a = PartyNumber::parse("+86 138 0013 8000").unwrap();
        let b = PartyNumber::parse("13800138000").unwrap();
        assert_eq!(a, b);
        assert_eq!(a.canonical(), "+8613800138000");
        assert_eq!(a.to_dial(), "13800138000");
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_panic(text in "\\PC{0,60}") {
            let _ = Dialled::parse(&text);
            let _ = PartyNumber::parse(&text);
            if let Ok(digits) = Digits::parse(&text) {
                prop_assert!(digits.as_str().len() <= Digits::LEN_MAX);
            }
        }

        #[test]
        fn the_canonical_text_is_a_fixed_point(text in "[0-9]{3,16}") {
            let number = PartyNumber::parse(&text).unwrap();
            prop_assert_eq!(PartyNumber::parse(&number.canonical()).unwrap(), number);
        }
    }
}
