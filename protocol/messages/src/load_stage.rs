//! How far the appliance has given up new calls for want of time, so that those that are up are not harmed.
use crate::coded::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// In the order in which things are given up.
    LoadStage {
        Light = "light",
        /// No list is dialled.
        NoListDials = "no_list_dials",
        /// No call begins but emergencies: INVITEs are answered 503 with Retry-After.
        NoCalls = "no_calls",
    }
}

#[allow(clippy::derivable_impls)] // the macro derives for all alike
impl Default for LoadStage {
    fn default() -> Self {
        Self::Light
    }
}

impl LoadStage {
    #[must_use]
    pub const fn takes_list_dials(self) -> bool {
        matches!(self, Self::Light)
    }

    #[must_use]
    pub const fn takes_calls(self) -> bool {
        !matches!(self, Self::NoCalls)
    }
}
