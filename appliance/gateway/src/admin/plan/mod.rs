//! The branch file: phones, trunks, rules, policy. Everything that is wrong is said at once, each with its line.
mod did;
mod error;
mod layout;
mod phone;
mod policy;
mod rule;
mod section;
mod trunk;

pub use error::{PlanError, PlanFault};

use super::lines::Lines;
use layout::one_key_each;
use messages::command::BranchPlan;
use section::Section;
use toml::de::{DeTable, DeValue};

/// Larger files are refused before they are read.
pub const PLAN_BYTES_MAX: usize = 1024 * 1024;
pub const PHONES_MAX: usize = 10_000;
const TRUNKS_MAX: usize = 100;
const RULES_MAX: usize = 1_000;
const DIDS_MAX: usize = 10_000;

/// Where errors are gathered.
pub(crate) struct Faults<'a> {
    file: &'a str,
    lines: Lines,
    found: Vec<PlanError>,
}

impl Faults<'_> {
    /// At a byte of the file.
    pub(crate) fn at(&mut self, byte: usize, key: &str, fault: PlanFault) {
        self.found.push(PlanError {
            file: self.file.to_owned(),
            line: self.lines.of(byte),
            key: key.to_owned(),
            fault,
        });
    }
}

/// Reads a branch file. `file` is the name that errors carry.
pub fn parse(text: &str, file: &str) -> Result<BranchPlan, Vec<PlanError>> {
    let mut faults = Faults {
        file,
        lines: Lines::of_text(text),
        found: Vec::new(),
    };
    if text.len() > PLAN_BYTES_MAX {
        faults.at(0, "", PlanFault::FileTooLong);
        return Err(faults.found);
    }
    let text = one_key_each(text);
    let (document, bad) = DeTable::parse_recoverable(&text);
    if !bad.is_empty() {
        for one in bad {
            let at = one.span().map_or(0, |span| span.start);
            faults.at(at, "", PlanFault::Syntax(one.message().to_owned()));
        }
        return Err(faults.found);
    }
    let plan = read(document.get_ref(), &mut faults);
    if faults.found.is_empty() {
        Ok(plan)
    } else {
        faults.found.sort_by_key(|error| error.line);
        Err(faults.found)
    }
}

fn read(document: &DeTable<'_>, faults: &mut Faults<'_>) -> BranchPlan {
    for key in document.keys() {
        let name = key.get_ref().as_ref();
        if !["policy", "phone", "trunk", "rule", "did"].contains(&name) {
            faults.at(key.span().start, name, PlanFault::UnknownKey);
        }
    }
    let policy = policy::read(document, faults);
    let trunks = trunk::read(sections(document, "trunk", TRUNKS_MAX, faults), faults);
    BranchPlan {
        profile: policy.profile,
        destinations: policy.destinations,
        ceilings: policy.ceilings,
        phones: phone::read(sections(document, "phone", PHONES_MAX, faults), faults),
        rules: rule::read(
            sections(document, "rule", RULES_MAX, faults),
            &trunks,
            faults,
        ),
        dids: did::read(sections(document, "did", DIDS_MAX, faults), &trunks, faults),
        trunks,
    }
}

/// The tables of `[[name]]`.
fn sections<'a>(
    document: &'a DeTable<'a>,
    name: &'static str,
    max: usize,
    faults: &mut Faults<'_>,
) -> Vec<Section<'a>> {
    let Some(value) = document.get(name) else {
        return Vec::new();
    };
    let at = value.span().start;
    let DeValue::Array(array) = value.get_ref() else {
        faults.at(at, name, PlanFault::WrongKind("[[…]]"));
        return Vec::new();
    };
    let mut sections = Vec::new();
    for one in array.iter() {
        match one.get_ref() {
            DeValue::Table(table) => sections.push(Section::new(name, table, one.span().start)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                faults.at(one.span().start, name, PlanFault::WrongKind("[[…]]"));
            }
        }
    }
    if sections.len() > max {
        faults.at(at, name, PlanFault::TooMany(max));
        sections.truncate(max);
    }
    sections
}

#[cfg(test)]
mod tests;
