//! What comes from headquarters: directives once and in their order, commands at most once, our own lost tail as it was.
use super::batch::Batch;
use crate::column::int;
use crate::error::StoreError;
use crate::job::{Begun, DirectiveOrder, TailFact, Taken};
use crate::search::SearchEntry;
use messages::fact::{Actor, Body, Fact, SealedFact};
use messages::journal::Head;
use messages::lane::{CommandCode, CommandResult};
use messages::registry::{Asked, Decider};
use messages::{CommandId, Now, Refusal, UtcMs};
use rusqlite::{OptionalExtension as _, params};

impl Batch<'_> {
    /// Its effects are in the journal when it is in the inbox: all of them, or nothing is written.
    pub(super) fn take_directive(
        &mut self,
        order: &DirectiveOrder,
        decider: &dyn Decider,
        now: Now,
    ) -> Result<Taken, StoreError> {
        let mark = self.mark();
        self.conn.execute_batch("SAVEPOINT directive")?;
        let taken = self.take_new(order, decider, now)?;
        if taken == Taken::NotNow {
            self.conn.execute_batch("ROLLBACK TO directive")?;
            self.back_to(mark);
        }
        self.conn.execute_batch("RELEASE directive")?;
        Ok(taken)
    }

    fn take_new(
        &mut self,
        order: &DirectiveOrder,
        decider: &dyn Decider,
        now: Now,
    ) -> Result<Taken, StoreError> {
        let (seq, bytes) = (order.seq, &order.bytes);
        let known = self
            .conn
            .prepare_cached("SELECT bytes FROM directive WHERE seq = ?")?
            .query_row([int(seq)], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(if known == *bytes {
                Taken::Known
            } else {
                Taken::Older
            });
        }
        self.conn
            .prepare_cached("INSERT INTO directive (seq, received, bytes) VALUES (?, ?, ?)")?
            .execute(params![int(seq), now.utc.0, bytes])?;
        self.append(&order.effects.facts)?;
        for command in &order.effects.commands {
            let asked = Asked {
                command,
                actor: &Actor::Hq,
                now,
            };
            match self.decide(&asked, None, decider)? {
                Ok(_) => {}
                Err(Refusal::PartyInCall) => return Ok(Taken::NotNow),
                Err(refusal) => {
                    tracing::debug!(seq, code = refusal.code(), "nothing to do for a directive");
                }
            }
        }
        Ok(Taken::New)
    }

    /// Durable before it runs.
    pub(super) fn begin_command(&self, id: CommandId, utc: UtcMs) -> Result<Begun, StoreError> {
        let known = self
            .conn
            .prepare_cached("SELECT code, detail FROM box_command WHERE id = ?")?
            .query_row([id.as_bytes()], |row| {
                Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let Some((code, detail)) = known else {
            self.conn
                .prepare_cached("INSERT INTO box_command (id, begun) VALUES (?, ?)")?
                .execute(params![id.as_bytes(), utc.0])?;
            return Ok(Begun::Run);
        };
        let code = code.and_then(|code| CommandCode::of_code(&code));
        Ok(code.map_or(Begun::Running, |code| Begun::Ended { code, detail }))
    }

    pub(super) fn end_command(
        &mut self,
        result: &CommandResult,
        facts: &[Fact],
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE box_command SET code = ?2, detail = ?3 WHERE id = ?1")?
            .execute(params![
                result.id.as_bytes(),
                result.code.code(),
                result.detail
            ])?;
        self.append(facts)
    }

    /// Only where the journal still ends before the first of them. What they did is done again, in their words.
    pub(super) fn append_tail(&mut self, tail: &[TailFact]) -> Result<Option<Head>, StoreError> {
        let fits = tail.first().is_some_and(|first| {
            let (seq, hash) = (self.standing.head.seq + 1, self.standing.head.hash);
            first.head.seq == seq && hash.next(&first.bytes) == first.head.hash
        });
        if !fits {
            return Ok(None);
        }
        for fact in tail {
            let sealed = SealedFact::decode(fact.bytes.clone())
                .map_err(|bad| StoreError::Row(bad.to_string()))?;
            self.insert(&sealed)?;
            let body = sealed.body().ok().flatten();
            if let Some(body) = body {
                self.follow_again(&sealed, body)?;
            }
        }
        Ok(Some(self.standing.head))
    }

    /// A rule that could not follow then said so in the tail itself.
    fn follow_again(&mut self, sealed: &SealedFact, body: Body) -> Result<(), StoreError> {
        let envelope = sealed.envelope();
        if let Body::PolicySet(_) = body {
            self.standing.policy_version += 1;
        }
        let blind = self.blind_of(&body);
        self.tables_follow(envelope.utc, blind, &body)?;
        self.search.extend(self.search_entry_of(&body));
        let fact = Fact {
            utc: envelope.utc,
            clock_trusted: envelope.clock_trusted,
            actor: envelope.actor.clone(),
            from_ip: envelope.from_ip,
            cause: envelope.cause,
            body,
        };
        self.committed(fact, sealed);
        Ok(())
    }

    /// Where the vault still has the party's key.
    fn blind_of(&self, body: &Body) -> Option<seal::BlindIndex> {
        let Body::PartyMet(met) = body else {
            return None;
        };
        let number = self.ring.open_value(met.number.clone());
        number.clear().map(|number| self.keys.blind.index(number))
    }

    fn search_entry_of(&self, body: &Body) -> Option<SearchEntry> {
        let Body::CustomerImported(fact) = body else {
            return None;
        };
        let name = self.ring.open_value(fact.name.clone());
        let number = self.ring.open_value(fact.number.clone());
        Some(SearchEntry::new(
            fact.customer,
            name.clear()?,
            number.clear()?,
        ))
    }
}
