//! Several `key = value` may stand on one line of a branch file, which TOML alone does not allow.

/// Where we are in the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Plain,
    Comment,
    Basic,
    Literal,
    LongBasic,
    LongLiteral,
}

/// Puts a line break in place of one space between a value and the next key of the same line:
/// every byte keeps its place, so that lines can still be told.
pub(super) fn one_key_each(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let (mut state, mut depth, mut at) = (In::Plain, 0_usize, 0);
    // Some: behind a `=`; true: a value has begun
    let mut value: Option<bool> = None;
    while at < bytes.len() {
        let (next, width) = step(state, &bytes[at..]);
        let byte = bytes[at];
        if state == In::Plain {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                b'\n' if depth == 0 => value = None,
                b'=' if depth == 0 => value = Some(false),
                b' ' | b'\t' if depth == 0 && value == Some(true) && key_follows(&bytes[at..]) => {
                    out[at] = b'\n';
                    value = None;
                }
                _ => {}
            }
            if value == Some(false) && !matches!(byte, b'=' | b' ' | b'\t') {
                value = Some(true);
            }
        }
        (state, at) = (next, at + width);
    }
    // only ASCII was replaced by ASCII
    String::from_utf8(out).unwrap_or_else(|_bad| text.to_owned())
}

/// The state behind the next byte or bytes, and how many they are.
fn step(state: In, rest: &[u8]) -> (In, usize) {
    match (state, rest[0]) {
        (In::Plain, b'#') => (In::Comment, 1),
        (In::Comment, b'\n') => (In::Plain, 1),
        (In::Plain, b'"') if rest.starts_with(b"\"\"\"") => (In::LongBasic, 3),
        (In::Plain, b'\'') if rest.starts_with(b"'''") => (In::LongLiteral, 3),
        (In::Plain, b'"') => (In::Basic, 1),
        (In::Plain, b'\'') => (In::Literal, 1),
        (In::Basic | In::LongBasic, b'\\') => (state, rest.len().min(2)),
        (In::Basic, b'"' | b'\n') | (In::Literal, b'\'' | b'\n') => (In::Plain, 1),
        (In::LongBasic, b'"') if rest.starts_with(b"\"\"\"") => (In::Plain, 3),
        (In::LongLiteral, b'\'') if rest.starts_with(b"'''") => (In::Plain, 3),
        (
            In::Plain | In::Comment | In::Basic | In::Literal | In::LongBasic | In::LongLiteral,
            _,
        ) => (state, 1),
    }
}

/// Spaces, a bare key, `=`.
fn key_follows(rest: &[u8]) -> bool {
    let mut rest = rest.trim_ascii_start_on_line();
    let key = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count();
    rest = rest[key..].trim_ascii_start_on_line();
    key > 0 && rest.first() == Some(&b'=')
}

trait OnLine {
    fn trim_ascii_start_on_line(&self) -> &Self;
}

impl OnLine for [u8] {
    fn trim_ascii_start_on_line(&self) -> &Self {
        let spaces = self.iter().take_while(|b| matches!(b, b' ' | b'\t'));
        &self[spaces.count()..]
    }
}

#[cfg(test)]
mod tests {
    use super::one_key_each;

    #[test]
    fn several_keys_of_one_line_come_apart_and_texts_stay_whole() {
        let table = [
            ("a = 1  b = 2", "a = 1\n b = 2"),
            (
                "a = \"x = 1\"  b = 'y = 2' # c = 3",
                "a = \"x = 1\"\n b = 'y = 2' # c = 3",
            ),
            (
                "a = [\"p\", \"q\"]  b = true",
                "a = [\"p\", \"q\"]\n b = true",
            ),
            ("a = { x = 1, y = 2 } b=2", "a = { x = 1, y = 2 }\nb=2"),
            ("a = \"\\\" b = 2\"", "a = \"\\\" b = 2\""),
            ("a   =   1", "a   =   1"),
            ("[[phone]]\na = 1", "[[phone]]\na = 1"),
            (
                "a = \"\"\"x\n b = 1\"\"\" c = 2",
                "a = \"\"\"x\n b = 1\"\"\"\nc = 2",
            ),
        ];
        for (text, apart) in table {
            assert_eq!(one_key_each(text), apart);
            assert_eq!(one_key_each(text).len(), text.len());
        }
    }
}
