//! Keys in session descriptions (RFC 4568 §4, §6; RFC 6188 §4; RFC 7714 §14).
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use core::fmt;
use zeroize::Zeroize as _;

/// How packets are encrypted and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    Aes128Sha1Tag80,
    Aes128Sha1Tag32,
    Aes256Sha1Tag80,
    Aes128Gcm,
    Aes256Gcm,
}

impl Suite {
    /// What we offer, the dearest first: strength before size, and what each phone knows at the end.
    pub const OFFERED: [Self; 3] = [
        Self::Aes256Gcm,
        Self::Aes256Sha1Tag80,
        Self::Aes128Sha1Tag80,
    ];

    const ALL: [Self; 5] = [
        Self::Aes256Gcm,
        Self::Aes128Gcm,
        Self::Aes256Sha1Tag80,
        Self::Aes128Sha1Tag80,
        Self::Aes128Sha1Tag32,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes128Sha1Tag80 => "AES_CM_128_HMAC_SHA1_80",
            Self::Aes128Sha1Tag32 => "AES_CM_128_HMAC_SHA1_32",
            Self::Aes256Sha1Tag80 => "AES_256_CM_HMAC_SHA1_80",
            Self::Aes128Gcm => "AEAD_AES_128_GCM",
            Self::Aes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// Bytes of master key and salt together.
    #[must_use]
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Sha1Tag80 | Self::Aes128Sha1Tag32 => 16 + 14,
            Self::Aes256Sha1Tag80 => 32 + 14,
            Self::Aes128Gcm => 16 + 12,
            Self::Aes256Gcm => 32 + 12,
        }
    }

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|suite| suite.name().eq_ignore_ascii_case(name))
    }
}

/// A master key and its salt, end to end; zero behind what the suite needs.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(pub [u8; Self::BYTES_MAX]);

impl MasterKey {
    pub const BYTES_MAX: usize = 46;
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// One line: a suite and the key for what its side sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crypto {
    pub tag: u32,
    pub suite: Suite,
    pub key: MasterKey,
}

impl Crypto {
    /// `1 AES_CM_128_HMAC_SHA1_80 inline:…|2^31`. `None` for a suite, a key or a condition that we do not carry: several
    /// keys at once, packets that name their key, packets that are left in the clear.
    pub(super) fn read(value: &str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let tag = words.next()?.parse().ok()?;
        let suite = Suite::named(words.next()?)?;
        let mut parts = words.next()?.strip_prefix("inline:")?.split('|');
        let text = parts.next()?;
        // a lifetime is longer than any call; MKI:length is not
        let names_keys = parts.any(|part| part.contains(':'));
        // a hint on how much may be lost changes nothing
        let plain = words.all(|parameter| parameter.to_ascii_uppercase().starts_with("WSH="));
        if names_keys || !plain {
            return None;
        }
        let bytes = STANDARD
            .decode(text)
            .or_else(|_| STANDARD_NO_PAD.decode(text));
        let bytes = bytes
            .ok()
            .filter(|bytes| bytes.len() == suite.key_bytes())?;
        let mut key = MasterKey([0; MasterKey::BYTES_MAX]);
        key.0[..bytes.len()].copy_from_slice(&bytes);
        Some(Self { tag, suite, key })
    }
}

impl fmt::Display for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode(&self.key.0[..self.suite.key_bytes()]);
        write!(f, "{} {} inline:{key}", self.tag, self.suite.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Crypto, MasterKey, Suite};

    const PHONE: &str =
        "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20";

    #[test]
    fn a_line_of_a_phone_is_read_and_reads_back() {
        let crypto = Crypto::read(PHONE).unwrap();
        assert_eq!((crypto.tag, crypto.suite), (1, Suite::Aes128Sha1Tag80));
        assert_eq!(crypto.key.0[..4], *b"YS__");
        assert_eq!(crypto.key.0[30..], [0; 16]);
        assert_eq!(Crypto::read(&crypto.to_string()), Some(crypto));
    }

    #[test]
    fn each_suite_reads_back() {
        for suite in Suite::ALL {
            let mut key = MasterKey([0; MasterKey::BYTES_MAX]);
            key.0[..suite.key_bytes()].fill(0xA7);
            let crypto = Crypto { tag: 9, suite, key };
            assert_eq!(Crypto::read(&crypto.to_string()), Some(crypto), "{suite:?}");
        }
    }

    #[test]
    fn what_we_do_not_carry_is_no_key() {
        let bad = [
            "",
            "1",
            "x AES_CM_128_HMAC_SHA1_80 inline:AAAA",
            "1 F8_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
            "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
            "1 AES_CM_128_HMAC_SHA1_80 inline:!!!!",
            "1 AES_CM_128_HMAC_SHA1_80 WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
        ];
        for line in bad {
            assert_eq!(Crypto::read(line), None, "{line}");
        }
        for condition in [
            "|1:4",
            "|2^20|1:32",
            " UNENCRYPTED_SRTP",
            " UNAUTHENTICATED_SRTP",
        ] {
            assert_eq!(
                Crypto::read(&format!("{PHONE}{condition}")),
                None,
                "{condition}"
            );
        }
        assert!(Crypto::read(&format!("{PHONE} WSH=64")).is_some());
    }

    #[test]
    fn a_key_is_not_shown() {
        let shown = format!("{:?}", Crypto::read(PHONE));
        assert!(shown.contains("MasterKey(…)"), "{shown}");
    }
}
