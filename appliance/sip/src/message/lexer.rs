//! Bytes to start line, header fields and body: unfolds lines, escapes what is no UTF-8, checks the length.
use super::{Fault, Head, Name};
use bytes::Bytes;
use core::fmt::Write as _;

/// Header fields of one message at most.
const FIELDS_MAX: usize = 256;

/// A message cut into its parts. `fault` is the first thing wrong; the rest is kept so that an answer can be written.
#[derive(Debug)]
pub(crate) struct Raw {
    pub start: String,
    pub head: Head,
    pub body: Bytes,
    pub fault: Option<Fault>,
}

/// `None`: nothing but line ends (a keep-alive).
pub(crate) fn lex(bytes: &Bytes) -> Option<Raw> {
    let skipped = bytes
        .iter()
        .take_while(|b| matches!(b, b'\r' | b'\n' | 0))
        .count();
    let bytes = bytes.slice(skipped..);
    if bytes.is_empty() {
        return None;
    }
    let (head_end, body_at) = head_end(&bytes).unwrap_or((bytes.len(), bytes.len()));
    let mut lines = unfold(&bytes[..head_end]).into_iter();
    let mut raw = Raw {
        start: lines.next().unwrap_or_default(),
        head: Head::default(),
        body: bytes.slice(body_at..),
        fault: None,
    };
    if body_at == head_end {
        raw.blame(Fault::HeadNotEnded);
    }
    for (index, line) in lines.enumerate() {
        if index == FIELDS_MAX {
            raw.blame(Fault::TooManyHeaders);
            break;
        }
        raw.field(&line);
    }
    raw.measure();
    Some(raw)
}

impl Raw {
    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    fn field(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else {
            return self.blame(Fault::HeaderSyntax);
        };
        let name = name.trim_end();
        if !super::scan::is_token(name) {
            return self.blame(Fault::HeaderSyntax);
        }
        let value = value.trim().to_owned();
        match Name::parse(name) {
            Some(known) => self.head.push(known, value),
            None => self.head.push_unknown(name, value),
        }
    }

    /// Cuts the body to Content-Length; octets behind it are not ours (RFC 3261 §18.3).
    fn measure(&mut self) {
        let Some(first) = self.head.first(Name::ContentLength) else {
            return;
        };
        let length = super::scan::number(first, u64::from(u32::MAX))
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| *n <= self.body.len() && self.head.count(Name::ContentLength) == 1);
        match length {
            Some(length) => self.body.truncate(length),
            None => self.blame(Fault::ContentLength),
        }
    }
}

/// Where the header part ends and where the body starts.
pub(crate) fn head_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| *b == b'\n') {
        let next = at + found + 1;
        match &bytes[next..] {
            [b'\r', b'\n', ..] => return Some((next, next + 2)),
            [b'\n', ..] => return Some((next, next + 1)),
            _ => at = next,
        }
    }
    None
}

/// Lines without their ends; a line that starts with white space goes on the one before it.
fn unfold(head: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in head.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        match lines.last_mut().filter(|_| folded) {
            Some(last) => {
                last.push(' ');
                last.push_str(text(line).trim());
            }
            None => lines.push(text(line)),
        }
        if lines.len() > FIELDS_MAX + 2 {
            break;
        }
    }
    lines
}

/// UTF-8 as it is; in a line of another encoding (GBK names of old phones) all that is not ASCII as `%XX`, so that nothing is lost.
fn text(line: &[u8]) -> String {
    if let Ok(text) = core::str::from_utf8(line) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(line.len() * 2);
    for byte in line {
        if byte.is_ascii() {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::lex;
    use crate::message::{Fault, Name};
    use bytes::Bytes;

    fn of(text: &[u8]) -> super::Raw {
        lex(&Bytes::copy_from_slice(text)).unwrap()
    }

    #[test]
    fn lines_are_unfolded_and_the_body_is_cut_to_its_length() {
        let raw =
            of(b"\r\nOPTIONS sip:a SIP/2.0\r\nTo :\r\n  <sip:a>\r\n\t;x\r\nl: 3\r\n\r\nabcdef");
        assert_eq!(raw.start, "OPTIONS sip:a SIP/2.0");
        assert_eq!(raw.head.first(Name::To), Some("<sip:a> ;x"));
        assert_eq!((&raw.body[..], raw.fault), (&b"abc"[..], None));
    }

    #[test]
    fn a_name_in_gbk_is_escaped_not_dropped() {
        let raw = of(b"X\r\nFrom: \"\xD7\xDC\xBB\xFA\" <sip:a>\r\n\r\n");
        assert_eq!(raw.head.first(Name::From), Some("\"%D7%DC%BB%FA\" <sip:a>"));
    }

    #[test]
    fn lengths_that_lie_are_blamed() {
        for (length, fault) in [
            ("9", true),
            ("-1", true),
            ("99999999999999999999", true),
            ("+1", true),
            ("1\r\nContent-Length: 1", true),
            ("1", false),
        ] {
            let raw = of(format!("X\r\nContent-Length: {length}\r\n\r\nab").as_bytes());
            assert_eq!(raw.fault == Some(Fault::ContentLength), fault, "{length}");
        }
        assert_eq!(of(b"X\r\nTo: a\r\n").fault, Some(Fault::HeadNotEnded));
        assert!(lex(&Bytes::from_static(b"\r\n\r\n")).is_none());
    }
}
