//! Directives: what headquarters wants of one branch, in order, signed. The signed bytes are never encoded again.
use crate::lane::DncChange;
use crate::wire::{self, WireError};
use crate::{BoxId, DataCopy, PartyId, UtcMs};
use serde::{Deserialize, Serialize};

/// One directive with its signature.
pub const DIRECTIVE_BYTES_MAX: usize = 128 * 1024;

/// What the signature covers. Its version is its number: each branch has its own, from 1 without a hole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// Version of this envelope: 1.
    pub v: u8,
    pub tenant: String,
    #[serde(rename = "box")]
    pub box_id: BoxId,
    pub seq: u64,
    pub issued: UtcMs,
    pub kind: String,
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// As it travels and lies in both inboxes. Ed25519 over `SIGNED_PREFIX ‖ directive`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedDirective {
    /// Which of headquarters' keys signed; empty: nobody did.
    #[serde(default)]
    pub key_id: String,
    #[serde(with = "serde_bytes", default)]
    pub signature: Vec<u8>,
    /// The bytes of a `Directive`.
    #[serde(with = "serde_bytes")]
    pub directive: Vec<u8>,
}

/// Keeps a signature for this purpose from counting for another.
pub const SIGNED_PREFIX: &[u8] = b"zhunkehu directive v1\0";

/// What headquarters sees of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HqSees {
    #[default]
    Never,
    Masked,
    Clear,
}

impl HqSees {
    pub const ALL: [Self; 3] = [Self::Never, Self::Masked, Self::Clear];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Masked => "masked",
            Self::Clear => "clear",
        }
    }

    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What headquarters may see of the branch's personal values: the branch offers no keys beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldPolicySet {
    pub name: HqSees,
    pub number: HqSees,
}

/// Refusals of contact to add or to lift; applying it twice changes nothing. At most `DNC_CHANGES_MAX`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DncSet {
    pub changes: Vec<DncChange>,
}

/// The gateway's log filter, until a moment: then it goes back to what the branch configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevelSet {
    pub filter: String,
    pub until_utc: UtcMs,
}

/// Persons named in one directive at most.
pub const ERASURES_MAX: usize = 200;

/// Headquarters' own word: since when nothing of these persons opens from its copies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipts {
    pub receipts: Vec<ErasureReceipt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    pub party: PartyId,
    /// One of headquarters.
    pub copy: DataCopy,
    pub on: UtcMs,
}

/// These persons are erased, and the branch, which came back from a backup, may not know it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartiesErase {
    pub parties: Vec<PartyId>,
}

/// Nothing is wanted: a headquarters that was restored passed over this number, because the appliance had it already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {}

macro_rules! kinds {
    ($($name:ident = $kind:literal),* $(,)?) => {
        /// The body of a directive, by kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Wish { $($name($name)),* }

        $(impl From<$name> for Wish {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })*

        impl Wish {
            /// Every kind known to this version.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind),* }
            }

            pub fn encode(&self) -> Result<Vec<u8>, WireError> {
                match self { $(Self::$name(body) => wire::encode(body)),* }
            }

            /// `None` for a kind that this version does not know.
            pub fn decode(kind: &str, bytes: &[u8]) -> Result<Option<Self>, WireError> {
                Ok(Some(match kind {
                    $($kind => Self::$name(wire::decode(bytes)?),)*
                    _ => return Ok(None),
                }))
            }
        }
    };
}

kinds! {
    FieldPolicySet = "field_policy_set",
    DncSet = "dnc_set",
    LogLevelSet = "log_level_set",
    ErasureReceipts = "erasure_receipts",
    PartiesErase = "parties_erase",
    Passed = "passed",
}

impl Directive {
    pub fn new(
        tenant: &str,
        box_id: BoxId,
        seq: u64,
        issued: UtcMs,
        wish: &Wish,
    ) -> Result<Self, WireError> {
        Ok(Self {
            v: 1,
            tenant: tenant.to_owned(),
            box_id,
            seq,
            issued,
            kind: wish.kind().to_owned(),
            body: wish.encode()?,
        })
    }

    /// `None` for a kind that this version does not know.
    pub fn wish(&self) -> Result<Option<Wish>, WireError> {
        Wish::decode(&self.kind, &self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Directive, DncSet, ErasureReceipt, ErasureReceipts, FieldPolicySet, HqSees, LogLevelSet,
        PartiesErase, Wish,
    };
    use crate::lane::DncChange;
    use crate::{BoxId, DataCopy, PartyId, UtcMs, wire};

    #[test]
    fn each_wish_reads_back_and_one_of_tomorrow_is_none() {
        let wishes: [Wish; 5] = [
            FieldPolicySet {
                name: HqSees::Masked,
                number: HqSees::Never,
            }
            .into(),
            DncSet {
                changes: vec![DncChange {
                    index: vec![7; 16],
                    refused: true,
                    reason: "asked".to_owned(),
                    utc: UtcMs(5),
                }],
            }
            .into(),
            LogLevelSet {
                filter: "debug".to_owned(),
                until_utc: UtcMs(9),
            }
            .into(),
            ErasureReceipts {
                receipts: vec![ErasureReceipt {
                    party: PartyId::from_bytes([1; 16]),
                    copy: DataCopy::HqKeys,
                    on: UtcMs(7),
                }],
            }
            .into(),
            PartiesErase {
                parties: vec![PartyId::from_bytes([1; 16])],
            }
            .into(),
        ];
        for wish in wishes {
            let box_id = BoxId::parse("sz-01").unwrap();
            let directive = Directive::new("hq", box_id, 1, UtcMs(1), &wish).unwrap();
            let bytes = wire::encode(&directive).unwrap();
            let mut again: Directive = wire::decode(&bytes).unwrap();
            assert_eq!(again.wish().unwrap(), Some(wish));
            again.kind = "moon_landing".to_owned();
            assert_eq!(again.wish().unwrap(), None);
        }
    }
}
