//! `;name=value` parameters of headers and URIs.
use super::scan;

/// In their order; names compare without case; values are kept as written (quotes too).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, Option<String>)>);

/// More than this on one value is an attack.
const PARAMS_MAX: usize = 64;

impl Params {
    /// `text` is empty or starts with `;`. White space around `;` and `=` is allowed. `None` if an element is empty or no parameter.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::default());
        }
        let mut params = Vec::new();
        for one in scan::split(text.strip_prefix(';')?, ';') {
            let (name, value) = match scan::find(one, '=') {
                Some(at) => (one[..at].trim(), Some(one[at + 1..].trim())),
                None => (one.trim(), None),
            };
            if !is_param_name(name)
                || value.is_some_and(|v| !is_value(v))
                || params.len() == PARAMS_MAX
            {
                return None;
            }
            params.push((name.to_owned(), value.map(str::to_owned)));
        }
        Some(Self(params))
    }

    /// `Some("")` for a parameter without a value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(value.as_deref().unwrap_or(""))
    }

    pub(crate) fn set(&mut self, name: &str, value: String) {
        let held = self
            .0
            .iter_mut()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        match held {
            Some((_, old)) => *old = Some(value),
            None => self.0.push((name.to_owned(), Some(value))),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_deref()))
    }
}

/// URI parameters may hold more than tokens (`[`, `]`, `/`, `:`, `&`, `$`, escapes).
fn is_param_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| scan::is_token_byte(b) || b"[]/:&$".contains(&b))
}

fn is_value(value: &str) -> bool {
    if value.starts_with('"') {
        return scan::quoted_end(value) == Some(value.len());
    }
    !value.is_empty()
        && value
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>,;".contains(&b) || b >= 0x80)
}

impl core::fmt::Display for Params {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (name, value) in &self.0 {
            match value {
                Some(value) => write!(f, ";{name}={value}")?,
                None => write!(f, ";{name}")?,
            }
        }
        Ok(())
    }
}
