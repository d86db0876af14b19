//! A desk phone as a thing: its address on the wire, who made it, whose phone it is.
use crate::coded::coded;
use crate::{Extension, UtcMs};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::net::IpAddr;

/// The hardware address of a device (IEEE 802 MAC-48), printed as phones name their files: twelve small hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac([u8; 6]);

impl Mac {
    /// With or without colons or dashes, in either case. No device has the address of nobody or of everybody.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = match text.len() {
            12 => text.to_owned(),
            17 => separated(text)?,
            _ => return None,
        };
        let mut bytes = [0; 6];
        for (byte, pair) in bytes.iter_mut().zip(plain.as_bytes().chunks(2)) {
            let pair = core::str::from_utf8(pair).ok()?;
            let hex = pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| hex)?;
        }
        // the lowest bit of the first byte says group
        (bytes != [0; 6] && bytes[0] & 1 == 0).then_some(Self(bytes))
    }

    /// Who the address block was given to.
    #[must_use]
    pub const fn oui(self) -> [u8; 3] {
        [self.0[0], self.0[1], self.0[2]]
    }
}

/// Five separators of one kind, or nothing.
fn separated(text: &str) -> Option<String> {
    let by = [':', '-'].into_iter().find(|by| text.contains(*by))?;
    let pairs: Vec<&str> = text.split(by).collect();
    (pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2)).then(|| pairs.concat())
}

impl core::fmt::Display for Mac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl core::fmt::Debug for Mac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Mac({self})")
    }
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not a hardware address"))
    }
}

coded! {
    /// Makers whose phones are configured by themselves.
    DeviceVendor {
        Yealink = "yealink",
        Grandstream = "grandstream",
        Fanvil = "fanvil",
        Snom = "snom",
        CiscoSpa = "cisco_spa",
    }
}

/// A device that somebody gave a phone's number to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub mac: Mac,
    pub vendor: DeviceVendor,
    pub model: String,
    pub extension: Extension,
    /// Until then it may fetch its first configuration without a token.
    pub open_until: UtcMs,
    /// How many configurations it was given: the number of the token that it has to show next.
    pub serial: u32,
    /// The last one.
    pub given: Option<Given>,
}

/// When and where a configuration went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    pub at: UtcMs,
    pub to: IpAddr,
    /// Since somebody last gave it its number.
    pub since_assigned: bool,
}

#[cfg(test)]
mod tests {
    use super::Mac;

    #[test]
    fn an_address_is_read_in_every_form_that_phones_write() {
        for text in [
            "00156574b1c2",
            "00156574B1C2",
            "00:15:65:74:b1:c2",
            "00-15-65-74-B1-C2",
        ] {
            assert_eq!(
                Mac::parse(text).map(|mac| mac.to_string()).as_deref(),
                Some("00156574b1c2"),
                "{text}"
            );
        }
        for text in [
            "",
            "00156574b1c",
            "00156574b1c2a",
            "00156574b1cg",
            "+0156574b1c2",
            "00:15:65:74:b1-c2",
            "001:5:65:74:b1:c2",
            "000000000000",
            "ffffffffffff",
            "01005e000001",
            "\u{e4}156574b1c2",
        ] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }
}
