//! What the store does for headquarters: its directives, its commands, our lost tail.
use super::Store;
use crate::job::{Begun, DirectiveOrder, Job, Reply, TailFact, Taken};
use crate::queue::{Full, Room};
use messages::fact::Fact;
use messages::journal::Head;
use messages::lane::CommandResult;
use messages::{CommandId, Refusal};
use seal::{BlindIndex, BlindKey};

impl Store {
    /// A directive whose signature holds; with it these facts become durable, if it is new.
    pub fn take_directive(
        &self,
        seq: u64,
        bytes: Vec<u8>,
        facts: Vec<Fact>,
    ) -> Result<Taken, Refusal> {
        self.ask(|reply| {
            Job::Directive(Box::new(DirectiveOrder {
                seq,
                bytes,
                facts,
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

    /// The key of the tenant's blind index, where enrolment has brought it.
    #[must_use]
    pub fn tenant_blind_key(&self) -> Option<BlindKey> {
        self.0.keys.tenant_blind.clone()
    }
}
