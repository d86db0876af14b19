//! A person's name, and the stage a customer stands in.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// 1 to 64 characters, trimmed, no control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadName {
    #[error("empty")]
    Empty,
    #[error("more than 64 characters")]
    TooLong,
    #[error("a control character")]
    Control,
}

impl BadName {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "name_empty",
            Self::TooLong => "name_too_long",
            Self::Control => "name_control_character",
        }
    }
}

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        if text.is_empty() {
            return Err(BadName::Empty);
        }
        if text.chars().count() > 64 {
            return Err(BadName::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(BadName::Control);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for PersonName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PersonName({} chars)", self.0.chars().count())
    }
}

/// Where a customer stands on the way from lead to deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Lead,
    Contacted,
    Interested,
    Negotiating,
    Won,
    Lost,
}

impl Stage {
    pub const ALL: [Self; 6] = [
        Self::Lead,
        Self::Contacted,
        Self::Interested,
        Self::Negotiating,
        Self::Won,
        Self::Lost,
    ];

    /// Stable; also the key of its label in the UI and the text in import files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contacted => "contacted",
            Self::Interested => "interested",
            Self::Negotiating => "negotiating",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Stage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("unknown stage"))
    }
}
