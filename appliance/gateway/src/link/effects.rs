//! What a directive becomes in the journal: its receipt, and its effects behind it.
use messages::command::Command;
use messages::directive::{
    Directive, DncSet, ERASURES_MAX, ErasureReceipts, LogLevelSet, PartiesErase, Wish,
};
use messages::fact::{
    Body, DirectiveApplied, DirectiveRefused, FieldPolicyChanged, LogFilterChanged,
    TenantDncChanged,
};
use messages::lane::DNC_CHANGES_MAX;
use messages::{DataCopy, UtcMs};

/// A blind index is so long.
const INDEX_BYTES: usize = 16;
const REASON_BYTES_MAX: usize = 200;
const FILTER_BYTES_MAX: usize = 500;
/// Longer than this nobody looks at a log.
const LOG_MS_MAX: u64 = 7 * 86_400_000;

/// Why a person is erased whom headquarters names.
const ERASED_AGAIN: &str = "restored";

/// A directive's receipt with what follows from it at once, and what the rules are asked for behind it.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) facts: Vec<Body>,
    pub(crate) commands: Vec<Command>,
}

/// `filter_reads`: can the log be told so?
pub(crate) fn effects(
    directive: &Directive,
    now: UtcMs,
    filter_reads: impl Fn(&str) -> bool,
) -> Effects {
    let Ok(Some(wish)) = directive.wish() else {
        return refused(directive, "directive_kind");
    };
    match wish {
        Wish::FieldPolicySet(wish) => {
            let (name, number) = (wish.name, wish.number);
            applied(directive, Some(FieldPolicyChanged { name, number }.into()))
        }
        Wish::DncSet(wish) if fits(&wish) => {
            let changes = wish.changes;
            applied(directive, Some(TenantDncChanged { changes }.into()))
        }
        Wish::DncSet(_) => refused(directive, "directive_limits"),
        Wish::LogLevelSet(wish) => log_level(directive, wish, now, filter_reads),
        Wish::ErasureReceipts(wish) => erasure_receipts(directive, &wish),
        Wish::PartiesErase(wish) => parties_erase(directive, wish),
        Wish::Passed(_) => applied(directive, None),
    }
}

/// Only of headquarters' own copies: for the others the branch speaks itself.
fn erasure_receipts(directive: &Directive, wish: &ErasureReceipts) -> Effects {
    let own = |copy: DataCopy| copy.is_of_headquarters();
    if wish.receipts.len() > ERASURES_MAX || !wish.receipts.iter().all(|one| own(one.copy)) {
        return refused(directive, "directive_limits");
    }
    let commands = wish
        .receipts
        .iter()
        .map(|one| Command::NoteErasureConfirmed {
            party: one.party,
            copy: one.copy,
            on: one.on,
        });
    asked(directive, commands.collect())
}

fn parties_erase(directive: &Directive, wish: PartiesErase) -> Effects {
    if wish.parties.len() > ERASURES_MAX {
        return refused(directive, "directive_limits");
    }
    let commands = wish.parties.into_iter().map(|party| Command::EraseParty {
        party,
        reason: ERASED_AGAIN.to_owned(),
    });
    asked(directive, commands.collect())
}

fn asked(directive: &Directive, commands: Vec<Command>) -> Effects {
    Effects {
        commands,
        ..applied(directive, None)
    }
}

/// What counts ahead of its turn: refusals of contact, never their lifting.
pub(crate) fn urgent(directive: &Directive) -> Option<TenantDncChanged> {
    let Ok(Some(Wish::DncSet(wish))) = directive.wish() else {
        return None;
    };
    let within = fits(&wish);
    let changes: Vec<_> = wish
        .changes
        .into_iter()
        .filter(|change| change.refused)
        .collect();
    (within && !changes.is_empty()).then_some(TenantDncChanged { changes })
}

fn fits(wish: &DncSet) -> bool {
    wish.changes.len() <= DNC_CHANGES_MAX
        && wish.changes.iter().all(|change| {
            change.index.len() == INDEX_BYTES && change.reason.len() <= REASON_BYTES_MAX
        })
}

fn log_level(
    directive: &Directive,
    wish: LogLevelSet,
    now: UtcMs,
    filter_reads: impl Fn(&str) -> bool,
) -> Effects {
    let LogLevelSet { filter, until_utc } = wish;
    if filter.len() > FILTER_BYTES_MAX || !filter_reads(&filter) {
        return refused(directive, "directive_filter");
    }
    if until_utc.ms_since(now) > LOG_MS_MAX {
        return refused(directive, "directive_limits");
    }
    if until_utc <= now {
        return refused(directive, "directive_expired");
    }
    let until = Some(until_utc);
    applied(directive, Some(LogFilterChanged { filter, until }.into()))
}

fn applied(directive: &Directive, effect: Option<Body>) -> Effects {
    let receipt = DirectiveApplied {
        seq: directive.seq,
        kind: directive.kind.clone(),
        code: "done".to_owned(),
    };
    let facts = [Some(receipt.into()), effect].into_iter().flatten();
    Effects {
        facts: facts.collect(),
        commands: Vec::new(),
    }
}

/// It stays in the inbox, so that a later version can look again; nothing waits behind it.
fn refused(directive: &Directive, code: &str) -> Effects {
    let seq = directive.seq;
    let code = code.to_owned();
    Effects {
        facts: vec![DirectiveRefused { seq, code }.into()],
        commands: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{effects, urgent};
    use messages::directive::{
        Directive, DncSet, ERASURES_MAX, ErasureReceipt, ErasureReceipts, FieldPolicySet, HqSees,
        LogLevelSet, PartiesErase, Wish,
    };
    use messages::lane::DncChange;
    use messages::{BoxId, DataCopy, PartyId, UtcMs};

    const NOW: UtcMs = UtcMs(1_000_000);

    fn directive(wish: impl Into<Wish>) -> Directive {
        let box_id = BoxId::parse("sz-01").unwrap();
        Directive::new("hq", box_id, 3, NOW, &wish.into()).unwrap()
    }

    fn change(refused: bool, bytes: usize) -> DncChange {
        DncChange {
            index: vec![7; bytes],
            refused,
            reason: "asked".to_owned(),
            utc: NOW,
        }
    }

    fn log(filter: &str, until: i64) -> LogLevelSet {
        LogLevelSet {
            filter: filter.to_owned(),
            until_utc: UtcMs(NOW.0 + until),
        }
    }

    #[test]
    fn each_directive_has_one_receipt_and_its_effect() {
        let sees = FieldPolicySet {
            name: HqSees::Clear,
            number: HqSees::Never,
        };
        let dnc = |changes| DncSet { changes };
        let table: [(Directive, &[&str]); 7] = [
            (
                directive(sees),
                &["directive_applied", "field_policy_changed"],
            ),
            (
                directive(dnc(vec![change(true, 16)])),
                &["directive_applied", "tenant_dnc_changed"],
            ),
            (
                directive(dnc(vec![change(true, 15)])),
                &["directive_refused"],
            ),
            (
                directive(log("debug", 1_000)),
                &["directive_applied", "log_filter_changed"],
            ),
            (directive(log("debug", -1)), &["directive_refused"]),
            (directive(log("nonsense", 1_000)), &["directive_refused"]),
            (
                directive(log("debug", 30 * 86_400_000)),
                &["directive_refused"],
            ),
        ];
        for (directive, expected) in table {
            let kinds: Vec<&str> = effects(&directive, NOW, |filter| filter != "nonsense")
                .facts
                .iter()
                .map(messages::fact::Body::kind)
                .collect();
            assert_eq!(kinds, expected, "{directive:?}");
        }
    }

    #[test]
    fn a_kind_of_tomorrow_is_refused_by_name_and_nothing_waits_behind_it() {
        let mut tomorrow = directive(DncSet { changes: vec![] });
        tomorrow.kind = "moon_landing".to_owned();
        let effects = effects(&tomorrow, NOW, |_| true);
        assert!(matches!(
            &effects.facts[..],
            [messages::fact::Body::DirectiveRefused(fact)] if fact.code == "directive_kind"
        ));
    }

    #[test]
    fn an_erasure_is_asked_of_the_rules_and_only_headquarters_own_copies_are_believed() {
        let party = PartyId::from_bytes([1; 16]);
        let receipt = |copy| ErasureReceipts {
            receipts: vec![ErasureReceipt {
                party,
                copy,
                on: NOW,
            }],
        };
        let asked = |wish: Wish| {
            let effects = effects(&directive(wish), NOW, |_| true);
            (effects.facts[0].kind(), effects.commands.len())
        };
        let again = PartiesErase {
            parties: vec![party; 2],
        };
        assert_eq!(asked(again.into()), ("directive_applied", 2));
        assert_eq!(
            asked(receipt(DataCopy::HqKeys).into()),
            ("directive_applied", 1)
        );
        assert_eq!(
            asked(receipt(DataCopy::BranchVault).into()),
            ("directive_refused", 0)
        );
        let many = PartiesErase {
            parties: vec![party; ERASURES_MAX + 1],
        };
        assert_eq!(asked(many.into()), ("directive_refused", 0));
    }

    #[test]
    fn ahead_of_its_turn_only_what_adds_refusals_counts() {
        let both = DncSet {
            changes: vec![change(true, 16), change(false, 16)],
        };
        let changed = urgent(&directive(both)).unwrap();
        assert_eq!(changed.changes, [change(true, 16)]);
        let lifts = DncSet {
            changes: vec![change(false, 16)],
        };
        assert_eq!(urgent(&directive(lifts)), None);
    }
}
