//! Desk phones as things: which ones showed themselves, whose number each has, what they asked for and what became of it.
use super::call_orders::carry_out;
use super::coded;
use super::roles;
use super::state::AppState;
use crate::secrets;
use axum::extract::State;
use axum::http::StatusCode;
use branch::BranchOrder;
use core::time::Duration;
use messages::command::{Command, DeviceAssignment, Secret};
use messages::{Device, DeviceVendor, Extension, Mac, Refusal, UtcMs};
use portal::{ClientIp, CurrentUser, FieldError, Json, Path, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Requests that a page shows.
const REQUESTS_SHOWN: usize = 50;
/// How long a device is waited for where nobody says it.
const OPEN_USUAL_MIN: u32 = 60;
const OPEN_MAX_MIN: u32 = 7 * 24 * 60;
/// A phone that fetched its configuration has registered by then.
const REGISTERS_WITHIN_MS: u64 = 300_000;
const PASSWORD_CHARS: usize = 24;
/// Without those that people and displays mix up.
const ALPHABET: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// How far a device has come.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DevicePhase {
    /// It may fetch its configuration.
    Waiting,
    /// Nobody came in time.
    NeverCame,
    /// It has its configuration, and has not registered yet.
    Provisioning,
    Registered,
    /// It has its configuration, and is not registered.
    Fault,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
pub(super) struct DeviceView {
    /// Twelve hexadecimal digits.
    mac: String,
    #[schema(schema_with = coded::device_vendor)]
    vendor: DeviceVendor,
    model: String,
    extension: String,
    phase: DevicePhase,
    /// ms UTC; until then it may fetch its first configuration.
    #[schema(value_type = i64)]
    open_until: UtcMs,
    /// ms UTC
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    given: Option<UtcMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_to: Option<String>,
}

/// A device that showed itself and has no number yet.
#[derive(Serialize, ToSchema)]
#[schema(as = SeenDevice)]
pub(super) struct SeenView {
    mac: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = coded::device_vendor)]
    vendor: Option<DeviceVendor>,
    model: String,
    from: String,
    /// ms UTC
    #[schema(value_type = i64)]
    first: UtcMs,
    /// ms UTC
    #[schema(value_type = i64)]
    last: UtcMs,
}

/// What a phone asked for and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = ProvisioningRequest)]
pub(super) struct RequestView {
    /// ms UTC
    #[schema(value_type = i64)]
    at: UtcMs,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    /// The name of the file, or PnP.
    asked: String,
    #[schema(schema_with = coded::provisioning_verdict)]
    verdict: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Devices {
    items: Vec<DeviceView>,
    quarantine: Vec<SeenView>,
    requests: Vec<RequestView>,
    /// For the server that gives out the phones' addresses, as dnsmasq reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    dnsmasq: Option<String>,
}

/// Whose number a device gets.
#[derive(Deserialize, ToSchema)]
#[schema(as = DeviceAssignment)]
pub(super) struct AssignmentBody {
    /// A phone of the branch; a new number makes a new one, with a password of 24 characters.
    extension: String,
    /// What people call the place; of a new phone.
    #[serde(default)]
    label: String,
    /// Where its address does not say it.
    #[serde(default)]
    #[schema(schema_with = coded::device_vendor)]
    vendor: Option<DeviceVendor>,
    /// How long it may fetch its first configuration; an hour where it is not said.
    #[serde(default)]
    open_minutes: Option<u32>,
}

/// Desk phones that configure themselves
#[utoipa::path(get, path = "/api/v1/devices", tag = "branch",
    responses((status = 200, body = Devices)),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn devices(
    State(state): State<AppState>,
    user: CurrentUser,
    ClientIp(viewer): ClientIp,
) -> Result<Json<Devices>, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    let now = state.now();
    let devices = state.read(branch_store::Reader::devices).await?;
    let registered = registered(&state);
    let assigned: BTreeSet<Mac> = devices.iter().map(|one| one.mac).collect();
    let provision = state.provision();
    let seen = provision.seen().into_iter();
    let quarantine = seen.filter(|one| !assigned.contains(&one.mac));
    let own = provision.own_address_for(viewer);
    Ok(Json(Devices {
        items: devices
            .into_iter()
            .map(|one| view(one, &registered, now))
            .collect(),
        quarantine: quarantine
            .map(|one| SeenView {
                mac: one.mac.to_string(),
                vendor: one.vendor,
                model: one.model,
                from: one.from.to_string(),
                first: one.first,
                last: one.last,
            })
            .collect(),
        requests: provision
            .heard(REQUESTS_SHOWN)
            .into_iter()
            .map(|one| RequestView {
                at: one.at,
                from: one.from.to_string(),
                mac: one.mac.map(|mac| mac.to_string()),
                asked: one.asked,
                verdict: one.verdict.code(),
            })
            .collect(),
        dnsmasq: own.and_then(|own| provision.dnsmasq(own)),
    }))
}

/// Give a device a phone's number
///
/// It may then fetch its configuration once without a token; said again, once more.
#[utoipa::path(put, path = "/api/v1/devices/{mac}", tag = "branch",
    params(("mac" = String, Path, description = "its address on the wire")),
    request_body = AssignmentBody,
    responses((status = 204, description = "it is waited for")),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn assign(
    State(state): State<AppState>,
    user: CurrentUser,
    ClientIp(from): ClientIp,
    Path(mac): Path<String>,
    Json(body): Json<AssignmentBody>,
) -> Result<StatusCode, Problem> {
    let mac = Mac::parse(&mac).ok_or(Refusal::UnknownDevice)?;
    let wrong = |pointer, code| Problem::invalid(vec![FieldError::new(pointer, code)]);
    let extension =
        Extension::parse(&body.extension).ok_or_else(|| wrong("/extension", "not_an_extension"))?;
    let minutes = body.open_minutes.unwrap_or(OPEN_USUAL_MIN);
    if !(1..=OPEN_MAX_MIN).contains(&minutes) {
        return Err(wrong("/open_minutes", "out_of_range"));
    }
    let seen = state.provision().seen();
    let seen = seen.into_iter().find(|one| one.mac == mac);
    let known = state.read(move |reader| reader.device(mac)).await?;
    let of_device = || known.as_ref().map(|one| one.vendor);
    let vendor = body
        .vendor
        .or_else(|| seen.as_ref().and_then(|one| one.vendor))
        .or_else(|| provisioning::of_mac(mac))
        .or_else(of_device)
        .ok_or_else(|| wrong("/vendor", "missing"))?;
    let model = seen.map(|one| one.model).filter(|model| !model.is_empty());
    let model = model.or_else(|| known.as_ref().map(|one| one.model.clone()));
    let command = Command::AssignDevice(DeviceAssignment {
        mac,
        vendor,
        model: model.unwrap_or_default(),
        extension,
        label: body.label,
        password: password(),
        open_for: Duration::from_secs(u64::from(minutes) * 60),
    });
    state.propose(&user, from, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a device's number away
///
/// A phone that was made together with it goes too.
#[utoipa::path(delete, path = "/api/v1/devices/{mac}", tag = "branch",
    params(("mac" = String, Path)),
    responses((status = 204, description = "it has no number any longer")),
    extensions(("x-roles" = json!(roles::ADMINS))))]
pub(super) async fn release(
    State(state): State<AppState>,
    user: CurrentUser,
    ClientIp(from): ClientIp,
    Path(mac): Path<String>,
) -> Result<StatusCode, Problem> {
    let mac = Mac::parse(&mac).ok_or(Refusal::UnknownDevice)?;
    state
        .propose(&user, from, Command::ReleaseDevice { mac })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a phone to look for a new configuration
#[utoipa::path(post, path = "/api/v1/devices/{mac}/resync", tag = "branch",
    params(("mac" = String, Path)),
    responses((status = 202, description = "it was asked, wherever it is registered")),
    extensions(("x-roles" = json!(roles::LEADERS))))]
pub(super) async fn resync(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(mac): Path<String>,
) -> Result<StatusCode, Problem> {
    if !rights::may(user.role(), rights::Action::ManagePhones) {
        return Err(Problem::forbidden());
    }
    let mac = Mac::parse(&mac).ok_or(Refusal::UnknownDevice)?;
    let found = state.read(move |reader| reader.device(mac)).await?;
    let device = found.ok_or(Refusal::UnknownDevice)?;
    let how = match device.vendor {
        DeviceVendor::CiscoSpa => sip::Resync::Resync,
        DeviceVendor::Yealink
        | DeviceVendor::Grandstream
        | DeviceVendor::Fanvil
        | DeviceVendor::Snom => sip::Resync::CheckSync,
    };
    let extension = device.extension;
    carry_out(&state, BranchOrder::Resync { extension, how }).await
}

fn registered(state: &AppState) -> BTreeSet<Extension> {
    state.live().look(|board| {
        let there = board
            .phones
            .iter()
            .filter(|(_, phone)| !phone.bindings.is_empty());
        there.map(|(extension, _)| extension.clone()).collect()
    })
}

fn view(device: Device, registered: &BTreeSet<Extension>, now: UtcMs) -> DeviceView {
    let given = device.given.filter(|given| given.since_assigned);
    let phase = match given {
        None if now <= device.open_until => DevicePhase::Waiting,
        None => DevicePhase::NeverCame,
        Some(_) if registered.contains(&device.extension) => DevicePhase::Registered,
        Some(given) if now.ms_since(given.at) <= REGISTERS_WITHIN_MS => DevicePhase::Provisioning,
        Some(_) => DevicePhase::Fault,
    };
    DeviceView {
        mac: device.mac.to_string(),
        vendor: device.vendor,
        model: device.model,
        extension: device.extension.to_string(),
        phase,
        open_until: device.open_until,
        given: given.map(|given| given.at),
        given_to: given.map(|given| given.to.to_string()),
    }
}

/// Every character equally likely: bytes beyond the last whole multiple are thrown away.
fn password() -> Secret {
    let size = ALPHABET.len();
    let fair = 256 - 256 % size;
    let mut text = String::with_capacity(PASSWORD_CHARS);
    while text.len() < PASSWORD_CHARS {
        for byte in secrets::random::<32>() {
            let at = usize::from(byte);
            if at < fair && text.len() < PASSWORD_CHARS {
                text.push(char::from(ALPHABET[at % size]));
            }
        }
    }
    Secret::new(text)
}
