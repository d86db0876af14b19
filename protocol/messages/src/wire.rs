//! CBOR in and out (RFC 8949), bounded. Unknown keys are passed over on reading; bytes that must survive are kept as bytes.
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// Nesting deeper than this is refused: our own messages need 6.
const DEPTH_MAX: usize = 16;

#[derive(Debug, Error)]
pub enum WireError {
    #[error("not encoded: {0}")]
    Encode(String),
    #[error("not our CBOR: {0}")]
    Decode(String),
    #[error("bytes behind the end of the message")]
    Trailing,
}

pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::with_capacity(256);
    ciborium::into_writer(value, &mut bytes).map_err(|bad| WireError::Encode(bad.to_string()))?;
    Ok(bytes)
}

/// Reads exactly one value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX)
        .map_err(|bad| WireError::Decode(bad.to_string()))?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(WireError::Trailing)
    }
}

/// An array of byte strings: the payload of a batch.
pub fn encode_byte_strings<B: AsRef<[u8]>>(strings: &[B]) -> Result<Vec<u8>, WireError> {
    let list: Vec<&serde_bytes::Bytes> = strings
        .iter()
        .map(|string| serde_bytes::Bytes::new(string.as_ref()))
        .collect();
    encode(&list)
}

/// Reads exactly one array of byte strings.
pub fn decode_byte_strings(bytes: &[u8]) -> Result<Vec<Vec<u8>>, WireError> {
    let list: Vec<serde_bytes::ByteBuf> = decode(bytes)?;
    Ok(list
        .into_iter()
        .map(serde_bytes::ByteBuf::into_vec)
        .collect())
}
