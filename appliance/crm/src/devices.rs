//! Desk phones that are configured by the branch: whose number a device has, and how often it was told.
use core::time::Duration;
use messages::command::{DeviceAssignment, DeviceServed};
use messages::fact::{
    Body, DeviceAssigned, DeviceProvisioned, DeviceReleased, PhoneConfigured, PhoneRemoved,
};
use messages::registry::{Asked, Decision, Outcome, Registry};
use messages::{Mac, Refusal, UtcMs};

/// For phones that wait in their boxes.
const OPEN_MAX: Duration = Duration::from_secs(7 * 86_400);
const LABEL_MAX: usize = 64;
const MODEL_MAX: usize = 64;
const USER_AGENT_MAX: usize = 200;

/// Where the number is new, its phone is made too.
pub(crate) fn assign(
    wish: &DeviceAssignment,
    asked: &Asked<'_>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let extension = &wish.extension;
    if registry.hunt_group(extension)?.is_some() {
        return Err(Refusal::NumberTaken);
    }
    let sound = wish.open_for <= OPEN_MAX
        && wish.label.chars().count() <= LABEL_MAX
        && wish.model.chars().count() <= MODEL_MAX;
    if !sound {
        return Err(Refusal::SettingsInvalid);
    }
    let mut facts: Vec<Body> = Vec::new();
    if !registry.has_extension(extension)? {
        let label = if wish.label.is_empty() {
            extension.as_str()
        } else {
            wish.label.as_str()
        };
        let phone = PhoneConfigured {
            extension: extension.clone(),
            label: label.to_owned(),
            password: registry.seal_secret(&format!("phone:{extension}"), &wish.password),
            of_device: true,
        };
        facts.push(phone.into());
    }
    let millis = i64::try_from(wish.open_for.as_millis()).unwrap_or(i64::MAX);
    let assigned = DeviceAssigned {
        mac: wish.mac,
        vendor: wish.vendor,
        model: wish.model.clone(),
        extension: extension.clone(),
        open_until: UtcMs(asked.now.utc.0.saturating_add(millis)),
    };
    facts.push(assigned.into());
    Ok(Decision {
        facts,
        outcome: Outcome::Done,
    })
}

/// A phone that was made together with its device goes with it.
pub(crate) fn release(mac: Mac, registry: &dyn Registry) -> Result<Decision, Refusal> {
    let device = registry.device(mac)?.ok_or(Refusal::UnknownDevice)?;
    let mut facts: Vec<Body> = vec![DeviceReleased { mac }.into()];
    let plan = registry.plan()?;
    let mut phones = plan.phones.iter();
    if phones.any(|phone| phone.of_device && phone.extension == device.extension) {
        let extension = device.extension;
        facts.push(PhoneRemoved { extension }.into());
    }
    Ok(Decision {
        facts,
        outcome: Outcome::Done,
    })
}

/// Two configurations with one token never leave.
pub(crate) fn served(served: &DeviceServed, registry: &dyn Registry) -> Result<Decision, Refusal> {
    let mac = served.mac;
    let device = registry.device(mac)?.ok_or(Refusal::UnknownDevice)?;
    if device.serial != served.serial {
        return Err(Refusal::DeviceServed);
    }
    let user_agent = served.user_agent.chars().take(USER_AGENT_MAX);
    Ok(Decision::of(DeviceProvisioned {
        mac,
        extension: device.extension,
        source: served.source,
        user_agent: user_agent.collect(),
        serial: served.serial,
    }))
}
