//! A personal value in its three lives: clear inside the rules, sealed in the journal and on the link, erased in the end.
use crate::{PartyId, PartyNumber, PersonName};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use thiserror::Error;

/// Which kind of personal value it is; part of the sealing's associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Name,
    Number,
}

impl Field {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
        }
    }
}

/// A value that can be personal: it has one text form that is sealed and read back.
pub trait PersonalValue: Sized + Clone + PartialEq {
    const FIELD: Field;
    fn to_text(&self) -> String;
    /// `None` if the text is not one of ours.
    fn from_text(text: &str) -> Option<Self>;
}

impl PersonalValue for PartyNumber {
    const FIELD: Field = Field::Number;
    fn to_text(&self) -> String {
        self.canonical()
    }
    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl PersonalValue for PersonName {
    const FIELD: Field = Field::Name;
    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }
    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

/// The sealed bytes, whose key they need, and which version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    #[serde(rename = "p")]
    pub party: PartyId,
    #[serde(rename = "k")]
    pub key_version: u32,
    #[serde(rename = "c", with = "serde_bytes")]
    pub cipher: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Personal<T> {
    /// Only in memory. Encoding it is refused.
    Clear(T),
    Sealed(Sealed),
    Erased,
}

/// The key of a party could not be had, or the cipher refused.
#[derive(Clone, Debug, Error)]
#[error("not sealed: {0}")]
pub struct SealFailed(pub String);

/// Seals one value under its party's key.
pub trait Sealer {
    fn seal(&mut self, party: PartyId, field: Field, clear: &str) -> Result<Sealed, SealFailed>;
}

impl<T: PersonalValue> Personal<T> {
    /// Makes a clear value sealed; leaves the others as they are.
    pub fn seal(&mut self, party: PartyId, sealer: &mut dyn Sealer) -> Result<(), SealFailed> {
        if let Self::Clear(value) = self {
            *self = Self::Sealed(sealer.seal(party, T::FIELD, &value.to_text())?);
        }
        Ok(())
    }

    #[must_use]
    pub const fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }
}

impl<T: PersonalValue> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear(_) => Err(S::Error::custom(
                "a clear personal value must not be encoded",
            )),
            Self::Sealed(sealed) => serializer.serialize_some(sealed),
            Self::Erased => serializer.serialize_none(),
        }
    }
}

impl<'de, T: PersonalValue> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sealed = Option::<Sealed>::deserialize(deserializer)
            .map_err(|bad| D::Error::custom(format_args!("personal value: {bad}")))?;
        Ok(sealed.map_or(Self::Erased, Self::Sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::{Personal, Sealed};
    use crate::{PartyId, PersonName, wire};

    #[test]
    fn a_clear_value_cannot_be_encoded_and_the_others_survive() {
        let clear = Personal::Clear(PersonName::parse("王芳").unwrap());
        assert!(wire::encode(&clear).is_err());
        let sealed = Sealed {
            party: PartyId::from_bytes([1; 16]),
            key_version: 3,
            cipher: vec![9, 8],
        };
        for value in [Personal::Sealed(sealed), Personal::<PersonName>::Erased] {
            assert_eq!(
                wire::decode::<Personal<PersonName>>(&wire::encode(&value).unwrap()).unwrap(),
                value
            );
        }
    }
}
