//! What the test before the shift found of a phone and a trunk.
use crate::coded::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// One phone, and the trunk that it called over.
    SelfTestVerdict {
        /// The phone answered, and the call came back to us over the carrier.
        Good = "good",
        /// It answered; no trunk has a number of ours that could be called.
        NoNumber = "no_number",
        /// It has not registered.
        PhoneAway = "phone_away",
        /// Somebody talks on it.
        PhoneBusy = "phone_busy",
        /// It rang and was not answered.
        PhoneSilent = "phone_silent",
        /// The call did not come back: the carrier said why, or nothing.
        TrunkFailed = "trunk_failed",
        /// We did not let it out; the refusal's code says why.
        Refused = "refused",
    }
}

impl SelfTestVerdict {
    /// Nothing that somebody has to see to.
    #[must_use]
    pub const fn is_well(self) -> bool {
        matches!(self, Self::Good | Self::NoNumber | Self::PhoneBusy)
    }
}
