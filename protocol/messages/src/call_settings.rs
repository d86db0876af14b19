//! What becomes of calls to the branch's phones: forwards, do not disturb, hunt groups.
use crate::Extension;
use crate::command::Secret;
use serde::{Deserialize, Serialize};

/// 寻线组: one number that rings several phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntGroup {
    pub number: Extension,
    pub label: String,
    pub members: Vec<Extension>,
    pub strategy: HuntStrategy,
    /// How long each member rings where they ring one after the other.
    pub ring_s: u16,
}

/// Who of a group rings first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HuntStrategy {
    /// 同振
    #[default]
    RingAll,
    /// 顺振: in the group's own order.
    InTurn,
    /// 最长空闲
    LongestIdle,
}

impl HuntStrategy {
    pub const ALL: [Self; 3] = [Self::RingAll, Self::InTurn, Self::LongestIdle];

    /// Stable; also the key of its label in the UI.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RingAll => "ring_all",
            Self::InTurn => "in_turn",
            Self::LongestIdle => "longest_idle",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What becomes of calls to a phone that does not, or is not to, take them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallHandling {
    /// 免打扰: answered as busy.
    pub do_not_disturb: bool,
    /// 呼叫等待: a phone in a call rings for another one.
    pub call_waiting: bool,
    /// Digits as they would be dialled.
    pub forward_always: Option<String>,
    pub forward_busy: Option<String>,
    /// Also where the phone cannot be reached.
    pub forward_no_answer: Option<String>,
    /// How long it rings before that.
    pub no_answer_s: u16,
}

impl Default for CallHandling {
    fn default() -> Self {
        Self {
            do_not_disturb: false,
            call_waiting: true,
            forward_always: None,
            forward_busy: None,
            forward_no_answer: None,
            no_answer_s: 20,
        }
    }
}

impl CallHandling {
    /// The numbers that calls are given on to, always, when busy, without an answer.
    #[must_use]
    pub fn forwards(&self) -> [Option<&String>; 3] {
        [
            self.forward_always.as_ref(),
            self.forward_busy.as_ref(),
            self.forward_no_answer.as_ref(),
        ]
    }

    /// They may be somebody's own: one text, to be sealed by the box key.
    #[must_use]
    pub fn forwards_text(&self) -> Secret {
        let lines = self.forwards().map(|one| one.map_or("", String::as_str));
        Secret::new(lines.join("\n"))
    }

    #[must_use]
    pub fn with_forwards(mut self, text: &Secret) -> Self {
        let mut lines = text.expose().split('\n');
        let mut next = || lines.next().filter(|line| !line.is_empty());
        self.forward_always = next().map(str::to_owned);
        self.forward_busy = next().map(str::to_owned);
        self.forward_no_answer = next().map(str::to_owned);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::CallHandling;

    #[test]
    fn forwards_come_back_from_their_text() {
        let to = |text: &str| Some(text.to_owned());
        for (always, busy, no_answer) in [
            (None, None, None),
            (to("1001"), None, to("913800138000")),
            (None, to("1002"), None),
        ] {
            let handling = CallHandling {
                forward_always: always,
                forward_busy: busy,
                forward_no_answer: no_answer,
                ..CallHandling::default()
            };
            let text = handling.forwards_text();
            assert_eq!(CallHandling::default().with_forwards(&text), handling);
        }
    }
}
