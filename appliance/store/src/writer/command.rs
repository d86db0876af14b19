//! Commands inside a commit: a savepoint each, so that a refusal undoes only itself.
use super::Standing;
use super::batch::Batch;
use super::registry::View;
use crate::error::StoreError;
use crate::job::{Done, KeyOwner, Proposal, RecordingKey, RecordingKeyOrder};
use messages::fact::{Actor, Fact};
use messages::registry::{Asked, Decider, Decision};
use messages::{Now, PartyId, Refusal};
use seal::{Key, WrappedRecordingKey};
use std::net::IpAddr;

/// Where a savepoint began, outside of the database.
pub(super) struct Mark {
    standing: Standing,
    facts: usize,
    search: usize,
    parties: usize,
}

impl Batch<'_> {
    pub(super) fn propose(
        &mut self,
        proposal: &Proposal,
        decider: &dyn Decider,
        now: Now,
    ) -> Result<Result<Done, Refusal>, StoreError> {
        let asked = Asked {
            command: &proposal.command,
            actor: &proposal.actor,
            now,
        };
        self.decide(&asked, proposal.from_ip, decider)
    }

    pub(super) fn decide(
        &mut self,
        asked: &Asked<'_>,
        from_ip: Option<IpAddr>,
        decider: &dyn Decider,
    ) -> Result<Result<Done, Refusal>, StoreError> {
        let view = View::new(self.conn, self.keys, self.secrets);
        let decided = decider.decide(asked, &view, self.mint);
        if let Some(trouble) = view.trouble() {
            return Err(trouble);
        }
        match decided {
            Err(refusal) => Ok(Err(refusal)),
            Ok(decision) => self.carry_out(asked, from_ip, decision),
        }
    }

    fn carry_out(
        &mut self,
        asked: &Asked<'_>,
        from_ip: Option<IpAddr>,
        decision: Decision,
    ) -> Result<Result<Done, Refusal>, StoreError> {
        let now = asked.now;
        let facts = decision.facts.len() as u64;
        let mark = self.mark();
        self.conn.execute_batch("SAVEPOINT command")?;
        for body in decision.facts {
            let mut fact = Fact::new(now.utc, now.utc_trusted, asked.actor.clone(), body);
            fact.from_ip = from_ip;
            match self.enter(fact) {
                Ok(()) => {}
                Err(StoreError::Row(why)) => {
                    tracing::error!("a command's fact could not be entered: {why}");
                    self.conn
                        .execute_batch("ROLLBACK TO command; RELEASE command")?;
                    self.back_to(mark);
                    return Ok(Err(Refusal::JournalUnavailable));
                }
                Err(bad) => return Err(bad),
            }
        }
        self.conn.execute_batch("RELEASE command")?;
        Ok(Ok(Done {
            upto: self.standing.head.seq,
            facts,
            outcome: decision.outcome,
        }))
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            standing: self.standing,
            facts: self.facts.len(),
            search: self.search.len(),
            parties: self.new_keys.parties.len(),
        }
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.standing = mark.standing;
        self.facts.truncate(mark.facts);
        self.search.truncate(mark.search);
        self.new_keys.parties.truncate(mark.parties);
    }

    /// Makes a recording's key and wraps it; it becomes durable with this commit.
    pub(super) fn recording_key(
        &mut self,
        order: &RecordingKeyOrder,
        now: Now,
    ) -> Result<Result<RecordingKey, Refusal>, StoreError> {
        let party = match &order.owner {
            KeyOwner::Party(party) => Some(*party),
            KeyOwner::Number(number) => {
                let like = Fact::new(
                    now.utc,
                    now.utc_trusted,
                    Actor::System,
                    messages::fact::HangUpAsked { call: order.call },
                );
                Some(self.party_for(number, &like)?)
            }
            KeyOwner::Box => None,
        };
        let key = Key::random(&mut **self.secrets.borrow_mut());
        let Some(wrapped) = self.wrap(order, party, &key)? else {
            return Ok(Err(Refusal::PartyErased));
        };
        let bytes = wrapped.bytes.clone();
        self.new_keys.recordings.push(wrapped);
        Ok(Ok(RecordingKey {
            key,
            party,
            wrapped: bytes,
        }))
    }

    fn wrap(
        &self,
        order: &RecordingKeyOrder,
        party: Option<PartyId>,
        key: &Key,
    ) -> Result<Option<WrappedRecordingKey>, StoreError> {
        let mut secrets = self.secrets.borrow_mut();
        let Some(party) = party else {
            let bytes = self
                .keys
                .box_key
                .wrap_recording(order.recording, key, &mut **secrets);
            return Ok(Some(WrappedRecordingKey {
                recording: order.recording,
                party: None,
                key_version: 0,
                bytes,
            }));
        };
        let Some(party_key) = self.new_keys.find(party, self.ring)? else {
            return Ok(None);
        };
        let wrapped =
            party_key.wrap_recording(&self.keys.tenant, order.recording, key, &mut **secrets);
        Ok(Some(wrapped))
    }
}
