//! Netstrings, as baresip's control port speaks them: `<length>:<bytes>,`.

/// The longest message that is believed.
const LENGTH_MAX: usize = 64 * 1024;

#[must_use]
pub fn encode(text: &str) -> Vec<u8> {
    format!("{}:{text},", text.len()).into_bytes()
}

/// Takes the first whole message from the front of `buffer`; `None` while it is not all there.
///
/// # Errors
/// Bytes that are no netstring.
pub fn take(buffer: &mut Vec<u8>) -> Result<Option<String>, String> {
    let Some(colon) = buffer.iter().position(|byte| *byte == b':') else {
        return if buffer.len() > 8 {
            Err("no length".to_owned())
        } else {
            Ok(None)
        };
    };
    let length = std::str::from_utf8(&buffer[..colon])
        .ok()
        .and_then(|text| text.parse::<usize>().ok());
    let length = length
        .filter(|length| *length <= LENGTH_MAX)
        .ok_or("a bad length")?;
    let end = colon + 1 + length;
    match buffer.get(end) {
        None => Ok(None),
        Some(b',') => {
            let text = String::from_utf8_lossy(&buffer[colon + 1..end]).into_owned();
            buffer.drain(..=end);
            Ok(Some(text))
        }
        Some(_) => Err("no comma behind the message".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, take};

    #[test]
    fn messages_come_out_whole_and_in_order_however_they_arrive() {
        let stream = [encode("{\"a\":1}"), encode(""), encode("名")].concat();
        let (mut buffer, mut found) = (Vec::new(), Vec::new());
        for byte in stream {
            buffer.push(byte);
            while let Some(text) = take(&mut buffer).unwrap() {
                found.push(text);
            }
        }
        assert_eq!(found, ["{\"a\":1}", "", "名"]);
        assert!(take(&mut b"999999999:".to_vec()).is_err());
        assert!(take(&mut b"1:ab".to_vec()).is_err());
    }
}
