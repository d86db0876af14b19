//! Who hears whom.
use super::{Call, Told};
use crate::leg::Leg;
use crate::output::MediaOrder;
use crate::sdp::FormatKind;
use messages::fact::Side;

impl Call {
    /// Both sides hear each other; a tone of our own ends.
    pub(super) fn bridge(&self, told: &mut Told<'_>, callee: MediaOrder) {
        self.media(told, callee);
        self.media(told, MediaOrder::StopTone { side: Side::Caller });
        self.media(told, MediaOrder::Bridge);
    }

    /// One side hears that somebody is being rung.
    pub(super) fn ringback(&self, told: &mut Told<'_>, side: Side) {
        let format = self.seat(side).map_or(FormatKind::ALaw, speech_of);
        self.media(told, MediaOrder::Ringback { side, format });
    }
}

/// Speech that both sides agreed on: the recorder's and the tone's format.
pub(super) fn speech_of(leg: &Leg) -> FormatKind {
    leg.speech().unwrap_or(FormatKind::ALaw)
}
