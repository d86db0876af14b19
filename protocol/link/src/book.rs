//! What the cloud's store keeps of one box's link, and what a HELLO means beside it.
mod branching;

use branching::Search;
use messages::{
    BootId,
    journal::{ChainHash, Head},
    lane::{Hello, Verdict},
};

/// One row of the cloud's store. It changes in the same transaction as the facts that move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudBook {
    /// 0 before the first HELLO.
    pub epoch: u32,
    /// The seq behind which this epoch began: while nothing stands behind it, the epoch can be granted again.
    pub epoch_from: u64,
    pub applied: Head,
    /// Covered by a verified backup or a replica; never above `applied`.
    pub safe: u64,
    /// The run that said HELLO last.
    pub boot: Option<BootId>,
    /// The run before it: if that one comes back, both are alive.
    pub boot_before: Option<BootId>,
    /// How often the run before seemed to come back: what it has to repeat to prove that it is alive.
    pub suspected: u32,
    /// Two copies of this box are alive: nothing of either is taken until a person has chosen one.
    pub quarantined: bool,
    /// Facts of a schema that cannot be read here wait as bytes: all that come behind wait as well, in their order.
    pub raw: bool,
    /// Offers of keys that are kept, counted in this epoch.
    pub keys: u64,
    /// Of the last of them.
    pub keys_last: Option<ChainHash>,
}

/// What a HELLO means, and what the box is told beside the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    /// The chain's hashes at these seqs would tell more.
    pub wanted: Vec<u64>,
    /// The box may go on behind this head.
    pub go_on: Option<Head>,
    /// The box has to repeat this number to prove that it is alive.
    pub prove: Option<u32>,
    pub consequence: Consequence,
}

/// What the store has to do with what it holds, in the transaction that stores the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    Nothing,
    /// The box goes on from `at` in a new epoch: what stands behind it is its old tail. It is kept, shown, and counts no more.
    TailAside {
        at: Head,
        upto: u64,
        epoch: u32,
    },
    /// These facts will never come: the gap is shown, and a snapshot of the branch is wanted.
    Gap {
        first: u64,
        last: u64,
    },
    /// An alarm.
    Quarantine,
}

impl CloudBook {
    /// Of a box that never said HELLO.
    pub const NEW: Self = Self {
        epoch: 0,
        epoch_from: 0,
        applied: Head::EMPTY,
        safe: 0,
        boot: None,
        boot_before: None,
        suspected: 0,
        quarantined: false,
        raw: false,
        keys: 0,
        keys_last: None,
    };

    /// What the HELLO means, and the book behind it. `hash_at`: the chain as the cloud holds it; `None` where it does not.
    #[must_use]
    pub fn greeted(
        self,
        hello: &Hello,
        hash_at: impl Fn(u64) -> Option<ChainHash>,
    ) -> (Finding, Self) {
        if self.quarantined || self.boot_before == Some(hello.boot) {
            return self.copied(hello);
        }
        let mut book = self;
        if self.boot != Some(hello.boot) {
            book.boot_before = self.boot;
            book.boot = Some(hello.boot);
        }
        let applied = self.applied;
        let own = |seq: u64| match seq {
            0 => Some(ChainHash::START),
            seq if seq == applied.seq => Some(applied.hash),
            seq if seq > applied.seq => None,
            seq => hash_at(seq),
        };
        let finding = book.place(hello, &own);
        book.settle(hello, &finding);
        (finding, book)
    }

    /// The run before this one came back. A message that was late proves nothing; an answer to ours does.
    fn copied(self, hello: &Hello) -> (Finding, Self) {
        let mut book = self;
        let proved = self.suspected > 0 && hello.proof == Some(self.suspected);
        let news = proved && !self.quarantined;
        if proved {
            book.quarantined = true;
        } else if !self.quarantined {
            book.suspected += 1;
        }
        let finding = Finding {
            prove: (!book.quarantined).then_some(book.suspected),
            consequence: if news {
                Consequence::Quarantine
            } else {
                Consequence::Nothing
            },
            ..Finding::of(Verdict::Cloned)
        };
        (finding, book)
    }

    /// A person has chosen this run: it goes on, the other copy needs a new identity.
    #[must_use]
    pub const fn released(self, boot: BootId) -> Self {
        Self {
            boot: Some(boot),
            boot_before: None,
            quarantined: false,
            ..self
        }
    }

    fn place(&self, hello: &Hello, own: &impl Fn(u64) -> Option<ChainHash>) -> Finding {
        let search = Search::of(hello, self.applied.seq, own);
        if search.is_off_the_line() {
            return self.diverged(hello, &search);
        }
        if hello.head.seq < self.applied.seq {
            let known = own(hello.head.seq).is_some();
            return Finding {
                go_on: known.then_some(self.applied),
                ..Finding::of(Verdict::Restored)
            };
        }
        if hello.head.seq > self.applied.seq && hello.oldest > self.applied.seq + 1 {
            return self.gap(hello);
        }
        Finding::of(Verdict::Resume)
    }

    fn diverged(&self, hello: &Hello, search: &Search) -> Finding {
        let finding = Finding::of(Verdict::Diverged);
        match search.branch_point() {
            Some(at) if hello.asks_to_branch => Finding {
                go_on: Some(at),
                consequence: Consequence::TailAside {
                    at,
                    upto: self.applied.seq,
                    epoch: self.epoch,
                },
                ..finding
            },
            Some(_) | None => Finding {
                wanted: search.wanted(),
                ..finding
            },
        }
    }

    fn gap(&self, hello: &Hello) -> Finding {
        let before = hello.oldest - 1;
        let known = hello.marks.iter().find(|mark| mark.seq == before);
        let finding = Finding::of(Verdict::Gap);
        match known {
            Some(mark) => Finding {
                go_on: Some(*mark),
                consequence: Consequence::Gap {
                    first: self.applied.seq + 1,
                    last: before,
                },
                ..finding
            },
            None => Finding {
                wanted: vec![before],
                ..finding
            },
        }
    }

    fn settle(&mut self, hello: &Hello, finding: &Finding) {
        match (finding.verdict, finding.go_on) {
            (Verdict::Resume, _) => self.epoch = self.epoch.max(hello.epoch).max(1),
            (Verdict::Restored, Some(_)) => self.begin_epoch(hello),
            (Verdict::Diverged, Some(at)) => {
                self.applied = at;
                self.safe = self.safe.min(at.seq);
                self.begin_epoch(hello);
            }
            (Verdict::Gap, Some(at)) => {
                self.applied = at;
                self.epoch = self.epoch.max(hello.epoch).max(1);
            }
            (Verdict::Restored | Verdict::Diverged | Verdict::Gap | Verdict::Cloned, _) => {
                self.epoch = self.epoch.max(1);
            }
        }
    }

    /// A number that no run has written under.
    fn begin_epoch(&mut self, hello: &Hello) {
        let unused = self.applied.seq == self.epoch_from && self.epoch > hello.epoch;
        if !unused {
            self.epoch = self.epoch.max(hello.epoch) + 1;
            self.epoch_from = self.applied.seq;
            (self.keys, self.keys_last) = (0, None);
        }
    }
}

impl Finding {
    pub(crate) const fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            wanted: Vec::new(),
            go_on: None,
            prove: None,
            consequence: Consequence::Nothing,
        }
    }
}

#[cfg(test)]
mod tests;
