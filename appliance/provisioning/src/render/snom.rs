//! Snom: XML of settings; `perm="R"`: not for the user to change.
use crate::sheet::{Common, PICK_UP, Sheet};
use crate::xml::escaped;
use core::fmt::Write as _;

pub(super) fn common(common: &Common) -> String {
    let mut out = String::new();
    general(&mut out, common);
    whole(&out, "")
}

pub(super) fn own(sheet: &Sheet) -> String {
    let mut out = String::new();
    let common = &sheet.common;
    let extension = sheet.extension.as_str();
    let title = sheet.title();
    general(&mut out, common);
    let host = format!("{}:{}", common.sip_host, common.sip_port);
    let expires = common.expires_s.to_string();
    let hours = (common.resync_s / 3_600).max(1);
    let server = format!("{}snom-{}.xml", common.url, sheet.mac);
    for (name, value) in [
        ("user_active", "on"),
        ("user_realname", &title),
        ("user_idle_text", &title),
        ("user_name", extension),
        ("user_pname", extension),
        ("user_pass", sheet.password.expose()),
        ("user_host", &host),
        ("user_expiry", &expires),
        ("user_srtp", "off"),
        ("codec_priority_list", "pcma,pcmu,telephone-event"),
    ] {
        let _ = writeln!(
            out,
            "<{name} idx=\"1\" perm=\"R\">{}</{name}>",
            escaped(value)
        );
    }
    for (name, value) in [
        ("setting_server", server.as_str()),
        // seconds
        ("settings_refresh_timer", &(hours * 3_600).to_string()),
        // answers by itself where the caller's Alert-Info or Call-Info says so
        ("answer_after_policy", "idle"),
    ] {
        let _ = writeln!(out, "<{name} perm=\"R\">{}</{name}>", escaped(value));
    }
    let mut keys = String::new();
    // the first key is the phone's own line
    for (colleague, key) in sheet.colleagues.iter().zip(1_u8..) {
        let (label, number) = (escaped(&colleague.label), &colleague.extension);
        let host = escaped(&common.sip_host);
        let _ = writeln!(
            keys,
            "<fkey idx=\"{key}\" context=\"1\" label=\"{label}\" perm=\"R\">blf sip:{number}@{host}|{PICK_UP}</fkey>"
        );
    }
    whole(&out, &keys)
}

fn general(out: &mut String, common: &Common) {
    for (name, value) in [
        ("language", "Chinese"),
        ("web_language", "Chinese"),
        ("timezone", "CHN+8"),
        ("ntp_server", &common.ntp),
        ("provisioning_order", "redirection:stop pnp:stop dhcp:stop"),
    ] {
        let _ = writeln!(out, "<{name} perm=\"R\">{}</{name}>", escaped(value));
    }
}

fn whole(settings: &str, keys: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<settings>\n<phone-settings>\n{settings}</phone-settings>\n<functionKeys>\n{keys}</functionKeys>\n</settings>\n"
    )
}
