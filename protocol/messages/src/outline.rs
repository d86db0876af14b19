//! The form of CBOR bytes without what they say: which keys, which types, how long. For looking at what could not be read.
use crate::wire;
use ciborium::Value;

/// Lines of one outline; the rest is cut off and said so.
const LINES_MAX: usize = 200;
/// A longer key is no name of a field.
const KEY_BYTES_MAX: usize = 32;
/// A larger number could be somebody's.
const SHOWN_MAX: i128 = 9_999;

/// One line for each value, indented by its depth: `kind: text (12)`, `seq: 7`, `at: number (13 digits)`.
/// Texts and bytes show their length alone, so that nothing personal is shown whatever the bytes are.
#[must_use]
pub fn outline(bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    match wire::decode::<Value>(bytes) {
        Ok(value) => draw("", &value, 0, &mut lines),
        Err(_bad) => lines.push(format!("not CBOR ({} bytes)", bytes.len())),
    }
    lines
}

fn draw(name: &str, value: &Value, depth: usize, lines: &mut Vec<String>) {
    if lines.len() >= LINES_MAX {
        if lines.len() == LINES_MAX {
            lines.push("…".to_owned());
        }
        return;
    }
    let said = word(value);
    let indent = "  ".repeat(depth);
    lines.push(if name.is_empty() {
        format!("{indent}{said}")
    } else {
        format!("{indent}{name}: {said}")
    });
    #[allow(clippy::wildcard_enum_match_arm)] // of a foreign enum only these hold others
    match value {
        Value::Array(items) => {
            for item in items {
                draw("", item, depth + 1, lines);
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                draw(&key_word(key), item, depth + 1, lines);
            }
        }
        Value::Tag(_, inner) => draw("", inner, depth + 1, lines),
        _ => {}
    }
}

/// A key is shown where it is written as our fields are.
fn key_word(key: &Value) -> String {
    let text = key.as_text().filter(|text| {
        (1..=KEY_BYTES_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    });
    text.map_or_else(|| format!("[{}]", word(key)), str::to_owned)
}

#[allow(clippy::wildcard_enum_match_arm)] // what a foreign enum may get is only named
fn word(value: &Value) -> String {
    match value {
        Value::Integer(number) => {
            let number = i128::from(*number);
            if (-SHOWN_MAX..=SHOWN_MAX).contains(&number) {
                number.to_string()
            } else {
                let digits = number.unsigned_abs().to_string().len();
                format!("number ({digits} digits)")
            }
        }
        Value::Bytes(bytes) => format!("bytes ({})", bytes.len()),
        Value::Text(text) => format!("text ({})", text.chars().count()),
        Value::Float(_) => "decimal number".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null => "nothing".to_owned(),
        Value::Tag(tag, _) => format!("tag {tag}"),
        Value::Array(items) => format!("list ({})", items.len()),
        Value::Map(entries) => format!("map ({})", entries.len()),
        _ => "other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, outline};
    use crate::wire;
    use ciborium::Value;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn an_outline_shows_the_form_and_nothing_that_could_be_somebodys() {
        let value = Value::Map(vec![
            (text("number"), text("13800138000")),
            (text("王芳"), Value::Bytes(vec![1; 5])),
            (text("13800138000"), Value::Bool(true)),
            (text("digits"), Value::Integer(13_800_138_000_i64.into())),
            (text("seq"), Value::Integer(7.into())),
            (text("list"), Value::Array(vec![Value::Null, text("王芳")])),
            (Value::Integer(13_800_138_000_i64.into()), Value::Float(1.5)),
        ]);
        let lines = outline(&wire::encode(&value).unwrap());
        let drawn = lines.join("\n");
        assert_eq!(
            drawn,
            "map (7)\n  number: text (11)\n  [text (2)]: bytes (5)\n  [text (11)]: true\n  \
             digits: number (11 digits)\n  seq: 7\n  list: list (2)\n    nothing\n    text (2)\n  \
             [number (11 digits)]: decimal number"
        );
    }

    #[test]
    fn anything_at_all_gets_an_outline_of_bounded_length() {
        assert_eq!(outline(b"\xff\xff no"), ["not CBOR (5 bytes)"]);
        let long = Value::Array(vec![Value::Null; 5_000]);
        let lines = outline(&wire::encode(&long).unwrap());
        assert_eq!(lines.len(), LINES_MAX + 1);
        assert_eq!(lines.last().map(String::as_str), Some("…"));
    }
}
