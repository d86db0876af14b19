//! Facts about customers, parties and refusals of contact.
use crate::{CustomerId, PartyId, PartyNumber, PersonName, Personal, Stage, UserName};
use serde::{Deserialize, Serialize};

/// An outside number was met for the first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartyMet {
    pub party: PartyId,
    pub number: Personal<PartyNumber>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerImported {
    pub customer: CustomerId,
    pub party: PartyId,
    pub name: Personal<PersonName>,
    pub number: Personal<PartyNumber>,
    pub stage: Stage,
    /// Names the import, so that it can be found and undone.
    pub batch: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerStageMoved {
    pub customer: CustomerId,
    pub from: Stage,
    pub to: Stage,
}

/// Somebody saw the number in clear, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberViewed {
    pub customer: CustomerId,
    pub by: UserName,
    pub reason: String,
}

/// A refusal of contact. It outlives erasure, so it names the number by its blind index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DncAdded {
    #[serde(with = "serde_bytes")]
    pub index: Vec<u8>,
    /// The tenant's index of the same number: what other branches know it by.
    #[serde(with = "serde_bytes", skip_serializing_if = "Option::is_none", default)]
    pub tenant: Option<Vec<u8>>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DncLifted {
    #[serde(with = "serde_bytes")]
    pub index: Vec<u8>,
    #[serde(with = "serde_bytes", skip_serializing_if = "Option::is_none", default)]
    pub tenant: Option<Vec<u8>>,
    pub reason: String,
}

/// A fact came that a rule could not follow; it is recorded all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSkipped {
    pub code: String,
    pub about: String,
}
