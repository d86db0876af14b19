//! The text of a file: UTF-8 with or without its mark, UTF-16 with its mark, else GB18030 (which GBK and GB2312 are parts of).
use super::FILE_BYTES_MAX;
use encoding_rs::{Encoding, GB18030};
use std::borrow::Cow;

/// What cannot be read stays as U+FFFD: its rows are refused one by one.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_not_utf8) => GB18030.decode_without_bom_handling(bytes).0,
    }
}

#[must_use]
pub const fn is_too_long(bytes: u64) -> bool {
    bytes > FILE_BYTES_MAX as u64
}
