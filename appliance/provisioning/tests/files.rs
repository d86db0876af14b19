//! Every maker's file as it leaves, byte for byte; and no text of a person breaks out of its place.
#![allow(clippy::unwrap_used)]
use expect_test::expect_file;
use messages::command::Secret;
use messages::{DeviceVendor, Extension, Mac};
use provisioning::{Colleague, Common, Sheet, common, dnsmasq, own};

fn extension(digits: &str) -> Extension {
    Extension::parse(digits).unwrap()
}

fn sheet(label: &str) -> Sheet {
    let url = "https://192.168.1.10:8443/provisioning/t/00112233445566778899aabbccddeeff/";
    Sheet {
        common: Common {
            sip_host: "192.168.1.10".to_owned(),
            sip_port: 5060,
            url: url.to_owned(),
            authority_url: "http://192.168.1.10:8080/setup/ca.crt".to_owned(),
            expires_s: 300,
            ntp: "ntp.ntsc.ac.cn".to_owned(),
            resync_s: 86_400,
        },
        mac: Mac::parse("00156574b1c2").unwrap(),
        extension: extension("1001"),
        label: label.to_owned(),
        password: Secret::new("Jk3mNp8qRt5vWx7zBc2dFg4h".to_owned()),
        colleagues: vec![
            Colleague {
                extension: extension("1002"),
                label: "销售二".to_owned(),
            },
            Colleague {
                extension: extension("1003"),
                label: "R&D <三>".to_owned(),
            },
        ],
    }
}

#[test]
fn every_makers_files_are_these() {
    let sheet = sheet("前台");
    for vendor in DeviceVendor::ALL {
        let code = vendor.code();
        let path = |kind: &str| format!("./files/{code}.{kind}.txt");
        expect_file![path("own")].assert_eq(&own(*vendor, &sheet).text);
        expect_file![path("common")].assert_eq(&common(*vendor, &sheet.common).text);
    }
    expect_file!["./files/dnsmasq.txt"]
        .assert_eq(&dnsmasq("https://192.168.1.10:8443/provisioning/"));
}

#[test]
fn a_common_file_holds_no_account() {
    for vendor in DeviceVendor::ALL {
        let text = common(*vendor, &sheet("前台").common).text;
        assert!(
            !text.contains("1001") && !text.contains("Jk3m"),
            "{vendor:?}"
        );
    }
}

#[test]
fn a_name_stays_in_its_place() {
    let nasty = "a\"/>&<b>\naccount.1.password = x\r\n";
    let (plain, odd) = (sheet("a"), sheet(nasty));
    for vendor in DeviceVendor::ALL {
        let lines = |sheet: &Sheet| own(*vendor, sheet).text.lines().count();
        assert_eq!(lines(&plain), lines(&odd), "{vendor:?}");
        let text = own(*vendor, &odd).text;
        assert!(
            *vendor == DeviceVendor::Yealink || !text.contains("<b>"),
            "{vendor:?}"
        );
    }
}
