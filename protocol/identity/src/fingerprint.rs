//! The fingerprint by which people compare an authority: SHA-256 of the certificate, grouped for reading.
use core::fmt;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a certificate's DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// Reads what people type or paste: 64 hexadecimal digits, in groups or not, with colons or not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Vec::with_capacity(64);
        for sign in text.chars() {
            match sign {
                ' ' | ':' | '-' | '\t' | '\r' | '\n' => {}
                _ if digits.len() == 64 => return None,
                _ => digits.push(u8::try_from(sign.to_digit(16)?).ok()?),
            }
        }
        let bytes: Vec<u8> = digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect();
        <[u8; 32]>::try_from(bytes).ok().map(Self)
    }
}

/// Sixteen groups of four digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pair) in self.0.chunks_exact(2).enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{:02X}{:02X}", pair[0], pair[1])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn what_is_shown_is_read_again_however_it_was_typed() {
        let one = Fingerprint::of(b"a certificate");
        let shown = one.to_string();
        assert_eq!((shown.len(), shown.split(' ').count()), (79, 16));
        let plain: String = shown.split(' ').collect();
        let colons: Vec<&str> = shown.split(' ').collect();
        for typed in [
            shown.clone(),
            plain.to_lowercase(),
            colons.join(":"),
            format!(" {shown}\n"),
        ] {
            assert_eq!(Fingerprint::parse(&typed), Some(one), "{typed}");
        }
        for bad in [
            "",
            "AB",
            &plain[1..],
            &format!("{plain}0"),
            &plain.replace(&plain[..1], "g"),
        ] {
            assert_eq!(Fingerprint::parse(bad), None, "{bad}");
        }
    }
}
