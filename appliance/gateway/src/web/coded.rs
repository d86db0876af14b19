//! The coded words of the house as the API's document lists them: every code, so that the pages' types are unions.
use messages::command::HuntStrategy;
use messages::command::{Profile, Role};
use messages::{
    AlarmKind, BanReason, DataCopy, DeviceVendor, Direction, DiskStage, Purpose, ReleasedBy,
    SelfTestVerdict, Stage, SystemResult,
};
use provisioning::Verdict;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

fn one_of(codes: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes))
        .build()
}

pub(super) fn direction() -> Object {
    one_of(Direction::ALL.iter().map(|one| one.code()))
}

pub(super) fn purpose() -> Object {
    one_of(Purpose::ALL.iter().map(|one| one.code()))
}

pub(super) fn hunt_strategy() -> Object {
    one_of(HuntStrategy::ALL.iter().map(|one| one.code()))
}

pub(super) fn ban_reason() -> Object {
    one_of(BanReason::ALL.iter().map(|one| one.code()))
}

pub(super) fn alarm_kind() -> Object {
    one_of(AlarmKind::ALL.iter().map(|one| one.code()))
}

pub(super) fn device_vendor() -> Object {
    one_of(DeviceVendor::ALL.iter().map(|one| one.code()))
}

pub(super) fn provisioning_verdict() -> Object {
    one_of(Verdict::ALL.iter().map(|one| one.code()))
}

pub(super) fn released_by() -> Object {
    one_of(ReleasedBy::ALL.iter().map(|one| one.code()))
}

pub(super) fn system_result() -> Object {
    one_of(SystemResult::ALL.iter().map(|one| one.code()))
}

pub(super) fn self_test_verdict() -> Object {
    one_of(SelfTestVerdict::ALL.iter().map(|one| one.code()))
}

pub(super) fn stage() -> Object {
    one_of(Stage::ALL.into_iter().map(Stage::code))
}

pub(super) fn disk_stage() -> Object {
    one_of(DiskStage::ALL.into_iter().map(DiskStage::code))
}

pub(super) fn data_copy() -> Object {
    one_of(DataCopy::ALL.into_iter().map(DataCopy::code))
}

pub(super) fn role() -> Object {
    one_of(Role::ALL.into_iter().map(Role::code))
}

pub(super) fn profile() -> Object {
    one_of(Profile::ALL.into_iter().map(Profile::code))
}
