//! What headquarters sends down, carried to the store and answered.
use super::{Pipes, Run, ask};
use crate::link::Journal;
use link::{Arrived, BadDirective, BoxInput, RefusedDirective};
use messages::{directive::Directive, lane::BoxCommand};

impl<P: Pipes, J: Journal> Run<P, J> {
    pub(super) async fn directive(&mut self, directive: Directive, bytes: Vec<u8>) {
        let seq = directive.seq;
        let taken = ask(self.journal(), move |journal| {
            journal.take_directive(&directive, bytes)
        })
        .await;
        match taken {
            Ok(true) => self.handle(BoxInput::DirectiveKept { seq }),
            Ok(false) => self.handle(BoxInput::DirectiveRefused(RefusedDirective {
                seq,
                why: BadDirective::Older,
            })),
            // Headquarters sends it again.
            Err(trouble) => tracing::warn!(seq, code = trouble.code, "a directive was not kept"),
        }
    }

    pub(super) async fn urgent_directive(&mut self, directive: Directive) {
        let seq = directive.seq;
        let done = ask(self.journal(), move |journal| {
            journal.urgent_directive(&directive)
        })
        .await;
        if let Err(trouble) = done {
            tracing::warn!(
                seq,
                code = trouble.code,
                "an urgent directive waits for its turn"
            );
        }
    }

    pub(super) async fn refuse_directive(&mut self, refused: RefusedDirective) {
        tracing::warn!(
            seq = refused.seq,
            code = refused.why.code(),
            "a directive was refused"
        );
        let said = ask(self.journal(), move |journal| {
            journal.refuse_directive(refused)
        })
        .await;
        if let Err(trouble) = said {
            tracing::warn!(code = trouble.code, "the refusal is not in the journal");
        }
    }

    pub(super) async fn command(&mut self, command: BoxCommand, late: bool) {
        let answer = ask(self.journal(), move |journal| {
            journal.command(&command, late)
        })
        .await;
        match answer {
            Ok(Some(result)) => self.handle(BoxInput::Answered(result)),
            // It runs; asked again, it has its answer.
            Ok(None) => {}
            Err(trouble) => tracing::warn!(code = trouble.code, "a command was not begun"),
        }
    }

    pub(super) async fn append_tail(&mut self, facts: Vec<Arrived>) {
        let appended = ask(self.journal(), move |journal| journal.append_tail(facts)).await;
        match appended {
            Ok(head) => self.handle(BoxInput::TailAppended(head)),
            Err(trouble) => self.handle(BoxInput::TailRefused { code: trouble.code }),
        }
    }

    pub(super) async fn tail_complete(&mut self, from: u64, upto: u64, epoch: u32) {
        tracing::info!(from, upto, epoch, "the lost facts are back");
        let said = ask(self.journal(), move |journal| {
            journal.tail_complete(from, upto, epoch)
        })
        .await;
        if let Err(trouble) = said {
            tracing::warn!(code = trouble.code, "the journal does not say so");
        }
    }

    /// Refusals of contact of this branch go ahead of their facts.
    pub(super) async fn say_urgent(&mut self) {
        let Ok(changes) = ask(self.journal(), |journal| journal.take_urgent()).await else {
            return;
        };
        if let Some((head, changes)) = changes {
            self.feed(BoxInput::Urgent { head, changes }).await;
        }
    }
}
