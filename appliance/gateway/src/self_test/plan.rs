//! Which phone calls over which trunk, so that each of both is tried once.
use messages::command::{BranchPlan, Did, TrunkPlan};
use messages::{Extension, TrunkName};

/// A number of ours behind a trunk: a call to it comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) trunk: TrunkName,
    pub(super) number: String,
}

/// Trunks that have a number of ours.
pub(super) fn lines(plan: &BranchPlan) -> Vec<Line> {
    let only_one = plan.trunks.len() == 1;
    let line = |trunk: &TrunkPlan| {
        let named = |did: &&Did| did.trunk.as_ref() == Some(&trunk.name);
        let shown = |did: &&Did| {
            let free = did.trunk.is_none();
            free && (only_one || trunk.callers().any(|caller| *caller == did.number))
        };
        let mut dids = plan.dids.iter();
        let found = dids.find(named).or_else(|| plan.dids.iter().find(shown));
        found.map(|did| Line {
            trunk: trunk.name.clone(),
            number: did.number.clone(),
        })
    };
    plan.trunks.iter().filter_map(line).collect()
}

/// Each phone over one line, the lines in turn; where there are more lines than phones, phones call again.
pub(super) fn pairs(phones: &[Extension], lines: &[Line]) -> Vec<(Extension, Option<Line>)> {
    if phones.is_empty() {
        return Vec::new();
    }
    let count = phones.len().max(lines.len());
    let pair = |n: usize| {
        let line = (!lines.is_empty()).then(|| lines[n % lines.len()].clone());
        (phones[n % phones.len()].clone(), line)
    };
    (0..count).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::{Line, lines, pairs};
    use messages::ceilings::Ceilings;
    use messages::command::{BranchPlan, Did, Profile, TrunkPlan};
    use messages::{Extension, TrunkName};

    fn extension(text: &str) -> Extension {
        Extension::parse(text).unwrap()
    }

    fn name(text: &str) -> TrunkName {
        TrunkName::parse(text).unwrap()
    }

    fn line(trunk: &str) -> Line {
        Line {
            trunk: name(trunk),
            number: "1".to_owned(),
        }
    }

    fn did(number: &str, trunk: Option<&str>) -> Did {
        Did {
            number: number.to_owned(),
            trunk: trunk.map(name),
            to: extension("1000"),
        }
    }

    fn plan(trunks: Vec<TrunkPlan>, dids: Vec<Did>) -> BranchPlan {
        BranchPlan {
            profile: Profile::Lab,
            phones: Vec::new(),
            trunks,
            rules: Vec::new(),
            dids,
            destinations: Vec::new(),
            ceilings: Ceilings::default(),
        }
    }

    #[test]
    fn each_phone_and_each_line_is_tried() {
        let phones = ["1000", "1001", "1002"].map(extension);
        let tried = pairs(&phones, &[line("a"), line("b")]);
        let told: Vec<_> = tried
            .iter()
            .map(|(phone, line)| format!("{phone}{}", line.as_ref().unwrap().trunk))
            .collect();
        assert_eq!(told, ["1000a", "1001b", "1002a"]);
        let more_lines = pairs(&phones[..1], &[line("a"), line("b")]);
        assert_eq!(more_lines.len(), 2);
        assert_eq!(pairs(&phones, &[])[1], (extension("1001"), None));
        assert_eq!(pairs(&[], &[line("a")]), []);
    }

    #[test]
    fn a_trunk_is_tried_by_its_own_number() {
        let shown = TrunkPlan {
            caller: Some("02011112222".to_owned()),
            ..TrunkPlan::new(name("b"), "192.0.2.1:5060")
        };
        let trunks = vec![TrunkPlan::new(name("a"), "192.0.2.2:5060"), shown];
        let dids = vec![did("02099990000", Some("a")), did("02011112222", None)];
        let found = lines(&plan(trunks.clone(), dids));
        let numbers: Vec<_> = found.iter().map(|line| line.number.as_str()).collect();
        assert_eq!(numbers, ["02099990000", "02011112222"]);
        // a number of nobody's in particular is the only trunk's
        let other = vec![did("02033334444", None)];
        assert_eq!(lines(&plan(trunks.clone(), other.clone())), []);
        assert_eq!(lines(&plan(trunks[..1].to_vec(), other)).len(), 1);
    }
}
