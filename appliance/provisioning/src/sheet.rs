//! What a phone has to be told, whoever made it.
use messages::command::Secret;
use messages::{Extension, Mac};

/// What every phone of the branch is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// Address and port of this machine, as the phone reaches it.
    pub sip_host: String,
    pub sip_port: u16,
    /// `https://192.168.1.10:8443/provisioning/`, with its slash: where its next configuration is.
    pub url: String,
    /// Where the certificate of the branch's own authority is.
    pub authority_url: String,
    /// Seconds between two registrations.
    pub expires_s: u32,
    /// A time server by name or address.
    pub ntp: String,
    /// Looks for a new configuration so often.
    pub resync_s: u32,
}

/// What one phone is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub common: Common,
    pub mac: Mac,
    pub extension: Extension,
    /// What people call the place.
    pub label: String,
    pub password: Secret,
    /// Whom its keys show and dial.
    pub colleagues: Vec<Colleague>,
}

/// Dialled before a number that rings: that call is picked up.
pub(crate) const PICK_UP: &str = "*8";

/// Another phone, behind a key with a lamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub extension: Extension,
    pub label: String,
}

impl Sheet {
    /// What the display shows: `前台 1001`.
    pub(crate) fn title(&self) -> String {
        if self.label.is_empty() || self.label == self.extension.as_str() {
            self.extension.as_str().to_owned()
        } else {
            format!("{} {}", self.label, self.extension)
        }
    }
}

/// One line of a file that is made of lines: no text of ours ends it early.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
