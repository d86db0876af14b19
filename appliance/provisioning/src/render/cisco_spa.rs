//! Cisco SPA: a flat profile. Its phones first ask for their model's file, which sends them to their own.
use crate::sheet::{Common, PICK_UP, Sheet};
use crate::xml::escaped;
use core::fmt::Write as _;

/// The phone puts its address here, in small letters without colons.
const OWN_MAC: &str = "$MA";

pub(super) fn common(common: &Common) -> String {
    let mut out = String::new();
    general(&mut out, common, OWN_MAC);
    whole(&out)
}

pub(super) fn own(sheet: &Sheet) -> String {
    let mut out = String::new();
    let common = &sheet.common;
    let extension = sheet.extension.as_str();
    let title = sheet.title();
    general(&mut out, common, &sheet.mac.to_string());
    let proxy = format!("{}:{}", common.sip_host, common.sip_port);
    let expires = common.expires_s.to_string();
    for (name, value) in [
        ("Station_Name", title.as_str()),
        ("Line_Enable_1_", "Yes"),
        ("Proxy_1_", &proxy),
        ("Register_1_", "Yes"),
        ("Register_Expires_1_", &expires),
        ("Display_Name_1_", &title),
        ("Short_Name_1_", extension),
        ("User_ID_1_", extension),
        ("Auth_ID_1_", extension),
        ("Use_Auth_ID_1_", "Yes"),
        ("Password_1_", sheet.password.expose()),
        ("Preferred_Codec_1_", "G711a"),
        ("DTMF_Tx_Method_1_", "AVT"),
        ("Auth_Resync-Reboot_1_", "Yes"),
        // answers by itself where the caller's Call-Info says so
        ("Auto_Answer_Page", "Yes"),
        ("Attendant_Console_Call_Pickup_Code", PICK_UP),
    ] {
        element(&mut out, name, value);
    }
    // the first key is the phone's own line
    for (colleague, key) in sheet.colleagues.iter().zip(2_u8..) {
        let function = format!(
            "fnc=blf+sd+cp;sub={}@{};nme={}",
            colleague.extension,
            common.sip_host,
            colleague.label.replace(';', " ")
        );
        element(&mut out, &format!("Extension_{key}_"), "Disabled");
        element(&mut out, &format!("Extended_Function_{key}_"), &function);
    }
    whole(&out)
}

fn general(out: &mut String, common: &Common, mac: &str) {
    let rule = format!("{}{mac}.xml", common.url);
    for (name, value) in [
        ("Provision_Enable", "Yes"),
        ("Profile_Rule", rule.as_str()),
        ("Resync_On_Reset", "Yes"),
        ("Resync_Periodic", &common.resync_s.to_string()),
        ("Custom_CA_Rule", &common.authority_url),
        ("Language_Selection", "Chinese"),
        ("Time_Zone", "GMT+08:00"),
        ("Primary_NTP_Server", &common.ntp),
    ] {
        element(out, name, value);
    }
}

fn element(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "<{name}>{}</{name}>", escaped(value));
}

fn whole(elements: &str) -> String {
    format!("<flat-profile>\n{elements}</flat-profile>\n")
}
