//! What the store does for headquarters: its directives, its commands, our lost tail.
use super::Store;
use crate::job::{Begun, DirectiveEffects, DirectiveOrder, Job, Reply, TailFact, Taken};
use crate::keys::GivenKeys;
use crate::queue::{Full, Room};
use messages::fact::Fact;
use messages::journal::Head;
use messages::lane::CommandResult;
use messages::{CommandId, PartyNumber, Refusal};
use seal::BlindIndex;

impl Store {
    /// A directive whose signature holds; with it its effects become durable, if it is new.
    pub fn take_directive(
        &self,
        seq: u64,
        bytes: Vec<u8>,
        effects: DirectiveEffects,
    ) -> Result<Taken, Refusal> {
        self.ask(|reply| {
            Job::Directive(Box::new(DirectiveOrder {
                seq,
                bytes,
                effects,
                reply,
            }))
        })
    }

    /// A command of headquarters: `Begun::Run` is said once for each id, ever.
    pub fn begin_command(&self, id: CommandId) -> Result<Begun, Refusal> {
        self.ask(|reply| Job::BeginCommand { id, reply })
    }

    pub fn end_command(&self, result: CommandResult, facts: Vec<Fact>) -> Result<(), Full> {
        self.put(Job::EndCommand { result, facts }, Room::Reserved)
    }

    /// Facts of ours that were lost with a disk, as headquarters has them. Refused if the journal has gone on by itself.
    pub fn append_tail(&self, facts: Vec<TailFact>) -> Result<Head, Refusal> {
        self.ask(|reply| Job::Tail { facts, reply })
    }

    /// Waits for the writer.
    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(Reply<Result<T, Refusal>>) -> Job,
    ) -> Result<T, Refusal> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.put_or_refuse(job(Box::new(move |result| {
            let _gone = answer.send(result);
        })));
        answered.recv().unwrap_or(Err(Refusal::NotReady))
    }

    /// Those of all branches, by the tenant's index.
    #[must_use]
    pub fn tenant_refusals(&self) -> Vec<BlindIndex> {
        self.0.shared.tenant_refusals()
    }

    /// A number as all branches know it; `None` before enrolment has brought the tenant's key.
    #[must_use]
    pub fn tenant_index(&self, number: &PartyNumber) -> Option<BlindIndex> {
        self.0.keys.tenant_blind().map(|key| key.index(number))
    }

    /// Enrolment has brought them; from the next question on they are used.
    pub fn give_keys(&self, keys: GivenKeys) {
        self.0.keys.give(keys);
    }
}
