//! Who made a phone: by its address on the wire (the OUI that IEEE gave its maker), or by what it calls itself.
use messages::DeviceVendor::{self, CiscoSpa, Fanvil, Grandstream, Snom, Yealink};
use messages::Mac;

/// Address blocks of phones. A block of a maker that makes other things too is not here.
const BLOCKS: &[([u8; 3], DeviceVendor)] = &[
    ([0x00, 0x15, 0x65], Yealink),
    ([0x24, 0x9a, 0xd8], Yealink),
    ([0x44, 0xdb, 0xd2], Yealink),
    ([0x80, 0x5e, 0x0c], Yealink),
    ([0x80, 0x5e, 0xc0], Yealink),
    ([0xc4, 0xfc, 0x22], Yealink),
    ([0x00, 0x0b, 0x82], Grandstream),
    ([0xc0, 0x74, 0xad], Grandstream),
    ([0xec, 0x74, 0xd7], Grandstream),
    ([0x00, 0xa8, 0x59], Fanvil),
    ([0x0c, 0x38, 0x3e], Fanvil),
    ([0x00, 0x04, 0x13], Snom),
    // Sipura and Linksys, whose phones became Cisco's SPA line
    ([0x00, 0x0e, 0x08], CiscoSpa),
];

#[must_use]
pub fn of_mac(mac: Mac) -> Option<DeviceVendor> {
    let mut blocks = BLOCKS.iter();
    blocks
        .find(|(oui, _)| *oui == mac.oui())
        .map(|(_, vendor)| *vendor)
}

/// `Yealink SIP-T31G 124.86.0.40 …`, `Mozilla/4.0 (compatible; snomD785-SIP …)`, `Cisco/SPA504G-7.5.7 …`: who, and which model.
#[must_use]
pub fn of_user_agent(text: &str) -> Option<(DeviceVendor, String)> {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let behind = |name: &str| {
        let at = words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(name))?;
        words.get(at + 1).copied()
    };
    if lower.starts_with("yealink") {
        let model = behind("yealink").map(|word| word.strip_prefix("SIP-").unwrap_or(word));
        return Some((Yealink, model_of(model)));
    }
    if lower.starts_with("grandstream") {
        return Some((
            Grandstream,
            model_of(behind("HW").or_else(|| behind("grandstream"))),
        ));
    }
    if lower.starts_with("fanvil") {
        return Some((Fanvil, model_of(behind("fanvil"))));
    }
    let spa = words.iter().find_map(|word| {
        let (maker, rest) = word.split_once('/')?;
        let known = ["cisco", "linksys", "sipura"].contains(&maker.to_ascii_lowercase().as_str());
        let model = rest.split('-').next()?;
        (known && model.to_ascii_lowercase().starts_with("spa")).then_some(model)
    });
    if spa.is_some() {
        return Some((CiscoSpa, model_of(spa)));
    }
    let snom = words.iter().find(|word| {
        word.to_ascii_lowercase()
            .strip_prefix("snom")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })?;
    let model = snom.split(['-', '/']).next();
    Some((Snom, model_of(model)))
}

/// A name of letters, digits and few signs; nothing else comes onto a page from a phone.
fn model_of(word: Option<&str>) -> String {
    let good = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    word.unwrap_or_default()
        .chars()
        .filter(good)
        .take(32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{DeviceVendor, Mac, of_mac, of_user_agent};

    #[test]
    fn a_phone_says_who_made_it_and_which_model_it_is() {
        let table = [
            (
                "Yealink SIP-T31G 124.86.0.40 00:15:65:74:b1:c2",
                "yealink",
                "T31G",
            ),
            ("Yealink W70B 146.85.0.37 805e0c112233", "yealink", "W70B"),
            ("Fanvil X3SP 2.4.7 0c383e0a0b0c", "fanvil", "X3SP"),
            (
                "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b82112233",
                "grandstream",
                "GXP2135",
            ),
            (
                "Mozilla/4.0 (compatible; snomD785-SIP 10.1.73.16 1.1.3-s SXM:0 00041396D9B4)",
                "snom",
                "snomD785",
            ),
            (
                "Cisco/SPA504G-7.5.7s (CBT123456AB)(6c416a001122)",
                "cisco_spa",
                "SPA504G",
            ),
            (
                "Linksys/SPA942-6.1.5(a) (000e08d1c2b3)",
                "cisco_spa",
                "SPA942",
            ),
        ];
        for (text, vendor, model) in table {
            let (found, named) = of_user_agent(text).unwrap();
            assert_eq!((found.code(), named.as_str()), (vendor, model), "{text}");
        }
        for text in [
            "",
            "curl/7.88.1",
            "Mozilla/5.0 (X11; Linux)",
            "Cisco/CP-7841",
            "snom",
        ] {
            assert_eq!(of_user_agent(text), None, "{text}");
        }
        let nasty = of_user_agent("Yealink <script>x</script>").unwrap();
        assert_eq!(nasty.1, "scriptxscript");
    }

    #[test]
    fn an_address_block_belongs_to_one_maker() {
        for vendor in DeviceVendor::ALL {
            let mut of_vendor = super::BLOCKS.iter().filter(|(_, one)| one == vendor);
            assert!(of_vendor.next().is_some(), "{vendor:?}");
        }
        let one = |text| of_mac(Mac::parse(text).unwrap());
        assert_eq!(one("0c383e0a0b0c"), Some(DeviceVendor::Fanvil));
        assert_eq!(one("3c22fb0a0b0c"), None);
    }
}
