//! What somebody has to look at.
use crate::coded::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// Why. A block of the gate that hints at fraud keeps the code of its refusal.
    AlarmKind {
        DestinationClosed = "destination_closed",
        OffHours = "off_hours",
        CallsCeiling = "calls_ceiling",
        RateCeiling = "rate_ceiling",
        MinutesCeiling = "minutes_ceiling",
        CostCeiling = "cost_ceiling",
        /// Sources that tried doors are shut out.
        SourceBanned = "source_banned",
        /// A trunk does not answer.
        TrunkUnreachable = "trunk_unreachable",
        /// A carrier does not take our registration.
        TrunkUnregistered = "trunk_unregistered",
        /// New calls are turned away so that those that are up are not harmed.
        LoadHigh = "load_high",
        /// A phone or a trunk did not do what it should when it was tried.
        SelfTestFailed = "self_test_failed",
    }
}

#[cfg(test)]
mod tests {
    use super::AlarmKind;
    use crate::Refusal;

    #[test]
    fn an_alarm_of_the_gate_has_the_code_of_its_refusal() {
        let of_gate = |kind: &&AlarmKind| Refusal::parse(kind.code()).is_some();
        assert_eq!(AlarmKind::ALL.iter().filter(of_gate).count(), 6);
    }
}
