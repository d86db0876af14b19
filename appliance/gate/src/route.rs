//! Which rule fits dialled digits: the longest prefix whose target can take them.
use messages::Extension;
use messages::command::{DialRule, RuleTarget};

/// The rules, longest prefix first; equal prefixes in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DialPlan(Vec<DialRule>);

impl DialPlan {
    pub(crate) fn new(mut rules: Vec<DialRule>) -> Self {
        rules.sort_by_key(|rule| core::cmp::Reverse(rule.prefix.len()));
        Self(rules)
    }

    /// A rule to a phone fits only what is an extension after its change.
    pub(crate) fn find(&self, digits: &str) -> Option<(&DialRule, String)> {
        self.0.iter().find_map(|rule| {
            let changed = change(rule, digits)?;
            match rule.to {
                RuleTarget::Phone => Extension::parse(&changed).map(|_| (rule, changed)),
                RuleTarget::Trunk(_) => Some((rule, changed)),
            }
        })
    }

    /// As `find`, among the rules to trunks; where none fits, the most general of them, the digits unchanged.
    pub(crate) fn find_outside(&self, digits: &str) -> Option<(&DialRule, String)> {
        let to_trunk = |rule: &&DialRule| matches!(rule.to, RuleTarget::Trunk(_));
        let fitting = self
            .0
            .iter()
            .filter(to_trunk)
            .find_map(|rule| Some((rule, change(rule, digits)?)));
        fitting.or_else(|| {
            self.0
                .iter()
                .rfind(to_trunk)
                .map(|rule| (rule, digits.to_owned()))
        })
    }
}

fn change(rule: &DialRule, digits: &str) -> Option<String> {
    if !digits.starts_with(rule.prefix.as_str()) {
        return None;
    }
    let kept = digits.get(usize::from(rule.strip)..)?;
    let changed = format!("{}{kept}", rule.prepend);
    (!changed.is_empty()).then_some(changed)
}
