//! One fact into the journal: its party found or made, sealed, chained, inserted, and followed by the tables.
use super::batch::Batch;
use super::registry;
use super::sealing::BatchSealer;
use crate::apply::{Applied, Context, follow};
use crate::column::int;
use crate::error::StoreError;
use crate::job::CommittedFact;
use crate::search::SearchEntry;
use messages::fact::{Actor, Body, Fact, PartyMet, Place, RuleSkipped, SealedFact};
use messages::journal::Head;
use messages::{PartyId, PartyNumber, Personal, SealFailed, Sealed, Sealer, UtcMs};
use rusqlite::params;
use seal::PartyKey;

impl Batch<'_> {
    /// Facts of the outside party come after the fact that it was met.
    pub(super) fn enter(&mut self, mut fact: Fact) -> Result<(), StoreError> {
        self.name_party(&mut fact)?;
        self.write(fact)
    }

    fn name_party(&mut self, fact: &mut Fact) -> Result<(), StoreError> {
        let unnamed = match fact.body.outside_mut() {
            Some(outside) if outside.party.is_none() => outside.number.clear().cloned(),
            Some(_) | None => None,
        };
        if let Some(number) = unnamed {
            let party = self.party_for(&number, fact)?;
            if let Some(outside) = fact.body.outside_mut() {
                outside.party = Some(party);
            }
        }
        if let Body::CallStarted(call) = &mut fact.body
            && call.customer.is_none()
            && let Some(party) = call.outside.as_ref().and_then(|outside| outside.party)
        {
            call.customer = registry::customer_of(self.conn, party)?;
        }
        Ok(())
    }

    /// The party of this number; met now, at the time and by the actor of `like`, if it is new.
    pub(super) fn party_for(
        &mut self,
        number: &PartyNumber,
        like: &Fact,
    ) -> Result<PartyId, StoreError> {
        let blind = self.keys.blind.index(number);
        if let Some(party) = registry::party_of(self.conn, blind)? {
            return Ok(party);
        }
        let party = self.mint.party(like.utc);
        let body = PartyMet {
            party,
            number: Personal::Clear(number.clone()),
        };
        let mut met = Fact::new(like.utc, like.clock_trusted, like.actor.clone(), body);
        met.from_ip = like.from_ip;
        self.write(met)?;
        Ok(party)
    }

    fn write(&mut self, mut fact: Fact) -> Result<(), StoreError> {
        let blind = self.meet(&fact.body);
        let search = search_entry(&fact.body);
        self.seal(&mut fact)?;
        let sealed = self.placed(&fact)?;
        self.insert(&sealed)?;
        self.search.extend(search);
        if let Body::PolicySet(_) = fact.body {
            self.standing.policy_version += 1;
        }
        let skipped = match self.tables_follow(fact.utc, blind, &fact.body)? {
            Applied::Followed => None,
            Applied::Skipped(code) => Some(skipped(&fact, code)),
        };
        self.committed(fact, &sealed);
        skipped.map_or(Ok(()), |skipped| self.write(skipped))
    }

    pub(super) fn tables_follow(
        &self,
        utc: UtcMs,
        blind: Option<seal::BlindIndex>,
        body: &Body,
    ) -> Result<Applied, StoreError> {
        Ok(follow(self.conn, Context { utc, blind }, body)?)
    }

    pub(super) fn committed(&mut self, fact: Fact, sealed: &SealedFact) {
        self.facts.push(CommittedFact {
            seq: sealed.envelope().seq,
            fact,
            bytes: sealed.bytes().to_vec(),
        });
    }

    /// A party that is met gets its key and its blind index.
    fn meet(&mut self, body: &Body) -> Option<seal::BlindIndex> {
        let Body::PartyMet(met) = body else {
            return None;
        };
        let key = PartyKey::random(met.party, 1, &mut **self.secrets.borrow_mut());
        self.new_keys.parties.push(key);
        met.number
            .clear()
            .map(|number| self.keys.blind.index(number))
    }

    /// A party without a key was erased: what is said of it is erased, too.
    fn seal(&self, fact: &mut Fact) -> Result<(), StoreError> {
        let mut sealer = BatchSealer {
            keys: self.keys,
            ring: self.ring,
            secrets: self.secrets,
            new_keys: &self.new_keys,
            trouble: None,
        };
        let sealed = fact.body.seal(&mut sealer);
        if let Some(trouble) = sealer.trouble {
            return Err(trouble);
        }
        if sealed.is_err() {
            tracing::warn!(kind = fact.body.kind(), "a fact about an erased party");
            erase_clear(&mut fact.body);
        }
        Ok(())
    }

    fn placed(&self, fact: &Fact) -> Result<SealedFact, StoreError> {
        let place = Place {
            box_id: self.box_id,
            epoch: self.standing.cursor.epoch,
            seq: self.standing.head.seq + 1,
            boot: self.boot,
            policy_version: self.standing.policy_version,
        };
        let sealed = fact.clone().seal(&place, &mut NothingLeft);
        sealed.map_err(|bad| StoreError::Row(bad.to_string()))
    }

    pub(super) fn insert(&mut self, sealed: &SealedFact) -> Result<(), StoreError> {
        let envelope = sealed.envelope();
        let seq = envelope.seq;
        let hash = sealed.chained(self.standing.head.hash);
        self.conn
            .prepare_cached(
                "INSERT INTO journal (seq, utc, kind, person, subject, bytes, hash)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                int(seq),
                envelope.utc.0,
                envelope.kind,
                person(&envelope.actor),
                envelope.subject,
                sealed.bytes(),
                hash.0
            ])?;
        self.standing.head = Head { seq, hash };
        Ok(())
    }
}

/// The column by which an audit is searched: people only.
pub(crate) fn person(actor: &Actor) -> Option<String> {
    match actor {
        Actor::User(_) | Actor::Console => Some(actor.to_string()),
        Actor::System | Actor::Phone(_) | Actor::Trunk(_) | Actor::Hq => None,
    }
}

/// Everything was sealed before.
struct NothingLeft;

impl Sealer for NothingLeft {
    fn seal(&mut self, _: PartyId, _: messages::Field, _: &str) -> Result<Sealed, SealFailed> {
        Err(SealFailed("a value was left clear".to_owned()))
    }
}

fn skipped(fact: &Fact, code: &str) -> Fact {
    let about = fact.body.subject().unwrap_or_default();
    tracing::warn!(
        kind = fact.body.kind(),
        code,
        about,
        "the tables could not follow a fact"
    );
    let body = RuleSkipped {
        code: code.to_owned(),
        about: format!("{} {about}", fact.body.kind()),
    };
    Fact::new(fact.utc, fact.clock_trusted, Actor::System, body)
}

#[allow(clippy::wildcard_enum_match_arm)] // only imports bring names
fn search_entry(body: &Body) -> Option<SearchEntry> {
    match body {
        Body::CustomerImported(fact) => Some(SearchEntry::new(
            fact.customer,
            fact.name.clear()?,
            fact.number.clear()?,
        )),
        _ => None,
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // the others hold nothing personal
fn erase_clear(body: &mut Body) {
    if let Some(outside) = body.outside_mut() {
        outside.number = Personal::Erased;
        return;
    }
    match body {
        Body::PartyMet(fact) => fact.number = Personal::Erased,
        Body::CustomerImported(fact) => {
            fact.name = Personal::Erased;
            fact.number = Personal::Erased;
        }
        _ => {}
    }
}
