//! Yealink: lines of `key = value` behind a first line that has to be exactly this.
use crate::sheet::{Common, PICK_UP, Sheet, one_line};
use core::fmt::Write as _;

const HEAD: &str = "#!version:1.0.0.1\n";
/// A line key that shows another phone (BLF).
const LINE_KEY_BLF: u8 = 16;

pub(super) fn common(common: &Common) -> String {
    let mut out = HEAD.to_owned();
    general(&mut out, common);
    out
}

pub(super) fn own(sheet: &Sheet) -> String {
    let mut out = HEAD.to_owned();
    let common = &sheet.common;
    let extension = sheet.extension.as_str();
    let title = sheet.title();
    let minutes = (common.resync_s / 60).max(1).to_string();
    let (port, expires) = (common.sip_port.to_string(), common.expires_s.to_string());
    general(&mut out, common);
    for (key, value) in [
        ("static.auto_provision.server.url", common.url.as_str()),
        ("static.auto_provision.repeat.enable", "1"),
        ("static.auto_provision.repeat.minutes", &minutes),
        ("account.1.enable", "1"),
        ("account.1.label", &title),
        ("account.1.display_name", &title),
        ("account.1.auth_name", extension),
        ("account.1.user_name", extension),
        ("account.1.password", sheet.password.expose()),
        ("account.1.sip_server.1.address", &common.sip_host),
        ("account.1.sip_server.1.port", &port),
        ("account.1.sip_server.1.expires", &expires),
        ("account.1.sip_server.1.transport_type", "0"),
        ("account.1.codec.pcma.enable", "1"),
        ("account.1.codec.pcma.priority", "1"),
        ("account.1.codec.pcmu.enable", "1"),
        ("account.1.codec.pcmu.priority", "2"),
        // digits as RFC 4733 events
        ("account.1.dtmf.type", "1"),
    ] {
        line(&mut out, key, value);
    }
    // the first key is the phone's own line
    for (colleague, key) in sheet.colleagues.iter().zip(2_u8..) {
        let number = colleague.extension.as_str();
        line(
            &mut out,
            &format!("linekey.{key}.type"),
            &LINE_KEY_BLF.to_string(),
        );
        line(&mut out, &format!("linekey.{key}.line"), "1");
        line(&mut out, &format!("linekey.{key}.value"), number);
        line(&mut out, &format!("linekey.{key}.label"), &colleague.label);
    }
    out
}

fn general(out: &mut String, common: &Common) {
    for (key, value) in [
        ("lang.gui", "Chinese_S"),
        ("lang.wui", "Chinese_S"),
        ("local_time.time_zone", "+8"),
        ("local_time.time_zone_name", "China(Beijing)"),
        ("local_time.ntp_server1", common.ntp.as_str()),
        // answers by itself where the caller's Alert-Info or Call-Info says so
        ("features.intercom.allow", "1"),
        ("features.intercom.mute", "0"),
        ("features.pickup.direct_pickup_enable", "1"),
        ("features.pickup.direct_pickup_code", PICK_UP),
        ("static.trusted_certificates.url", &common.authority_url),
    ] {
        line(out, key, value);
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {}", one_line(value));
}
