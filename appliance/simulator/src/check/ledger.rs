//! Each invariant, how often it was checked, and what broke it.
use serde::Serialize;
use std::collections::BTreeMap;

/// Examples kept of each violation.
const EXAMPLES_MAX: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<&'static str, Line>);

#[derive(Debug, Default)]
struct Line {
    checks: u64,
    violations: u64,
    examples: Vec<String>,
}

impl Ledger {
    /// One check of an invariant; `example` is asked only where it failed.
    pub(crate) fn check(
        &mut self,
        invariant: &'static str,
        holds: bool,
        example: impl FnOnce() -> String,
    ) {
        let line = self.0.entry(invariant).or_default();
        line.checks += 1;
        if !holds {
            line.violations += 1;
            if line.examples.len() < EXAMPLES_MAX {
                line.examples.push(example());
            }
        }
    }

    pub(crate) fn equal(&mut self, invariant: &'static str, left: (&str, u64), right: (&str, u64)) {
        self.check(invariant, left.1 == right.1, || {
            format!("{} {} ≠ {} {}", left.0, left.1, right.0, right.1)
        });
    }

    /// `right` is `left`, or at most so many more.
    pub(crate) fn within(
        &mut self,
        invariant: &'static str,
        left: (&str, u64),
        right: (&str, u64),
        more: u64,
    ) {
        let good = (left.1..=left.1.saturating_add(more)).contains(&right.1);
        self.check(invariant, good, || {
            format!(
                "{} {} ≠ {} {} (by {more})",
                left.0, left.1, right.0, right.1
            )
        });
    }

    /// Names an invariant that may find nothing to check: it stands in the list all the same.
    pub(crate) fn announce(&mut self, invariant: &'static str) {
        self.0.entry(invariant).or_default();
    }

    pub(crate) fn close(self, summary: Summary) -> Verdict {
        let invariants = self.0.into_iter().map(|(name, line)| InvariantLine {
            name,
            checks: line.checks,
            violations: line.violations,
            examples: line.examples,
        });
        Verdict {
            summary,
            invariants: invariants.collect(),
        }
    }
}

/// What happened in the run, recounted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    pub placed: u64,
    pub answered: u64,
    pub failed_by_cause: BTreeMap<String, u64>,
    pub recordings: u64,
    pub facts_journaled: u64,
    pub facts_at_hq: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct InvariantLine {
    pub name: &'static str,
    pub checks: u64,
    pub violations: u64,
    pub examples: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    pub summary: Summary,
    pub invariants: Vec<InvariantLine>,
}

impl Verdict {
    /// Nothing violated, every invariant checked at least once, somebody answered.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.summary.answered > 0
            && !self.invariants.is_empty()
            && self
                .invariants
                .iter()
                .all(|line| line.violations == 0 && line.checks > 0)
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let s = &self.summary;
        let mut text = format!(
            "呼叫 placed {} · 接通 answered {} · 录音 recordings {} · 事实 facts {} · 总部已应用 at HQ {}\n",
            s.placed, s.answered, s.recordings, s.facts_journaled, s.facts_at_hq
        );
        for (cause, count) in &s.failed_by_cause {
            text.push_str(&format!("  未接通 failed {cause}: {count}\n"));
        }
        text.push_str("不变量 invariants (checked / violated)\n");
        for line in &self.invariants {
            let mark = if line.violations > 0 || line.checks == 0 {
                "✗"
            } else {
                "✓"
            };
            text.push_str(&format!(
                "  {mark} {:<58} {:>8} / {}\n",
                line.name, line.checks, line.violations
            ));
            for example in &line.examples {
                text.push_str(&format!("      {example}\n"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Summary};

    #[test]
    fn no_checks_no_answer_or_a_violation_is_a_failure() {
        let answered = || Summary {
            answered: 1,
            ..Summary::default()
        };
        let mut ledger = Ledger::default();
        ledger.check("a", true, String::new);
        assert!(ledger.close(answered()).is_good());
        let mut ledger = Ledger::default();
        ledger.announce("a");
        assert!(!ledger.close(answered()).is_good());
        let mut ledger = Ledger::default();
        ledger.check("a", true, String::new);
        ledger.check("a", false, || "here".to_owned());
        let verdict = ledger.close(answered());
        assert!(!verdict.is_good() && verdict.text().contains("here"));
        let mut ledger = Ledger::default();
        ledger.check("a", true, String::new);
        assert!(!ledger.close(Summary::default()).is_good());
    }
}
