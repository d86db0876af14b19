//! The file of a phone in the format of its maker.
mod cisco_spa;
mod fanvil;
mod grandstream;
mod snom;
mod yealink;

use crate::sheet::{Common, Sheet};
use messages::{DeviceVendor, Mac};

#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    pub content_type: &'static str,
    pub text: String,
}

impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // it holds a password
        write!(
            f,
            "Document({}, {} bytes)",
            self.content_type,
            self.text.len()
        )
    }
}

impl Document {
    const fn lines(text: String) -> Self {
        Self {
            content_type: "text/plain; charset=utf-8",
            text,
        }
    }

    const fn xml(text: String) -> Self {
        Self {
            content_type: "application/xml",
            text,
        }
    }
}

/// A phone's own file, with its account.
#[must_use]
pub fn own(vendor: DeviceVendor, sheet: &Sheet) -> Document {
    match vendor {
        DeviceVendor::Yealink => Document::lines(yealink::own(sheet)),
        DeviceVendor::Grandstream => Document::xml(grandstream::own(sheet)),
        DeviceVendor::Fanvil => Document::xml(fanvil::own(sheet)),
        DeviceVendor::Snom => Document::xml(snom::own(sheet)),
        DeviceVendor::CiscoSpa => Document::xml(cisco_spa::own(sheet)),
    }
}

/// What all phones of a maker are told: no secret.
#[must_use]
pub fn common(vendor: DeviceVendor, common: &Common) -> Document {
    match vendor {
        DeviceVendor::Yealink => Document::lines(yealink::common(common)),
        DeviceVendor::Grandstream => Document::xml(grandstream::common(common)),
        DeviceVendor::Fanvil => Document::xml(fanvil::common(common)),
        DeviceVendor::Snom => Document::xml(snom::common(common)),
        DeviceVendor::CiscoSpa => Document::xml(cisco_spa::common(common)),
    }
}

/// What a phone that was just plugged in is told: some take a folder, some want their file named. `folder` with its slash.
#[must_use]
pub fn url_of(vendor: DeviceVendor, folder: &str, mac: Mac) -> String {
    match vendor {
        DeviceVendor::Yealink | DeviceVendor::Grandstream => folder.to_owned(),
        DeviceVendor::Fanvil => format!("{folder}{mac}.cfg"),
        DeviceVendor::Snom => format!("{folder}snom-{mac}.xml"),
        DeviceVendor::CiscoSpa => format!("{folder}{mac}.xml"),
    }
}
