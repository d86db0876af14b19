//! What a phone asks the web server for: its own file, its model's common file, or something that nobody has here.
use crate::maker;
use messages::{DeviceVendor, Mac};

/// A longer path or name of a client is no phone's.
const TEXT_MAX: usize = 256;

/// Which of its files a phone wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// With its account.
    Own,
    /// Of its model: language, time zone, where its own file is.
    Common,
    /// Boot files, firmware, ring tones, contacts: answered "not here", and the phone goes on to the next one.
    Other,
}

/// A request as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub file: File,
    /// The path and the name of the client agree, or one of them says it.
    pub mac: Option<Mac>,
    /// They do not agree.
    pub contradicts: bool,
    pub vendor: Option<DeviceVendor>,
    pub model: String,
    /// Where the path has one.
    pub token: Option<String>,
}

impl Request {
    /// `path` is what stands behind `/provisioning/`: `t/<token>/<file>` or `<file>`. `None`: no phone asks so.
    #[must_use]
    pub fn read(path: &str, user_agent: &str) -> Option<Self> {
        if path.len() > TEXT_MAX || user_agent.len() > TEXT_MAX {
            return None;
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (token, name) = match parts[..] {
            ["t", token, name] => (Some(token.to_owned()), name),
            [name] => (None, name),
            _ => return None,
        };
        // y000000000123.cfg: twelve digits that are no address
        let model_file = name.starts_with("y0");
        let of_path = mac_within(name).filter(|_| !model_file);
        let of_agent = mac_within(user_agent);
        let mac = of_path.or(of_agent);
        let said = maker::of_user_agent(user_agent);
        let vendor = said
            .as_ref()
            .map(|(vendor, _)| *vendor)
            .or_else(|| mac.and_then(maker::of_mac));
        Some(Self {
            file: file(&name.to_ascii_lowercase(), of_path.is_some(), vendor),
            mac,
            contradicts: of_path.is_some() && of_agent.is_some() && of_path != of_agent,
            vendor,
            model: said.map(|(_, model)| model).unwrap_or_default(),
            token,
        })
    }
}

fn file(name: &str, names_mac: bool, vendor: Option<DeviceVendor>) -> File {
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    match vendor {
        Some(DeviceVendor::Yealink) if kind == "cfg" => {
            if stem.starts_with("y0") {
                File::Common
            } else if names_mac {
                File::Own
            } else {
                File::Other
            }
        }
        Some(DeviceVendor::Fanvil) if kind == "cfg" && names_mac => File::Own,
        Some(DeviceVendor::Grandstream) if kind == "xml" && stem.starts_with("cfg") => {
            if names_mac { File::Own } else { File::Common }
        }
        // its name says its address also where the file is its model's
        Some(DeviceVendor::Snom) if matches!(kind, "htm" | "xml") && stem.starts_with("snom") => {
            File::Own
        }
        Some(DeviceVendor::CiscoSpa) if matches!(kind, "cfg" | "xml") => {
            if names_mac {
                File::Own
            } else if stem.starts_with("spa") {
                File::Common
            } else {
                File::Other
            }
        }
        Some(_) | None => File::Other,
    }
}

/// The first hardware address in a text, with or without separators.
fn mac_within(text: &str) -> Option<Mac> {
    let apart = |c: char| !c.is_ascii_hexdigit() && !matches!(c, ':' | '-');
    let found = text.split(apart).find_map(Mac::parse);
    found.or_else(|| {
        let plain = |c: char| !c.is_ascii_alphanumeric();
        text.split(plain).find_map(|word| {
            // `cfg000b82112233`, `spa000e08aabbcc`
            let at = word.len().checked_sub(12)?;
            let (front, back) = (word.get(..at)?, word.get(at..)?);
            let letters = front.bytes().all(|byte| byte.is_ascii_lowercase());
            Mac::parse(back).filter(|_| letters)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{File, Request};
    use proptest::prelude::*;

    #[test]
    fn every_makers_requests_are_understood() {
        let yealink = "Yealink SIP-T31G 124.86.0.40 00:15:65:74:b1:c2";
        let fanvil = "Fanvil X3SP 2.4.7 0c383e0a0b0c";
        let grandstream = "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b82112233";
        let snom = "Mozilla/4.0 (compatible; snomD785-SIP 10.1.73.16 00041396D9B4 SXM:0)";
        let cisco = "Cisco/SPA504G-7.5.7s (CBT123456AB)(000e08001122)";
        let own = File::Own;
        let table = [
            ("00156574b1c2.cfg", yealink, own, "00156574b1c2"),
            ("00156574B1C2.cfg", yealink, own, "00156574b1c2"),
            ("00156574b1c2.cfg", "", own, "00156574b1c2"),
            ("y000000000123.cfg", yealink, File::Common, "00156574b1c2"),
            ("y000000000123.boot", yealink, File::Other, "00156574b1c2"),
            ("00156574b1c2.boot", yealink, File::Other, "00156574b1c2"),
            ("0c383e0a0b0c.cfg", fanvil, own, "0c383e0a0b0c"),
            ("F0V00X300000.cfg", fanvil, File::Other, "0c383e0a0b0c"),
            ("cfg000b82112233.xml", grandstream, own, "000b82112233"),
            ("cfg000b82112233", grandstream, File::Other, "000b82112233"),
            ("cfggxp2135.xml", grandstream, File::Common, "000b82112233"),
            ("snomD785-00041396D9B4.htm", snom, own, "00041396d9b4"),
            ("snomD785.htm", snom, own, "00041396d9b4"),
            ("spa504G.cfg", cisco, File::Common, "000e08001122"),
            ("000e08001122.xml", cisco, own, "000e08001122"),
            ("spa000e08001122.cfg", cisco, own, "000e08001122"),
        ];
        for (path, agent, file, mac) in table {
            let read = Request::read(path, agent).unwrap();
            assert_eq!(read.file, file, "{path} {agent}");
            assert_eq!(read.mac.unwrap().to_string(), mac, "{path} {agent}");
            assert!(!read.contradicts, "{path} {agent}");
        }
    }

    #[test]
    fn a_token_stands_in_the_path_and_two_addresses_contradict() {
        let read = Request::read(
            "t/0123456789abcdef0123456789abcdef/00156574b1c2.cfg",
            "Yealink SIP-T31G 1 00:15:65:74:b1:c3",
        )
        .unwrap();
        assert_eq!(
            read.token.as_deref(),
            Some("0123456789abcdef0123456789abcdef")
        );
        assert!(read.contradicts);
        for path in ["", "t/x", "a/b/c/d", "../../etc/passwd", "t/x/y/z"] {
            assert_eq!(Request::read(path, ""), None, "{path}");
        }
        assert_eq!(Request::read("x.cfg", &"a".repeat(300)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(path in ".{0,300}", agent in ".{0,300}") {
            let _ = Request::read(&path, &agent);
        }
    }
}
