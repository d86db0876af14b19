//! The vault's work between two commits: one step at a time, so that the journal never waits for it.
use super::Writer;
use crate::error::StoreError;
use crate::job::{CommittedFact, Job};
use crate::query::erasures::unconfirmed;
use crate::vault::{Step, rows};
use messages::fact::{Actor, Body, ErasureConfirmed, Fact, VaultRewrapped};
use messages::{CustomerId, DataCopy, PartyId, asked_before_backups};
use seal::{Key, KeyId, VaultKey};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// After a step that failed.
const WAIT: Duration = Duration::from_secs(5);
const RECEIPTS_EVERY: Duration = Duration::from_secs(60);

impl Writer {
    /// True while there is something to do in the vault just now.
    pub(super) fn vault_waits(&self) -> bool {
        let (newest, _older) = self.keys.generations();
        self.vault_work.next(newest) != Step::Rest && Instant::now() >= self.vault_rests_until
    }

    /// What the committed facts want of the vault.
    #[allow(clippy::wildcard_enum_match_arm)] // all others want nothing of it
    pub(super) fn follow_in_vault(&mut self, facts: &[CommittedFact]) {
        for fact in facts {
            match &fact.fact.body {
                Body::VaultRotationAsked(_) => self.vault_work.ask_rotation(),
                Body::CustomerErased(fact) => self.erase(&[fact.party]),
                Body::PartyErased(fact) => self.erase(&[fact.party]),
                _ => {}
            }
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // only erasures take anybody out
    pub(super) fn forget_in_search(&self, facts: &[CommittedFact]) {
        let erased: Vec<CustomerId> = facts
            .iter()
            .filter_map(|fact| match &fact.fact.body {
                Body::CustomerErased(fact) => Some(fact.customer),
                _ => None,
            })
            .collect();
        if erased.is_empty() {
            return;
        }
        let search = self.shared.search.write();
        let mut search = search.unwrap_or_else(PoisonError::into_inner);
        for customer in erased {
            search.remove(customer);
        }
    }

    /// Nothing of them opens from now on; what lies in the vault goes step by step.
    pub(super) fn erase(&mut self, parties: &[PartyId]) {
        self.ring.forget(parties.iter().copied());
        self.vault_work.erase(parties.iter().copied());
    }

    /// Does what is next; trouble is told and tried again later.
    pub(super) fn vault_step(&mut self) {
        if !self.vault_waits() {
            return;
        }
        let ready = if self.trusted { Ok(()) } else { self.reopen() };
        match ready.and_then(|()| self.step()) {
            Ok(true) => {}
            Ok(false) => self.vault_rests_until = Instant::now() + WAIT,
            Err(bad) => {
                tracing::warn!(code = bad.code(), "the vault's work waits: {bad}");
                self.trusted = false;
                self.vault_rests_until = Instant::now() + WAIT;
            }
        }
    }

    /// The branch's backups of keys forget by age: once they are too young to know a person, that is said.
    pub(super) fn confirm_backups(&mut self) {
        let now = (self.clock)();
        if Instant::now() < self.receipts_at || !now.utc_trusted {
            return;
        }
        self.receipts_at = Instant::now() + RECEIPTS_EVERY;
        let copy = DataCopy::BranchBackups;
        let confirmed = unconfirmed(&self.conn, copy, asked_before_backups(now.utc))
            .and_then(|parties| self.confirm(&parties, copy));
        if let Err(bad) = confirmed {
            tracing::warn!(code = bad.code(), "receipts of erasures wait: {bad}");
        }
    }

    fn confirm(&mut self, parties: &[PartyId], copy: DataCopy) -> Result<(), StoreError> {
        if parties.is_empty() {
            return Ok(());
        }
        let now = (self.clock)();
        let facts = parties.iter().map(|party| {
            let body = ErasureConfirmed {
                party: *party,
                copy,
                on: now.utc,
            };
            Fact::new(now.utc, now.utc_trusted, Actor::System, body)
        });
        self.write_once(vec![Job::Append(facts.collect())])
    }

    /// Tells those who wait for it that nothing is left to do.
    pub(super) fn tell_vault_at_rest(&mut self) {
        let (newest, _older) = self.keys.generations();
        if self.vault_work.next(newest) == Step::Rest {
            for reply in self.vault_awaited.drain(..) {
                reply(());
            }
        }
    }

    /// One step; false if it has to wait for somebody.
    pub(super) fn step(&mut self) -> Result<bool, StoreError> {
        let (newest, older) = self.keys.generations();
        match self.vault_work.next(newest) {
            Step::Rest => {}
            Step::List => {
                self.key_store.put_erased(&self.vault_work.to_list())?;
                self.vault_work.listed();
            }
            Step::Delete => {
                rows::delete(&mut self.vault, &self.vault_work.to_delete(), newest)?;
                self.vault_work.deleted(newest);
            }
            Step::Doom => {
                rows::doom(&self.vault, newest)?;
                self.vault_work.doom(newest);
            }
            Step::Begin => self.begin(newest + 1)?,
            Step::Move => {
                let after = self.vault_work.moved_up_to();
                let secrets = &mut **self.secrets.borrow_mut();
                let (last, moved) = rows::move_on(&mut self.vault, &self.keys, after, secrets)?;
                self.vault_work.moved(last, moved);
            }
            Step::Scrub => {
                if !rows::scrub(&self.vault)? {
                    return Ok(false);
                }
                // what the tables held goes with their own log, as soon as nobody reads
                self.empty_log();
                self.vault_work.scrubbed();
            }
            Step::Destroy => self.destroy(&older, newest)?,
            Step::Say => self.say(newest)?,
        }
        Ok(true)
    }

    fn begin(&mut self, generation: u32) -> Result<(), StoreError> {
        let key = Key::random(&mut **self.secrets.borrow_mut());
        self.key_store.put_key(KeyId::Vault { generation }, &key)?;
        self.keys.begin_generation(VaultKey::new(generation, key));
        self.vault_work.begun();
        tracing::info!(generation, "a generation of the vault begins");
        Ok(())
    }

    fn destroy(&mut self, older: &[u32], newest: u32) -> Result<(), StoreError> {
        for generation in older {
            let generation = *generation;
            self.key_store.destroy_key(KeyId::Vault { generation })?;
            self.keys.forget_generation(generation);
            tracing::info!(generation, "a generation of the vault is destroyed");
        }
        rows::forget_doomed(&self.vault, newest)?;
        self.vault_work.destroyed(newest);
        Ok(())
    }

    fn say(&mut self, newest: u32) -> Result<(), StoreError> {
        let (gone, moved) = self.vault_work.to_say(newest);
        self.confirm(&gone, DataCopy::BranchVault)?;
        if let Some(moved) = moved {
            let now = (self.clock)();
            let body = VaultRewrapped {
                generation: newest,
                rows: moved.rows,
                damaged: moved.damaged,
            };
            let fact = Fact::new(now.utc, now.utc_trusted, Actor::System, body);
            self.write_once(vec![Job::Append(vec![fact])])?;
        }
        self.vault_work.said(newest);
        Ok(())
    }
}
