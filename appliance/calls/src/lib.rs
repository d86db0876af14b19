//! Calls: two legs, anchored media, one story from the first INVITE to the last BYE. Knows neither SIP text nor packets.
#![forbid(unsafe_code)]

mod call;
mod cause;
mod input;
mod leg;
mod machine;
mod output;
pub mod sdp;

pub use input::{Callee, ClickToCall, Connect, Input, LegEvent, Limits, MediaPlace, Ports};
pub use machine::Calls;
pub use output::{Invitation, LegAct, MediaOrder, Output, TrunkInvite};
