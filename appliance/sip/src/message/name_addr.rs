//! `"Name" <uri>;params`: From, To, Contact, Route, Record-Route.
use super::params::Params;
use super::{Uri, scan};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameAddr {
    /// Without quotes; `None` if there is none.
    pub display: Option<String>,
    pub uri: Uri,
    pub params: Params,
}

impl NameAddr {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match scan::find(text, '<') {
            Some(open) => Self::bracketed(text, open),
            None => Self::bare(text),
        }
    }

    fn bracketed(text: &str, open: usize) -> Option<Self> {
        let display = text[..open].trim();
        let inner = &text[open + 1..];
        let close = inner.find('>')?;
        Some(Self {
            display: Self::display(display)?,
            uri: Uri::parse(&inner[..close])?,
            params: Params::parse(&inner[close + 1..])?,
        })
    }

    /// Quoted, or tokens; letters beyond ASCII are let through unquoted, as phones write them.
    fn display(text: &str) -> Option<Option<String>> {
        if text.is_empty() {
            return Some(None);
        }
        if text.starts_with('"') {
            let whole = scan::quoted_end(text) == Some(text.len());
            return whole.then(|| Some(scan::unquote(text)));
        }
        let well = |b: u8| scan::is_token_byte(b) || b == b' ' || b == b'\t' || b >= 0x80;
        text.bytes().all(well).then(|| Some(text.to_owned()))
    }

    /// Without brackets, what follows `;` belongs to the header and `?` may not stand (RFC 3261 §20.10).
    fn bare(text: &str) -> Option<Self> {
        if text.contains(['?', '"', ',']) && !text.contains('@') {
            return None;
        }
        let at = text.find('@').unwrap_or(0);
        let end = text[at..].find(';').map_or(text.len(), |found| found + at);
        let uri = Uri::parse(text[..end].trim())?;
        if uri.has_headers() {
            return None;
        }
        Some(Self {
            display: None,
            uri,
            params: Params::parse(&text[end..])?,
        })
    }

    /// Empty if there is no tag (RFC 2543 peers).
    pub(crate) fn tag(&self) -> &str {
        self.params.get("tag").unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::NameAddr;

    #[test]
    fn all_forms_of_an_address_are_read() {
        let quoted = NameAddr::parse(r#""J \"R\" <x>"   <sip:a@b;lr> ; tag = 98"#).unwrap();
        assert_eq!(quoted.display.as_deref(), Some(r#"J "R" <x>"#));
        assert_eq!(quoted.tag(), "98");
        assert_eq!(quoted.uri.text, "sip:a@b;lr");
        let bare = NameAddr::parse("sip:a;p=1@b ;tag=7").unwrap();
        assert_eq!((bare.uri.text.as_str(), bare.tag()), ("sip:a;p=1@b", "7"));
        assert_eq!(
            NameAddr::parse("caller<sip:a@b>")
                .unwrap()
                .display
                .as_deref(),
            Some("caller")
        );
        assert_eq!(
            NameAddr::parse("前台 <sip:a@b>")
                .unwrap()
                .display
                .as_deref(),
            Some("前台")
        );
    }

    #[test]
    fn broken_addresses_are_refused() {
        for bad in [
            "\"Mr. J. User <sip:j@e.com>",
            "\"Joe\" <sip:joe@e.org>;;;;",
            "sip:user@example.com?Route=%3Csip:x%3E",
            "\"W, T\" < sip:t@e.org >",
            "Bell, Alexander <sip:a@b>",
            "<sip:a@b",
            "",
        ] {
            assert_eq!(NameAddr::parse(bad), None, "{bad}");
        }
    }
}
