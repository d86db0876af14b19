//! Refusals: the coded no. The code is stable and is the key of its zh/en text.
use thiserror::Error;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// Why a command was not carried out. A user can mend it, wait, or ask somebody.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
        #[error("{}", self.code())]
        pub enum Refusal { $($(#[$doc])* $name),* }

        impl Refusal {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

refusals! {
    NotAllowed = "not_allowed",
    UnknownCustomer = "unknown_customer",
    UnknownUser = "unknown_user",
    UnknownCall = "unknown_call",
    UnknownRecording = "unknown_recording",
    UnknownExtension = "unknown_extension",
    UnknownGroup = "unknown_group",
    /// Nobody at this address is shut out.
    UnknownSource = "unknown_source",
    UnknownDevice = "unknown_device",
    /// The device was given a configuration meanwhile.
    DeviceServed = "device_served",
    /// A phone or a group has this number.
    NumberTaken = "number_taken",
    /// Members that are no phones, or are named twice; times out of their range.
    SettingsInvalid = "settings_invalid",
    UserExists = "user_exists",
    ReasonMissing = "reason_missing",
    StageUnchanged = "stage_unchanged",
    /// The party was erased; nothing of it can be opened or dialled.
    PartyErased = "party_erased",
    /// Nobody is erased during a call.
    PartyInCall = "party_in_call",
    BadNumber = "bad_number",
    /// The branch file contradicts itself; nothing of it was applied.
    PlanInvalid = "plan_invalid",
    /// No dial rule fits the digits.
    NoRoute = "no_route",
    /// The digits are no public number, and the profile does not allow private ones.
    NumberForm = "number_form",
    /// The person does not want to be called.
    DoNotCall = "do_not_call",
    /// Numbers of this kind are not called: international, premium, satellite, until somebody opens them.
    DestinationClosed = "destination_closed",
    /// The branch calls nobody at this hour.
    OffHours = "off_hours",
    /// The phone has as many calls outside as it may.
    CallsCeiling = "calls_ceiling",
    /// The phone begins more calls within a minute than it may.
    RateCeiling = "rate_ceiling",
    /// The phone or the trunk has talked as long today as it may.
    MinutesCeiling = "minutes_ceiling",
    /// The phone, the trunk or the branch has cost as much today as it may.
    CostCeiling = "cost_ceiling",
    TrunkUnknown = "trunk_unknown",
    TrunkFull = "trunk_full",
    TrunkTooFast = "trunk_too_fast",
    PhoneNotRegistered = "phone_not_registered",
    PhoneBusy = "phone_busy",
    /// The phone has no side in the call.
    NotInCall = "not_in_call",
    /// The call is not up, or something else is going on in it.
    CallNotReady = "call_not_ready",
    /// The phone is registered at one place only.
    NoOtherPlace = "no_other_place",
    CallsFull = "calls_full",
    /// No room in the port pool.
    MediaFull = "media_full",
    /// A rule wants the call recorded, and the disk has no room for that.
    NoRoomToRecord = "no_room_to_record",
    /// The journal or the machine is behind; try again.
    Overloaded = "overloaded",
    /// Phones and trunks are being tried already.
    SelfTestRuns = "self_test_runs",
    JournalUnavailable = "journal_unavailable",
    /// The gateway is stopping, or has not finished starting.
    NotReady = "not_ready",
}

impl Refusal {
    /// The SIP answer to a phone whose call is refused (RFC 3261 §21).
    #[must_use]
    pub const fn sip_code(self) -> u16 {
        match self {
            Self::NotAllowed
            | Self::DoNotCall
            | Self::DestinationClosed
            | Self::OffHours
            | Self::CallsCeiling
            | Self::RateCeiling
            | Self::MinutesCeiling
            | Self::CostCeiling
            | Self::PartyErased => 403,
            Self::UnknownCustomer
            | Self::UnknownUser
            | Self::UnknownCall
            | Self::UnknownRecording
            | Self::UnknownExtension
            | Self::UnknownGroup
            | Self::UnknownSource
            | Self::UnknownDevice
            | Self::NoRoute
            | Self::TrunkUnknown => 404,
            Self::BadNumber | Self::NumberForm => 484,
            Self::PhoneNotRegistered | Self::NoOtherPlace => 480,
            Self::PhoneBusy | Self::PartyInCall => 486,
            Self::CallNotReady | Self::DeviceServed => 491,
            Self::NotInCall => 481,
            Self::UserExists
            | Self::NumberTaken
            | Self::SettingsInvalid
            | Self::ReasonMissing
            | Self::StageUnchanged
            | Self::SelfTestRuns
            | Self::PlanInvalid => 400,
            Self::TrunkFull
            | Self::TrunkTooFast
            | Self::CallsFull
            | Self::MediaFull
            | Self::NoRoomToRecord
            | Self::Overloaded
            | Self::JournalUnavailable
            | Self::NotReady => 503,
        }
    }
}
