//! Fanvil: XML by modules.
use crate::sheet::{Common, PICK_UP, Sheet};
use crate::xml::escaped;
use core::fmt::Write as _;

pub(super) fn common(common: &Common) -> String {
    let mut out = String::new();
    general(&mut out, common);
    whole(&out)
}

pub(super) fn own(sheet: &Sheet) -> String {
    let mut out = String::new();
    let common = &sheet.common;
    let extension = sheet.extension.as_str();
    let title = sheet.title();
    general(&mut out, common);
    let (port, expires) = (common.sip_port.to_string(), common.expires_s.to_string());
    let line = [
        ("Phone_Number", extension),
        ("Display_Name", &title),
        ("Sip_Name", &title),
        ("Register_Addr", &common.sip_host),
        ("Register_Port", &port),
        ("Register_User", extension),
        ("Register_Pswd", sheet.password.expose()),
        ("Register_TTL", &expires),
        ("Enable_Reg", "1"),
        ("DTMF_Mode", "1"),
        // answers by itself where the caller's Alert-Info or Call-Info says so
        ("Respond_Alert_Info", "1"),
    ];
    out.push_str("<SIP_CONFIG_MODULE><SIP_Line_List>\n<SIP_Line_List_Entry><ID>SIP1</ID>\n");
    elements(&mut out, &line);
    out.push_str("</SIP_Line_List_Entry></SIP_Line_List></SIP_CONFIG_MODULE>\n");
    out.push_str("<DSSKEY_CONFIG_MODULE><DSS_Key_List>\n");
    // the first key is the phone's own line
    for (colleague, key) in sheet.colleagues.iter().zip(2_u8..) {
        let value = format!("{0}@1/ba{PICK_UP}{0}", colleague.extension);
        let _ = writeln!(out, "<DSS_Key_List_Entry><ID>Fkey{key}</ID>");
        elements(
            &mut out,
            &[
                ("Type", "1"),
                ("Value", &value),
                ("Title", &colleague.label),
            ],
        );
        out.push_str("</DSS_Key_List_Entry>\n");
    }
    out.push_str("</DSS_Key_List></DSSKEY_CONFIG_MODULE>\n");
    let hours = (common.resync_s / 3_600).max(1).to_string();
    let (scheme, rest) = common.url.split_once("://").unwrap_or(("https", ""));
    // 4: HTTP, 5: HTTPS
    let protocol = if scheme == "http" { "4" } else { "5" };
    let file = format!("{}.cfg", sheet.mac);
    out.push_str("<AUTOUPDATE_CONFIG_MODULE>\n");
    elements(
        &mut out,
        &[
            ("Auto_Server_Addr", rest),
            ("Auto_Config_Name", &file),
            ("Auto_Protocol", protocol),
            ("Auto_Mode", "2"),
            ("Auto_Interval", &hours),
        ],
    );
    out.push_str("</AUTOUPDATE_CONFIG_MODULE>\n");
    whole(&out)
}

fn general(out: &mut String, common: &Common) {
    out.push_str("<GLOBAL_CONFIG_MODULE>\n");
    elements(
        out,
        &[
            ("Default_Language", "zh"),
            ("SNTP_Server", &common.ntp),
            ("Enable_SNTP", "1"),
            // quarters of an hour east of UTC
            ("Time_Zone", "32"),
            ("Time_Zone_Name", "UTC+8"),
        ],
    );
    out.push_str("</GLOBAL_CONFIG_MODULE>\n");
}

fn elements(out: &mut String, all: &[(&str, &str)]) {
    for (name, value) in all {
        let _ = writeln!(out, "<{name}>{}</{name}>", escaped(value));
    }
}

fn whole(modules: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<VOIP_CONFIG_FILE>\n<version>2.0000000000</version>\n{modules}</VOIP_CONFIG_FILE>\n"
    )
}
