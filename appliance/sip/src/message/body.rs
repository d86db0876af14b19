//! Bodies: SDP, alone or in a multipart, and digits in INFO.
use super::{Head, Name};
use bytes::Bytes;

/// The media type without parameters, lower case.
pub(crate) fn media_type(head: &Head) -> Option<String> {
    let text = head.first(Name::ContentType)?;
    let end = text.find(';').unwrap_or(text.len());
    Some(text[..end].trim().to_ascii_lowercase())
}

/// The session description, if the body holds one.
pub(crate) fn sdp(head: &Head, body: &Bytes) -> Option<Bytes> {
    if body.is_empty() {
        return None;
    }
    match media_type(head).as_deref() {
        Some("application/sdp") => Some(body.clone()),
        Some(multipart) if multipart.starts_with("multipart/") => part(head, body),
        Some(_) => None,
        None => body.starts_with(b"v=0").then(|| body.clone()),
    }
}

/// The SDP part of a multipart body (RFC 5621): carriers put ISUP beside it.
fn part(head: &Head, body: &Bytes) -> Option<Bytes> {
    let text = head.first(Name::ContentType)?;
    let at = text.to_ascii_lowercase().find("boundary=")? + "boundary=".len();
    let rest = text[at..].trim();
    let boundary = if rest.starts_with('"') {
        super::scan::unquote(&rest[..super::scan::quoted_end(rest)?])
    } else {
        rest[..rest.find(';').unwrap_or(rest.len())]
            .trim()
            .to_owned()
    };
    let mark = format!("--{boundary}").into_bytes();
    let mut from = find(body, &mark, 0)? + mark.len();
    while let Some(end) = find(body, &mark, from) {
        let piece = body.slice(from..end);
        if let Some((head_end, start)) = super::lexer::head_end(&piece) {
            let head = String::from_utf8_lossy(&piece[..head_end]).to_ascii_lowercase();
            if head.contains("application/sdp") {
                return Some(piece.slice(start..));
            }
        }
        from = end + mark.len();
    }
    None
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let tail = body.get(from..)?;
    tail.windows(wanted.len())
        .position(|w| w == wanted)
        .map(|at| at + from)
}

/// A digit of INFO and how long it was held, in milliseconds: `application/dtmf-relay` (Signal=, Duration=) or `application/dtmf` (the digit alone).
pub(crate) fn digit(head: &Head, body: &[u8]) -> Option<(char, u16)> {
    let text = core::str::from_utf8(body).ok()?;
    let (signal, duration) = match media_type(head)?.as_str() {
        "application/dtmf-relay" => {
            let value = |key: &str| {
                text.lines()
                    .filter_map(|line| line.split_once('='))
                    .find(|(name, _)| name.trim().eq_ignore_ascii_case(key))
                    .map(|(_, value)| value.trim())
            };
            (
                value("signal")?,
                value("duration").and_then(|d| d.parse().ok()),
            )
        }
        "application/dtmf" => (text.trim(), None),
        _ => return None,
    };
    let digit = match signal {
        "10" => '*',
        "11" => '#',
        one => {
            let mut chars = one.chars();
            let digit = chars.next()?.to_ascii_uppercase();
            let well = matches!(digit, '0'..='9' | '*' | '#' | 'A'..='D') && chars.next().is_none();
            return well.then_some((digit, duration.unwrap_or(DIGIT_MS).clamp(40, 5_000)));
        }
    };
    Some((digit, duration.unwrap_or(DIGIT_MS).clamp(40, 5_000)))
}

/// A digit whose length is not told.
const DIGIT_MS: u16 = 160;

#[cfg(test)]
mod tests {
    use super::{digit, sdp};
    use crate::message::{Head, Name};
    use bytes::Bytes;

    fn head(kind: &str) -> Head {
        let mut head = Head::default();
        head.push(Name::ContentType, kind);
        head
    }

    #[test]
    fn both_forms_of_a_digit_are_read() {
        let relay = head("application/dtmf-relay");
        assert_eq!(
            digit(&relay, b"Signal=5\r\nDuration=200\r\n"),
            Some(('5', 200))
        );
        assert_eq!(digit(&relay, b"Signal= 11\n"), Some(('#', 160)));
        assert_eq!(digit(&head("application/dtmf"), b"*"), Some(('*', 160)));
        for bad in [&b""[..], b"Signal=55", b"Signal=\xff", b"Signal=x"] {
            assert_eq!(digit(&relay, bad), None);
        }
        assert_eq!(digit(&head("text/plain"), b"5"), None);
    }

    #[test]
    fn sdp_is_found_beside_isup() {
        let body = Bytes::from_static(b"--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b1\r\nContent-Type: application/isup\r\n\r\n\x01\x02\r\n--b1--\r\n");
        let found = sdp(&head("multipart/mixed;boundary=b1"), &body).unwrap();
        assert_eq!(&found[..], b"v=0\r\n");
        assert_eq!(sdp(&head("text/plain"), &body), None);
    }
}
