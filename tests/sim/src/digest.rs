//! The story's fingerprint: SHA-256 over every fact in clear and every order, in their order.
use branch::{BindingNote, Output};
use messages::fact::{Actor, Body, Fact, OutsideParty};
use messages::{Field, PartyId, PartyNumber, PersonalValue as _, SealFailed, Sealed, Sealer};
use sha2::{Digest as _, Sha256};

/// Equal for equal stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl core::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// "Seals" by keeping the text: the fingerprint is over clear facts, in the form that the journal gives them.
struct Glass;

impl Sealer for Glass {
    fn seal(&mut self, party: PartyId, _field: Field, clear: &str) -> Result<Sealed, SealFailed> {
        Ok(Sealed {
            party,
            key_version: 0,
            cipher: clear.as_bytes().to_vec(),
        })
    }
}

#[derive(Default)]
pub(crate) struct Digest(Sha256);

impl Digest {
    pub(crate) fn finish(self) -> Fingerprint {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.0.finalize());
        Fingerprint(bytes)
    }

    /// The fact as the journal would encode it; what is wrong with it, if it cannot be.
    pub(crate) fn fact(&mut self, mut fact: Fact) -> Result<Vec<u8>, String> {
        if let Some(outside) = fact.body.outside_mut() {
            outside.party = Some(party_of(outside));
        }
        let kind = fact.body.kind();
        fact.body.seal(&mut Glass).map_err(|bad| bad.to_string())?;
        let body = fact.body.encode().map_err(|bad| bad.to_string())?;
        self.0.update(fact.utc.0.to_be_bytes());
        self.0.update(kind.as_bytes());
        self.0.update(actor(&fact.actor).as_bytes());
        self.0.update(&body);
        Ok(body)
    }

    /// What the gateway wants done, where it is the same with and without text.
    pub(crate) fn output(&mut self, output: &Output) {
        match output {
            // A dialog closes when its BYE was answered: there are no BYEs without text.
            Output::Send { .. }
            | Output::CloseFlow { .. }
            | Output::Traced(_)
            | Output::LegNamed { .. }
            | Output::LoopedBack { .. }
            | Output::Fact(_)
            | Output::DialogClosed { .. }
            | Output::ProfileAsked(_)
            | Output::OrphanEnded(_) => {}
            Output::Media(command) => self.words(format_args!("{command:?}")),
            Output::NeedRecordingKey { order, .. } => self.words(format_args!("key {order:?}")),
            Output::Dialled { ask, result } => self.words(format_args!("{ask:?} {result:?}")),
            Output::Done { ask, result } => self.words(format_args!("{ask:?} {result:?}")),
            Output::DialogOpened { leg, call, .. } => self.words(format_args!("{leg:?} {call:?}")),
            Output::Binding(note) => self.words(format_args!("{}", binding(note))),
            Output::Refused { why, .. } => self.words(format_args!("{why:?}")),
        }
    }

    /// Straight into the digest, piece by piece.
    fn words(&mut self, words: core::fmt::Arguments<'_>) {
        struct Into<'a>(&'a mut Sha256);
        impl core::fmt::Write for Into<'_> {
            fn write_str(&mut self, piece: &str) -> core::fmt::Result {
                self.0.update(piece.as_bytes());
                Ok(())
            }
        }
        let _never_fails = core::fmt::write(&mut Into(&mut self.0), words);
    }
}

/// Does the encoded body read back as what it was?
pub(crate) fn reads_back(kind: &str, body: &[u8]) -> bool {
    let read = Body::decode(kind, body).ok().flatten();
    read.is_some_and(|read| read.kind() == kind && read.encode().is_ok_and(|again| again == body))
}

fn party_of(outside: &OutsideParty) -> PartyId {
    let text = outside.number.clear().map(PartyNumber::to_text);
    let mut id = [0; 16];
    for (slot, byte) in id.iter_mut().zip(text.unwrap_or_default().bytes()) {
        *slot = byte;
    }
    PartyId::from_bytes(id)
}

fn actor(actor: &Actor) -> &str {
    match actor {
        Actor::System => "system",
        Actor::Console => "console",
        Actor::User(user) => user.as_str(),
        Actor::Phone(extension) => extension.as_str(),
        Actor::Trunk(trunk) => trunk.as_str(),
        Actor::Hq => "hq",
    }
}

fn binding(note: &BindingNote) -> String {
    match note {
        BindingNote::Bound {
            extension, source, ..
        } => format!("bound {extension} {source}"),
        BindingNote::Refreshed {
            extension, source, ..
        } => format!("refreshed {extension} {source}"),
        BindingNote::Unbound {
            extension,
            source,
            reason,
        } => format!("unbound {extension} {source} {reason:?}"),
    }
}
