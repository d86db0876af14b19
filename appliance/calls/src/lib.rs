//! Calls: two sides, anchored media, one story from the first INVITE to the last BYE. Knows neither SIP text nor packets.
#![forbid(unsafe_code)]

mod call;
mod cause;
mod input;
mod leg;
mod machine;
mod output;
pub mod sdp;

pub use input::{
    Arrival, Callee, ClickToCall, Connect, Input, Join, LegEvent, LegNo, Limits, Next, Place,
    Ports, Replace, TakeOver,
};
pub use leg::KeySeed;
pub use machine::Calls;
pub use output::{
    AgreedKeys, Diverted, Invitation, Invitee, LegAct, MediaOrder, Output, Seated, TrunkInvite,
};
