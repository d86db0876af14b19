//! What travels on the link: one message type for each lane. Topics: `v1/u/{box}/…` up, `v1/d/{box}/…` down.
mod batch;
mod directives;
mod greeting;
mod health;
mod keys;
mod urgent;

pub use batch::{BATCH_BYTES_MAX, BATCH_FACTS_MAX, BATCH_WAIT_MS_MAX, Batch, Codec, Pull};
pub use directives::{
    BATCH_DIRECTIVES_BYTES_MAX, BATCH_DIRECTIVES_MAX, BoxCommand, COMMAND_BYTES_MAX, CommandCode,
    CommandResult, DirectiveAck, DirectiveBatch, Order,
};
pub use greeting::{Ack, Hello, MARKS_MAX, Verdict, Welcome};
pub use health::{HwSample, LinkState, Metrics};
pub use keys::{BATCH_KEYS_MAX, KeyAck, KeyBatch, KeyOffer, OfferedKey, WRAPPED_KEY_BYTES_MAX};
pub use urgent::{DNC_CHANGES_MAX, DncChange, Urgent};

use crate::BoxId;

pub const PROTOCOL: u16 = 1;
/// Version of what facts say. The neighbours above and below are understood as well.
pub const SCHEMA: u16 = 2;

/// Can facts of that schema be applied here?
#[must_use]
pub const fn schema_fits(schema: u16) -> bool {
    schema.abs_diff(SCHEMA) <= 1
}

/// A lane: the last part of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    // up
    Hello,
    Facts,
    Metrics,
    State,
    /// What became of commands.
    Result,
    /// A branch's new refusals of contact.
    UrgentUp,
    /// Offers of keys.
    KeysUp,
    /// A restored appliance asks for its lost tail.
    Pull,
    /// What the inbox has of the directives.
    DirectiveAck,
    // down
    Welcome,
    Ack,
    Directives,
    /// A signed directive ahead of its turn.
    UrgentDown,
    /// What the cloud has of the offers of keys.
    KeyAck,
    Command,
    /// The lost tail, as it was.
    Tail,
}

impl Lane {
    pub const UP: [Self; 9] = [
        Self::Hello,
        Self::Facts,
        Self::Metrics,
        Self::State,
        Self::Result,
        Self::UrgentUp,
        Self::KeysUp,
        Self::Pull,
        Self::DirectiveAck,
    ];
    pub const DOWN: [Self; 7] = [
        Self::Welcome,
        Self::Ack,
        Self::Directives,
        Self::UrgentDown,
        Self::KeyAck,
        Self::Command,
        Self::Tail,
    ];

    /// The last part of the topic; unique among the lanes of one way.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Facts => "facts",
            Self::Metrics => "metrics",
            Self::State => "state",
            Self::Result => "result",
            Self::UrgentUp | Self::UrgentDown => "urgent",
            Self::KeysUp | Self::KeyAck => "keys",
            Self::Pull => "pull",
            Self::DirectiveAck | Self::Ack => "ack",
            Self::Welcome => "welcome",
            Self::Directives => "directives",
            Self::Command => "command",
            Self::Tail => "tail",
        }
    }

    #[must_use]
    pub fn is_up(self) -> bool {
        Self::UP.contains(&self)
    }

    #[must_use]
    pub fn topic(self, box_id: &BoxId) -> String {
        let way = if self.is_up() { 'u' } else { 'd' };
        format!("v1/{way}/{box_id}/{}", self.name())
    }

    /// Reads a topic of ours: whose it is and which lane.
    #[must_use]
    pub fn of_topic(topic: &str) -> Option<(BoxId, Self)> {
        let mut parts = topic.split('/');
        let (version, way, box_id, name) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "v1" || parts.next().is_some() {
            return None;
        }
        let lanes: &[Self] = match way {
            "u" => &Self::UP,
            "d" => &Self::DOWN,
            _ => return None,
        };
        let lane = lanes.iter().copied().find(|lane| lane.name() == name)?;
        Some((BoxId::parse(box_id)?, lane))
    }
}

#[cfg(test)]
mod tests {
    use super::Lane;
    use crate::BoxId;

    #[test]
    fn topics_read_back_and_foreign_ones_are_none() {
        let box_id = BoxId::parse("sz-01").unwrap();
        for lane in Lane::UP.into_iter().chain(Lane::DOWN) {
            assert_eq!(
                Lane::of_topic(&lane.topic(&box_id)),
                Some((box_id.clone(), lane))
            );
        }
        for bad in [
            "",
            "v1/u/sz-01",
            "v1/d/sz-01/facts",
            "v2/u/sz-01/facts",
            "v1/u/sz-01/facts/x",
            "v1/u/+/facts",
        ] {
            assert_eq!(Lane::of_topic(bad), None, "{bad}");
        }
    }
}
