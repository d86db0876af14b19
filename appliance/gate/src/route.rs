//! Which rule fits dialled digits: the longest prefix whose target can take them.
use messages::Extension;
use messages::command::{DialRule, RuleTarget};

/// The rules, longest prefix first; equal prefixes in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct DialPlan(Vec<DialRule>);

/// A rule that fits, and what it makes of the digits.
pub(crate) struct Route<'a> {
    pub(crate) rule: &'a DialRule,
    /// What is left behind the stripped digits.
    pub(crate) kept: &'a str,
    /// What goes on: the kept digits behind the prepended ones.
    pub(crate) sent: String,
}

impl DialPlan {
    pub(crate) fn new(mut rules: Vec<DialRule>) -> Self {
        rules.sort_by_key(|rule| core::cmp::Reverse(rule.prefix.len()));
        Self(rules)
    }

    /// A rule to a phone fits only what is an extension after its change.
    pub(crate) fn find<'a>(&'a self, digits: &'a str) -> Option<Route<'a>> {
        self.0.iter().find_map(|rule| {
            let route = Route::by(rule, digits)?;
            match rule.to {
                RuleTarget::Phone => Extension::parse(&route.sent).map(|_| route),
                RuleTarget::Trunk(_) | RuleTarget::Trunks(_) => Some(route),
            }
        })
    }

    /// As `find`, among the rules to trunks; where none fits, the most general of them, the digits unchanged.
    pub(crate) fn find_outside<'a>(&'a self, digits: &'a str) -> Option<Route<'a>> {
        let to_trunk = |rule: &&DialRule| !rule.to.trunks().is_empty();
        let mut to_trunks = self.0.iter().filter(to_trunk);
        let fitting = to_trunks.find_map(|rule| Route::by(rule, digits));
        fitting.or_else(|| {
            let rule = self.0.iter().rfind(to_trunk)?;
            Some(Route {
                rule,
                kept: digits,
                sent: digits.to_owned(),
            })
        })
    }
}

impl<'a> Route<'a> {
    fn by(rule: &'a DialRule, digits: &'a str) -> Option<Self> {
        if !digits.starts_with(rule.prefix.as_str()) {
            return None;
        }
        let kept = digits.get(usize::from(rule.strip)..)?;
        let sent = format!("{}{kept}", rule.prepend);
        (!sent.is_empty()).then_some(Self { rule, kept, sent })
    }
}
