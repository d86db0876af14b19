//! What the legs agree on, and who hears whom.
use super::{Call, Told};
use crate::output::MediaOrder;
use crate::sdp::Description;
use bytes::Bytes;
use messages::fact::Side;

impl Call {
    /// Reads a side's answer to our offer. False: nothing is left that we carry.
    pub(super) fn take_answer(&mut self, side: Side, sdp: Option<Bytes>) -> bool {
        let Some(answer) = sdp.and_then(|bytes| Description::read(&bytes).ok()) else {
            return false;
        };
        answer
            .audio
            .is_some_and(|audio| self.leg(side).take(&audio))
    }

    /// Both sides hear each other; a tone of our own ends.
    pub(super) fn bridge(&self, told: &mut Told<'_>) {
        self.media(told, self.legs[1].media());
        self.media(told, MediaOrder::StopTone { side: Side::Caller });
        self.media(told, MediaOrder::Bridge);
    }
}
