//! Devices: who gets a number, what goes with it, and one token for one configuration.
use super::fake::Fake;
use core::time::Duration;
use messages::command::{Command, DeviceAssignment, DeviceServed, PhonePlan, Secret};
use messages::fact::Body;
use messages::{Device, DeviceVendor, Extension, Mac, Refusal, UtcMs};
use std::net::{IpAddr, Ipv4Addr};

fn mac() -> Mac {
    Mac::parse("00156574b1c2").unwrap()
}

fn assignment(extension: &str) -> DeviceAssignment {
    DeviceAssignment {
        mac: mac(),
        vendor: DeviceVendor::Yealink,
        model: "T31G".to_owned(),
        extension: Extension::parse(extension).unwrap(),
        label: "三楼".to_owned(),
        password: Secret::new("x".repeat(24)),
        open_for: Duration::from_secs(3_600),
    }
}

fn device(extension: &str, serial: u32) -> Device {
    Device {
        mac: mac(),
        vendor: DeviceVendor::Yealink,
        model: String::new(),
        extension: Extension::parse(extension).unwrap(),
        open_until: UtcMs(0),
        serial,
        given: None,
    }
}

#[test]
fn a_number_that_nobody_has_gets_its_phone_with_the_device() {
    let fake = Fake::new();
    let asked = Command::AssignDevice(assignment("1000"));
    assert_eq!(
        fake.kinds("user:admin", &asked),
        Ok(vec!["device_assigned"])
    );
    let asked = Command::AssignDevice(assignment("1011"));
    let facts = fake.asks("user:admin", &asked).unwrap().facts;
    let [Body::PhoneConfigured(phone), Body::DeviceAssigned(assigned)] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert!(phone.of_device && phone.label == "三楼");
    assert_eq!(assigned.open_until, UtcMs(1_790_000_000_000 + 3_600_000));
}

#[test]
fn only_an_admin_gives_numbers_and_not_for_ever() {
    let fake = Fake::new();
    let asked = Command::AssignDevice(assignment("1000"));
    for actor in ["user:agent", "user:supervisor", "hq"] {
        assert_eq!(
            fake.kinds(actor, &asked),
            Err(Refusal::NotAllowed),
            "{actor}"
        );
    }
    let for_ever = Command::AssignDevice(DeviceAssignment {
        open_for: Duration::from_secs(8 * 86_400),
        ..assignment("1000")
    });
    assert_eq!(
        fake.kinds("user:admin", &for_ever),
        Err(Refusal::SettingsInvalid)
    );
}

#[test]
fn a_phone_that_came_with_its_device_goes_with_it() {
    let mut fake = Fake::new();
    let release = Command::ReleaseDevice { mac: mac() };
    assert_eq!(
        fake.kinds("user:admin", &release),
        Err(Refusal::UnknownDevice)
    );
    fake.device = Some(device("1011", 0));
    assert_eq!(
        fake.kinds("user:admin", &release),
        Ok(vec!["device_released"])
    );
    fake.plan.phones = vec![PhonePlan {
        extension: Extension::parse("1011").unwrap(),
        label: String::new(),
        password: Secret::default(),
        of_device: true,
    }];
    assert_eq!(
        fake.kinds("user:admin", &release),
        Ok(vec!["device_released", "phone_removed"])
    );
}

#[test]
fn two_configurations_never_leave_with_one_token() {
    let mut fake = Fake::new();
    fake.device = Some(device("1000", 3));
    let served = |serial| {
        Command::NoteDeviceServed(DeviceServed {
            mac: mac(),
            serial,
            source: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "Yealink".to_owned(),
        })
    };
    assert_eq!(
        fake.kinds("system", &served(3)),
        Ok(vec!["device_provisioned"])
    );
    for serial in [0, 2, 4] {
        assert_eq!(
            fake.kinds("system", &served(serial)),
            Err(Refusal::DeviceServed)
        );
    }
    assert_eq!(
        fake.kinds("user:admin", &served(3)),
        Err(Refusal::NotAllowed)
    );
}
