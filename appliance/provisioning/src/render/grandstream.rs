//! Grandstream: XML of P-values.
use crate::sheet::{Common, PICK_UP, Sheet};
use crate::xml::escaped;
use core::fmt::Write as _;
use messages::Mac;

pub(super) fn common(common: &Common) -> String {
    let mut out = String::new();
    general(&mut out, common);
    whole(None, &out)
}

pub(super) fn own(sheet: &Sheet) -> String {
    let mut out = String::new();
    let common = &sheet.common;
    let extension = sheet.extension.as_str();
    let title = sheet.title();
    general(&mut out, common);
    let server = format!("{}:{}", common.sip_host, common.sip_port);
    let minutes = (common.expires_s / 60).max(1).to_string();
    let resync = (common.resync_s / 60).max(60).to_string();
    for (key, value) in [
        (271, "1"),
        (270, title.as_str()),
        (3, &title),
        (47, &server),
        (35, extension),
        (36, extension),
        (34, sheet.password.expose()),
        // registers, over UDP, again after so many minutes
        (31, "1"),
        (130, "0"),
        (32, &minutes),
        // PCMA, PCMU
        (57, "8"),
        (58, "0"),
        // digits as RFC 4733 events
        (2_301, "0"),
        (2_302, "1"),
        (2_303, "0"),
        // answers by itself where the caller's Alert-Info or Call-Info says so
        (298, "1"),
        // before the number behind a lamp that blinks
        (1_347, PICK_UP),
        // looks for a new configuration every so many minutes
        (194, "1"),
        (193, &resync),
    ] {
        value_of(&mut out, key, value);
    }
    // multi-purpose keys: mode (1: busy lamp), account, name, number
    for (colleague, key) in sheet.colleagues.iter().zip(0_u16..7) {
        for (place, value) in [
            (323 + key, "1"),
            (301 + 3 * key, "0"),
            (302 + 3 * key, colleague.label.as_str()),
            (303 + 3 * key, colleague.extension.as_str()),
        ] {
            value_of(&mut out, place, value);
        }
    }
    whole(Some(sheet.mac), &out)
}

fn general(out: &mut String, common: &Common) {
    let (scheme, path) = common.url.split_once("://").unwrap_or(("https", ""));
    let protocol = if scheme == "http" { "1" } else { "2" };
    for (key, value) in [
        (1_362, "zh"),
        (64, "TZX-8"),
        (30, common.ntp.as_str()),
        (212, protocol),
        (237, path.trim_end_matches('/')),
    ] {
        value_of(out, key, value);
    }
}

fn value_of(out: &mut String, key: u16, value: &str) {
    let _ = writeln!(out, "<P{key}>{}</P{key}>", escaped(value));
}

fn whole(mac: Option<Mac>, values: &str) -> String {
    let mac = mac.map_or_else(String::new, |mac| format!("<mac>{mac}</mac>\n"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<gs_provision version=\"1\">\n{mac}<config version=\"1\">\n{values}</config>\n</gs_provision>\n"
    )
}
