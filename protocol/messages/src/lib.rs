//! What everybody in the house talks about: times, ids, numbers, facts, commands, refusals and what travels on the link.
//! The only crate that derives Serde for the wire.
#![forbid(unsafe_code)]

mod alarm;
mod coded;
mod data_copy;
mod destination;
mod device;
mod dialled;
mod disk_stage;
mod id;
mod load_stage;
mod money;
mod name;
mod outline;
mod personal;
mod phone_number;
mod self_test;
mod telephony;
mod time;
mod trunk;

mod call_settings;
pub mod ceilings;
pub mod command;
pub mod directive;
pub mod enrolment;
pub mod fact;
pub mod journal;
pub mod lane;
pub mod refusal;
pub mod registry;
pub mod snapshot;

pub mod wire;

pub use alarm::AlarmKind;
pub use data_copy::{DataCopy, KEY_BACKUP_DAYS_MAX, asked_before_backups, backups_gone};
pub use destination::Destination;
pub use device::{Device, DeviceVendor, Given, Mac};
pub use dialled::{BadDialled, Dialled, Digits, Emergency, Extension, PartyNumber};
pub use disk_stage::DiskStage;
pub use id::{
    AttemptId, BootId, BoxId, CallId, CommandId, CustomerId, IdMint, PartyId, RecordingId,
    TrunkName, UserName,
};
pub use load_stage::LoadStage;
pub use money::Money;
pub use name::{BadName, PersonName, Stage};
pub use outline::outline;
pub use personal::{Field, Personal, PersonalValue, SealFailed, Sealed, Sealer};
pub use phone_number::{BadPhoneNumber, NumberClass, PhoneNumber};
pub use refusal::Refusal;
pub use self_test::SelfTestVerdict;
pub use telephony::{
    BanReason, Direction, DivertReason, HangUpCause, Purpose, Q850, ReleasedBy, SipCode,
    SystemResult, UnbindReason,
};
pub use time::{Moment, Now, UtcMs};
