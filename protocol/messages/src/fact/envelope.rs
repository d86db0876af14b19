//! The envelope of a fact, and its sealed bytes: the form that journal, link and cloud keep unchanged.
use super::Body;
use crate::{
    BootId, BoxId, CallId, CustomerId, Extension, SealFailed, Sealer, TrunkName, UserName, UtcMs,
    journal::ChainHash,
    wire::{self, WireError},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::net::IpAddr;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The gateway itself.
    System,
    /// Somebody at the machine's console or its command line.
    Console,
    User(UserName),
    Phone(Extension),
    Trunk(TrunkName),
    Hq,
}

/// A fact as its decider makes it. The writer adds where it stands in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub utc: UtcMs,
    pub clock_trusted: bool,
    pub actor: Actor,
    pub from_ip: Option<IpAddr>,
    /// The seq of the fact or the directive that this one answers.
    pub cause: Option<u64>,
    pub body: Body,
}

/// A fact with its place in the journal. `subject` lets the audit be searched without opening bodies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Version of this envelope: 1.
    pub v: u8,
    #[serde(rename = "box")]
    pub box_id: BoxId,
    pub epoch: u32,
    pub seq: u64,
    pub utc: UtcMs,
    pub clock_trusted: bool,
    pub boot: BootId,
    pub actor: Actor,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fence: Option<u64>,
    pub policy_version: u32,
    pub kind: String,
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// The bytes of an envelope, and what they say. The bytes are the truth: they are never encoded again.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedFact {
    bytes: Vec<u8>,
    envelope: Envelope,
}

impl SealedFact {
    /// Encodes once. Fails only if a value cannot be encoded at all.
    pub fn of(envelope: Envelope) -> Result<Self, WireError> {
        Ok(Self {
            bytes: wire::encode(&envelope)?,
            envelope,
        })
    }

    pub fn decode(bytes: Vec<u8>) -> Result<Self, WireError> {
        Ok(Self {
            envelope: wire::decode(&bytes)?,
            bytes,
        })
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The typed body; `None` for a kind that this version does not know.
    pub fn body(&self) -> Result<Option<Body>, WireError> {
        Body::decode(&self.envelope.kind, &self.envelope.body)
    }

    #[must_use]
    pub fn chained(&self, before: ChainHash) -> ChainHash {
        before.next(&self.bytes)
    }
}

/// Where in the journal a fact is to stand.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    pub box_id: &'a BoxId,
    pub epoch: u32,
    pub seq: u64,
    pub boot: BootId,
    pub policy_version: u32,
}

impl Fact {
    #[must_use]
    pub fn new(utc: UtcMs, clock_trusted: bool, actor: Actor, body: impl Into<Body>) -> Self {
        Self {
            utc,
            clock_trusted,
            actor,
            from_ip: None,
            cause: None,
            body: body.into(),
        }
    }

    /// Seals what is personal and puts the fact at its place.
    pub fn seal(
        mut self,
        place: &Place<'_>,
        sealer: &mut dyn Sealer,
    ) -> Result<SealedFact, SealFailed> {
        self.body.seal(sealer)?;
        let body = self
            .body
            .encode()
            .map_err(|bad| SealFailed(bad.to_string()))?;
        SealedFact::of(Envelope {
            v: 1,
            box_id: place.box_id.clone(),
            epoch: place.epoch,
            seq: place.seq,
            utc: self.utc,
            clock_trusted: self.clock_trusted,
            boot: place.boot,
            actor: self.actor,
            from_ip: self.from_ip,
            cause: self.cause,
            subject: self.body.subject(),
            fence: None,
            policy_version: place.policy_version,
            kind: self.body.kind().to_owned(),
            body,
        })
        .map_err(|bad| SealFailed(bad.to_string()))
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // a kind without a subject is found by kind and time alone
impl Body {
    /// `call:…`, `customer:…`, `phone:…`, `user:…`: what the fact is about.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let call = |id: CallId| Some(format!("call:{id}"));
        let customer = |id: CustomerId| Some(format!("customer:{id}"));
        match self {
            Self::CallStarted(b) => call(b.call),
            Self::AttemptStarted(b) => call(b.call),
            Self::AttemptRerouted(b) => call(b.call),
            Self::CallRinging(b) => call(b.call),
            Self::CallAnswered(b) => call(b.call),
            Self::CallDiverted(b) => call(b.call),
            Self::CallTaken(b) => call(b.call),
            Self::CallGuestCame(b) => call(b.call),
            Self::CallGuestLeft(b) => call(b.call),
            Self::CallHeld(b) => call(b.call),
            Self::CallResumed(b) => call(b.call),
            Self::OneWayAudioHeard(b) => call(b.call),
            Self::HangUpAsked(b) => call(b.call),
            Self::AttemptEnded(b) => call(b.call),
            Self::CallEnded(b) => call(b.call),
            Self::RecordingStarted(b) => call(b.call),
            Self::RecordingFailed(b) => call(b.call),
            Self::RecordingGap(b) => Some(format!("recording:{}", b.recording)),
            Self::RecordingClosed(b) => Some(format!("recording:{}", b.recording)),
            Self::RecordingCut(b) => Some(format!("recording:{}", b.recording)),
            Self::RecordingPlayed(b) => Some(format!("recording:{}", b.recording)),
            Self::RecordingExported(b) => Some(format!("recording:{}", b.recording)),
            Self::CustomerImported(b) => customer(b.customer),
            Self::CustomerStageMoved(b) => customer(b.customer),
            Self::NumberViewed(b) => customer(b.customer),
            Self::CustomerErased(b) => customer(b.customer),
            Self::PartyMet(b) => Some(format!("party:{}", b.party)),
            Self::PartyErased(b) => Some(format!("party:{}", b.party)),
            Self::ErasureConfirmed(b) => Some(format!("party:{}", b.party)),
            Self::RecordingErased(b) => Some(format!("recording:{}", b.recording)),
            Self::PhoneConfigured(b) => Some(format!("phone:{}", b.extension)),
            Self::CallHandlingSet(b) => Some(format!("phone:{}", b.extension)),
            Self::HuntGroupSet(b) => Some(format!("group:{}", b.group.number)),
            Self::HuntGroupRemoved(b) => Some(format!("group:{}", b.number)),
            Self::PhoneRemoved(b) => Some(format!("phone:{}", b.extension)),
            Self::PhoneBound(b) => Some(format!("phone:{}", b.extension)),
            Self::PhoneUnbound(b) => Some(format!("phone:{}", b.extension)),
            Self::DeviceAssigned(b) => Some(format!("phone:{}", b.extension)),
            Self::DeviceProvisioned(b) => Some(format!("phone:{}", b.extension)),
            Self::DeviceReleased(b) => Some(format!("device:{}", b.mac)),
            Self::TrunkConfigured(b) => Some(format!("trunk:{}", b.trunk.name)),
            Self::TrunkRemoved(b) => Some(format!("trunk:{}", b.name)),
            Self::TrunkStateChanged(b) => Some(format!("trunk:{}", b.name)),
            Self::UserCreated(b) => Some(format!("user:{}", b.user)),
            Self::UserPasswordReset(b) => Some(format!("user:{}", b.user)),
            Self::UserLockedOut(b) => Some(format!("user:{}", b.user)),
            Self::SignedIn(b) => Some(format!("user:{}", b.user)),
            Self::SignedOut(b) => Some(format!("user:{}", b.user)),
            Self::Checkpoint(b) => Some(format!("month:{}", b.month)),
            Self::MonthPruned(b) => Some(format!("month:{}", b.month)),
            _ => None,
        }
    }
}

impl core::fmt::Display for Actor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Console => f.write_str("console"),
            Self::Hq => f.write_str("hq"),
            Self::User(name) => write!(f, "user:{name}"),
            Self::Phone(extension) => write!(f, "phone:{extension}"),
            Self::Trunk(name) => write!(f, "trunk:{name}"),
        }
    }
}

impl Actor {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.split_once(':') {
            None if text == "system" => Self::System,
            None if text == "console" => Self::Console,
            None if text == "hq" => Self::Hq,
            Some(("user", name)) => Self::User(UserName::parse(name)?),
            Some(("phone", extension)) => Self::Phone(Extension::parse(extension)?),
            Some(("trunk", name)) => Self::Trunk(TrunkName::parse(name)?),
            None | Some(_) => return None,
        })
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an actor"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Actor, Envelope, Fact, Place, SealedFact};
    use crate::fact::{Body, CustomerImported, PartyMet};
    use crate::{
        BootId, BoxId, CustomerId, Field, PartyId, PartyNumber, PersonName, Personal, SealFailed,
        Sealed, Sealer, Stage, UtcMs, wire,
    };

    struct Reverser;
    impl Sealer for Reverser {
        fn seal(&mut self, party: PartyId, _: Field, clear: &str) -> Result<Sealed, SealFailed> {
            Ok(Sealed {
                party,
                key_version: 1,
                cipher: clear.bytes().rev().collect(),
            })
        }
    }

    fn imported() -> Fact {
        let body = CustomerImported {
            customer: CustomerId::from_bytes([1; 16]),
            party: PartyId::from_bytes([2; 16]),
            name: Personal::Clear(PersonName::parse("王小芳").unwrap()),
            number: Personal::Clear(PartyNumber::parse("13800138000").unwrap()),
            stage: Stage::Lead,
            batch: "2026-11".to_owned(),
        };
        Fact::new(UtcMs(7), true, Actor::Console, body)
    }

    #[test]
    fn a_sealed_fact_holds_nothing_clear_and_reads_back() {
        let box_id = BoxId::parse("sz-01").unwrap();
        let place = Place {
            box_id: &box_id,
            epoch: 0,
            seq: 1,
            boot: BootId::from_bytes([3; 16]),
            policy_version: 0,
        };
        let sealed = imported().seal(&place, &mut Reverser).unwrap();
        let text = String::from_utf8_lossy(sealed.bytes()).into_owned();
        assert!(!text.contains("13800138000") && !text.contains("王小芳"));
        let again = SealedFact::decode(sealed.bytes().to_vec()).unwrap();
        assert_eq!(again, sealed);
        assert!(matches!(
            again.body().unwrap(),
            Some(Body::CustomerImported(_))
        ));
    }

    #[test]
    fn clear_values_never_reach_the_wire() {
        let body = PartyMet {
            party: PartyId::from_bytes([2; 16]),
            number: Personal::Clear(PartyNumber::parse("13800138000").unwrap()),
        };
        assert!(Body::from(body).encode().is_err());
    }

    #[test]
    fn a_kind_of_tomorrow_and_its_keys_pass_through_unchanged() {
        #[derive(serde::Serialize)]
        struct Tomorrow {
            v: u8,
            #[serde(rename = "box")]
            box_id: &'static str,
            epoch: u32,
            seq: u64,
            utc: i64,
            clock_trusted: bool,
            boot: BootId,
            actor: &'static str,
            policy_version: u32,
            kind: &'static str,
            #[serde(with = "serde_bytes")]
            body: Vec<u8>,
            new_key: u8,
        }
        let bytes = wire::encode(&Tomorrow {
            v: 1,
            box_id: "a",
            epoch: 0,
            seq: 9,
            utc: 1,
            clock_trusted: false,
            boot: BootId::from_bytes([0; 16]),
            actor: "system",
            policy_version: 0,
            kind: "moon_landed",
            body: vec![0xf6],
            new_key: 5,
        })
        .unwrap();
        let fact = SealedFact::decode(bytes.clone()).unwrap();
        assert_eq!(fact.bytes(), bytes);
        assert_eq!(fact.body().unwrap(), None);
        let Envelope { seq, .. } = fact.envelope();
        assert_eq!(*seq, 9);
    }
}
