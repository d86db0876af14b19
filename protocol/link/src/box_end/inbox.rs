//! Directives: the same lane mirrored. They come in order behind an own cursor, and only with headquarters' signature.
use super::{BoxEnd, BoxOutput, Phase};
use crate::sign::{BadDirective, RefusedDirective};
use messages::{
    Now, UtcMs,
    directive::Directive,
    lane::{
        BATCH_DIRECTIVES_MAX, BoxCommand, CommandResult, DirectiveAck, DirectiveBatch, Lane,
        Verdict,
    },
    wire,
};
use std::collections::BTreeSet;

/// Refusals that are said one by one; what comes beyond is only counted.
const REFUSALS_TOLD_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct Inbox {
    /// Durable up to here.
    upto: u64,
    /// Handed out up to here.
    offered: u64,
    told: BTreeSet<RefusedDirective>,
    refused: u64,
    refused_last: Option<RefusedDirective>,
}

impl Inbox {
    pub(super) const fn behind(upto: u64) -> Self {
        Self {
            upto,
            offered: upto,
            told: BTreeSet::new(),
            refused: 0,
            refused_last: None,
        }
    }

    pub(super) const fn upto(&self) -> u64 {
        self.upto
    }

    pub(super) const fn refused(&self) -> u64 {
        self.refused
    }

    pub(super) fn refused_last(&self) -> Option<(u64, &'static str)> {
        self.refused_last.map(|last| (last.seq, last.why.code()))
    }
}

impl BoxEnd {
    /// Carrying them out writes facts. Nothing may be written before it is known that no lost tail has to come first;
    /// what is not taken now is sent again.
    const fn takes_orders(&self) -> bool {
        match self.phase {
            Phase::Offline
            | Phase::Greeting { .. }
            | Phase::Pulling(_)
            | Phase::Halted(Verdict::Cloned | Verdict::Restored) => false,
            Phase::Proving(_)
            | Phase::Flowing(_)
            | Phase::Stuck(_)
            | Phase::Halted(Verdict::Resume | Verdict::Diverged | Verdict::Gap) => true,
        }
    }

    pub(super) fn directives_came(&mut self, batch: &DirectiveBatch) {
        if !self.takes_orders() {
            return;
        }
        // What was handed out and did not come back is handed out again.
        self.inbox.offered = self.inbox.upto;
        let mut handed_out = 0;
        for bytes in batch.directives.iter().take(BATCH_DIRECTIVES_MAX) {
            match self.config.trust.open(bytes) {
                Ok(directive) if directive.seq > self.inbox.offered + 1 => break,
                Ok(directive) => {
                    self.offer(directive, bytes.to_vec());
                    handed_out += 1;
                }
                Err(refused) => return self.directive_refused(refused),
            }
        }
        if handed_out == 0 {
            self.say_directives();
        }
    }

    /// The next one, or one that the inbox compares with what it has.
    fn offer(&mut self, directive: Directive, bytes: Vec<u8>) {
        if directive.seq == 0 {
            return self.directive_refused(RefusedDirective {
                seq: 0,
                why: BadDirective::Undecodable,
            });
        }
        self.inbox.offered = self.inbox.offered.max(directive.seq);
        self.outputs
            .push_back(BoxOutput::Directive { directive, bytes });
    }

    pub(super) fn directive_kept(&mut self, seq: u64) {
        if seq == self.inbox.upto + 1 {
            self.inbox.upto = seq;
        }
        if !self.is_offline() {
            self.say_directives();
        }
    }

    fn say_directives(&mut self) {
        let ack = DirectiveAck {
            upto: self.inbox.upto,
        };
        if let Ok(bytes) = wire::encode(&ack) {
            self.publish(Lane::DirectiveAck, bytes);
        }
    }

    /// Refused and shown. The cursor stays: the right one of that number may still come.
    pub(super) fn directive_refused(&mut self, refused: RefusedDirective) {
        self.inbox.refused += 1;
        self.inbox.refused_last = Some(refused);
        let full = self.inbox.told.len() >= REFUSALS_TOLD_MAX;
        if !full && self.inbox.told.insert(refused) {
            self.outputs.push_back(BoxOutput::RefuseDirective(refused));
        }
    }

    /// A signed directive ahead of its turn.
    pub(super) fn urgent_came(&mut self, bytes: &[u8]) {
        if !self.takes_orders() {
            return;
        }
        match self.config.trust.open(bytes) {
            Ok(directive) => self
                .outputs
                .push_back(BoxOutput::UrgentDirective(directive)),
            Err(refused) => self.directive_refused(refused),
        }
    }

    /// `not_after` is by headquarters' clock: ours may be off.
    pub(super) fn command_came(&mut self, now: Now, command: BoxCommand) {
        if !self.takes_orders() {
            return;
        }
        let theirs = UtcMs(now.utc.0.saturating_sub(self.clock_offset_ms.unwrap_or(0)));
        let late = theirs > command.not_after;
        self.outputs.push_back(BoxOutput::Command { command, late });
    }

    pub(super) fn answered(&mut self, result: &CommandResult) {
        if self.is_offline() {
            return;
        }
        if let Ok(bytes) = wire::encode(result) {
            self.publish(Lane::Result, bytes);
        }
    }
}
