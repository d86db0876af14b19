//! Ids: 128-bit, ordered by the time of their making (UUID version 7), and the names people give to things.
use crate::UtcMs;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! minted_id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads the text form; `None` if it is not one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text).ok().map(|id| Self(id.into_bytes()))
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                uuid::Uuid::from_bytes(self.0).fmt(f)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
                } else {
                    let bytes: serde_bytes::ByteArray<16> = Deserialize::deserialize(deserializer)?;
                    Ok(Self(bytes.into_array()))
                }
            }
        }
    )*};
}

minted_id! {
    /// One call: everything between the first INVITE and the last BYE of a conversation.
    CallId
    /// One try to reach one number.
    AttemptId
    /// A customer of the branch.
    CustomerId
    /// One outside number or contact: the unit of sealing.
    PartyId
    /// One recording container.
    RecordingId
    /// One run of the gateway's process.
    BootId
    /// One order of headquarters to one appliance.
    CommandId
}

/// Makes ids from the time and from the random bits it is given; it rolls no dice itself.
#[derive(Clone, Debug)]
pub struct IdMint {
    prefix: [u8; 6],
    count: u32,
}

impl IdMint {
    /// `prefix` comes from the OS generator (or the simulation's seed): it keeps two boots apart.
    #[must_use]
    pub const fn new(prefix: [u8; 6]) -> Self {
        Self { prefix, count: 0 }
    }

    fn next(&mut self, utc: UtcMs) -> [u8; 16] {
        self.count = self.count.wrapping_add(1);
        let mut random = [0; 10];
        random[..4].copy_from_slice(&self.count.to_be_bytes());
        random[4..].copy_from_slice(&self.prefix);
        let millis = u64::try_from(utc.0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random)
            .into_uuid()
            .into_bytes()
    }

    pub fn call(&mut self, utc: UtcMs) -> CallId {
        CallId(self.next(utc))
    }

    pub fn attempt(&mut self, utc: UtcMs) -> AttemptId {
        AttemptId(self.next(utc))
    }

    pub fn customer(&mut self, utc: UtcMs) -> CustomerId {
        CustomerId(self.next(utc))
    }

    pub fn party(&mut self, utc: UtcMs) -> PartyId {
        PartyId(self.next(utc))
    }

    pub fn recording(&mut self, utc: UtcMs) -> RecordingId {
        RecordingId(self.next(utc))
    }

    pub fn command(&mut self, utc: UtcMs) -> CommandId {
        CommandId(self.next(utc))
    }
}

macro_rules! given_name {
    ($($(#[$doc:meta])* $name:ident, $max:literal)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Letters, digits, `-`, `_`, `.`; at most the documented length; `None` otherwise.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let fits = !text.is_empty()
                    && text.len() <= $max
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
                fits.then(|| Self(text.to_owned()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    )*};
}

given_name! {
    /// An appliance's identity: the DNS name in its certificate. At most 63 characters.
    BoxId, 63
    /// A trunk, as the branch calls it. At most 32 characters.
    TrunkName, 32
    /// A log-in name. At most 32 characters.
    UserName, 32
}

#[cfg(test)]
mod tests {
    use super::{BoxId, CallId, IdMint};
    use crate::{UtcMs, wire};

    #[test]
    fn ids_are_ordered_by_time_and_survive_both_forms() {
        let mut mint = IdMint::new([7; 6]);
        let a = mint.call(UtcMs(1_700_000_000_000));
        let b = mint.call(UtcMs(1_700_000_000_001));
        assert!(a < b);
        assert_ne!(mint.call(UtcMs(5)), mint.call(UtcMs(5)));
        assert_eq!(CallId::parse(&a.to_string()), Some(a));
        let bytes = wire::encode(&a).unwrap();
        assert_eq!(wire::decode::<CallId>(&bytes).unwrap(), a);
        assert_eq!(bytes.len(), 17);
    }

    #[test]
    fn names_refuse_what_could_break_a_topic_or_a_path() {
        for bad in ["", "a/b", "a+b", "#", "a b", "名", &"x".repeat(64)] {
            assert_eq!(BoxId::parse(bad), None, "{bad}");
        }
        assert!(BoxId::parse("branch-01.sz").is_some());
    }
}
