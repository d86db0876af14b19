//! Signatures of headquarters: over the exact bytes of a directive, and whose they are.
use messages::{
    BoxId,
    directive::{DIRECTIVE_BYTES_MAX, Directive, SIGNED_PREFIX, SignedDirective},
    wire,
};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use thiserror::Error;

/// One of headquarters' public keys, and how it is called: the first half of its bytes in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectiveKey {
    id: String,
    public: [u8; 32],
}

impl DirectiveKey {
    #[must_use]
    pub fn new(public: [u8; 32]) -> Self {
        let id = public[..8].iter().map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            public,
        }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }
}

/// Whom an appliance believes, and who it is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub tenant: String,
    pub box_id: BoxId,
    /// While headquarters changes its key there are two.
    pub keys: Vec<DirectiveKey>,
}

/// Why a directive is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum BadDirective {
    #[error("not a directive")]
    Undecodable,
    #[error("larger than the limit")]
    TooLarge,
    #[error("nobody signed it")]
    Unsigned,
    #[error("signed by a key that is not headquarters'")]
    UnknownKey,
    #[error("the signature does not cover these bytes")]
    Signature,
    #[error("meant for another appliance")]
    OtherBox,
    #[error("of another tenant")]
    OtherTenant,
    #[error("another directive of this number is in the inbox already")]
    Older,
}

impl BadDirective {
    pub const ALL: [Self; 8] = [
        Self::Undecodable,
        Self::TooLarge,
        Self::Unsigned,
        Self::UnknownKey,
        Self::Signature,
        Self::OtherBox,
        Self::OtherTenant,
        Self::Older,
    ];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Undecodable => "directive_undecodable",
            Self::TooLarge => "directive_too_large",
            Self::Unsigned => "directive_unsigned",
            Self::UnknownKey => "directive_unknown_key",
            Self::Signature => "directive_signature",
            Self::OtherBox => "directive_other_box",
            Self::OtherTenant => "directive_other_tenant",
            Self::Older => "directive_older",
        }
    }
}

/// A directive that did not pass, and the number that it gave itself (0: none that can be read).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusedDirective {
    pub seq: u64,
    pub why: BadDirective,
}

impl Trust {
    /// Opens signed bytes. Nothing of them is believed before the signature is.
    pub fn open(&self, bytes: &[u8]) -> Result<Directive, RefusedDirective> {
        let unread = |why| RefusedDirective { seq: 0, why };
        if bytes.len() > DIRECTIVE_BYTES_MAX {
            return Err(unread(BadDirective::TooLarge));
        }
        let signed: SignedDirective =
            wire::decode(bytes).map_err(|_bad| unread(BadDirective::Undecodable))?;
        let directive: Directive =
            wire::decode(&signed.directive).map_err(|_bad| unread(BadDirective::Undecodable))?;
        let refused = |why| RefusedDirective {
            seq: directive.seq,
            why,
        };
        self.verify(&signed).map_err(refused)?;
        if directive.tenant != self.tenant {
            return Err(refused(BadDirective::OtherTenant));
        }
        if directive.box_id != self.box_id {
            return Err(refused(BadDirective::OtherBox));
        }
        Ok(directive)
    }

    fn verify(&self, signed: &SignedDirective) -> Result<(), BadDirective> {
        if signed.signature.is_empty() || signed.key_id.is_empty() {
            return Err(BadDirective::Unsigned);
        }
        let key = self.keys.iter().find(|key| key.id == signed.key_id);
        let key = key.ok_or(BadDirective::UnknownKey)?;
        UnparsedPublicKey::new(&ED25519, &key.public)
            .verify(&covered(&signed.directive), &signed.signature)
            .map_err(|_not_by_this_key| BadDirective::Signature)
    }
}

/// Headquarters' own: signs.
pub struct DirectiveSigner {
    pair: Ed25519KeyPair,
    key: DirectiveKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the directive cannot be signed")]
pub struct CannotSign;

impl DirectiveSigner {
    /// `seed`: 32 secret bytes, from the generator of the operating system.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, CannotSign> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_rejected| CannotSign)?;
        let public = pair.public_key().as_ref();
        let key = DirectiveKey::new(public.try_into().map_err(|_length| CannotSign)?);
        Ok(Self { pair, key })
    }

    #[must_use]
    pub const fn key(&self) -> &DirectiveKey {
        &self.key
    }

    /// The bytes that travel, lie in both inboxes, and are never made again.
    pub fn sign(&self, directive: &Directive) -> Result<Vec<u8>, CannotSign> {
        let directive = wire::encode(directive).map_err(|_bad| CannotSign)?;
        let signature = self.pair.sign(&covered(&directive)).as_ref().to_vec();
        let signed = SignedDirective {
            key_id: self.key.id.clone(),
            signature,
            directive,
        };
        wire::encode(&signed).map_err(|_bad| CannotSign)
    }
}

impl core::fmt::Debug for DirectiveSigner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DirectiveSigner({})", self.key.id)
    }
}

fn covered(directive: &[u8]) -> Vec<u8> {
    [SIGNED_PREFIX, directive].concat()
}
