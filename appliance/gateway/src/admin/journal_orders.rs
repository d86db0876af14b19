//! Orders about the journal: whether it holds, what months it is in, whether the tables follow from it.
use super::execute::{Carried, Host, failed};
use super::order::{MonthLine, Report};
use branch_store::{Month, StateHash, Verdict};

pub(super) fn verify(host: &Host) -> Carried {
    host.store.flush();
    let verdict = host.store.verify().map_err(|bad| failed(&bad))?;
    let (_head, state) = host.store.state().map_err(|bad| failed(&bad))?;
    Ok(verified(verdict, state))
}

pub(super) fn verified(verdict: Verdict, state: StateHash) -> Report {
    Report::Verified {
        first: verdict.first,
        checked: verdict.checked,
        bad: verdict.bad.map(|bad| (bad.seq, bad.why.code().to_owned())),
        state: state.to_string(),
    }
}

pub(super) fn close_month(host: &Host) -> Carried {
    let month = host.store.close_month().map_err(|bad| failed(&bad))?;
    Ok(Report::Months(vec![line(&month)]))
}

pub(super) fn months(host: &Host) -> Carried {
    let months = host.store.months().map_err(|bad| failed(&bad))?;
    Ok(Report::Months(months.iter().map(line).collect()))
}

fn line(month: &Month) -> MonthLine {
    MonthLine {
        month: month.label.clone(),
        first: month.first,
        last: month.last,
        state: month.state_hash.to_string(),
        pruned: month.pruned.is_some(),
    }
}

pub(super) fn rebuild(host: &Host) -> Carried {
    let made = host.store.rebuild().map_err(|bad| failed(&bad))?;
    Ok(Report::Rebuilt {
        from: made.from,
        facts: made.facts,
        kept: made.kept.to_string(),
        rebuilt: made.rebuilt.to_string(),
        different: made.different,
    })
}
