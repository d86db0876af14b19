//! Cutting header text at separators that stand outside quotes and angle brackets (RFC 3261 §25.1).

/// The pieces of `text` between `separator`s; quotes and `<…>` are kept whole.
pub(crate) fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        if let Some(at) = find(text, separator) {
            rest = Some(&text[at + separator.len_utf8()..]);
            Some(&text[..at])
        } else {
            rest = None;
            Some(text)
        }
    })
}

/// Where `wanted` first stands outside quotes and angle brackets.
pub(crate) fn find(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    let mut angle = false;
    for (at, c) in text.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        if c == wanted && (!angle || wanted == '>') {
            return Some(at);
        }
        match c {
            '"' => quoted = true,
            '<' => angle = true,
            '>' => angle = false,
            _ => {}
        }
    }
    None
}

/// The end of the quoted string that `text` starts with: the index behind its closing quote.
pub(crate) fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// What a quoted string says, without quotes and escapes; other text as it is.
pub(crate) fn unquote(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            other => out.push(other),
        }
    }
    out
}

/// A quoted string; control characters are left out.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// `token` of RFC 3261 §25.1.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
        )
}

/// Digits only, and not more than `max`.
pub(crate) fn number(text: &str, max: u64) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n| *n <= max)
}

#[cfg(test)]
mod tests {
    use super::{number, quote, split, unquote};

    #[test]
    fn separators_in_quotes_and_angles_do_not_cut() {
        let parts: Vec<_> = split(r#""a, \" b" <sip:x,y@z>, c"#, ',').collect();
        assert_eq!(parts, [r#""a, \" b" <sip:x,y@z>"#, " c"]);
        assert_eq!(split("", ',').collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn quoting_reads_back_and_numbers_know_their_limit() {
        assert_eq!(unquote(&quote(r#"a"b\c前"#)), r#"a"b\c前"#);
        assert_eq!(number("0070", 255), Some(70));
        for bad in ["", "-1", "+1", "256", "99999999999999999999999", "1 "] {
            assert_eq!(number(bad, 255), None, "{bad}");
        }
    }
}
