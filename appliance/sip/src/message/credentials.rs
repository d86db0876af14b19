//! `Digest name=value, …` of challenges and credentials (RFC 7616 §3).
use super::scan;
use std::collections::BTreeMap;

/// Names in lower case, values without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DigestFields(BTreeMap<String, String>);

impl DigestFields {
    /// `None` for another scheme or a broken list.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once([' ', '\t'])?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut fields = BTreeMap::new();
        for one in scan::split(rest, ',') {
            let (name, value) = one.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            if fields.insert(name, scan::unquote(value.trim())).is_some() {
                return None;
            }
        }
        Some(Self(fields))
    }

    /// Empty if it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}
