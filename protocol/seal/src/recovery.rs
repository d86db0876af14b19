//! The recovery key: its private half lies offline, its public half is with headquarters and the boxes. What a box seals to it
//! is opened again only where somebody brings the private half. HPKE (RFC 9180): X25519, HKDF-SHA256, AES-256-GCM.
use crate::NotOpened;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem as _, X25519HkdfSha256};
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, OpModeR, OpModeS, Serializable as _};
use sansio::Secrets;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;

const BYTES: usize = 32;
const CHECK_BYTES: usize = 4;
/// No signs that are mistaken for one another.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;
const INFO: &[u8] = b"zhunkehu recovery 1";

/// The private half. Kept offline, needed when a machine is replaced.
#[derive(Clone)]
pub struct RecoveryKey(Zeroizing<[u8; BYTES]>);

/// The public half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryPublic([u8; BYTES]);

impl RecoveryKey {
    pub fn random(secrets: &mut dyn Secrets) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        secrets.fill(&mut *bytes);
        Self(bytes)
    }

    #[must_use]
    pub fn public(&self) -> RecoveryPublic {
        let (_, public) = Kem::derive_keypair(&*self.0);
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&public.to_bytes());
        RecoveryPublic(bytes)
    }

    /// For paper: groups of four, and a check against slips of the pen.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut whole = Zeroizing::new(self.0.to_vec());
        whole.extend_from_slice(&check(&*self.0));
        let mut text = Zeroizing::new(String::new());
        for (at, sign) in signs(&whole).into_iter().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(sign));
        }
        text
    }

    /// `None` where a sign is wrong or missing. Small letters, spaces and hyphens do not matter; O is 0, I and L are 1.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = Zeroizing::new(bytes_of(text)?);
        let (key, told) = whole.split_at_checked(BYTES)?;
        let key: [u8; BYTES] = key.try_into().ok()?;
        (told == check(&key)).then(|| Self(Zeroizing::new(key)))
    }

    /// Opens only what was sealed to this key for this place.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (encapped, cipher) = sealed.split_at_checked(BYTES).ok_or(NotOpened)?;
        let (private, _) = Kem::derive_keypair(&*self.0);
        let encapped =
            <Kem as hpke::Kem>::EncappedKey::from_bytes(encapped).map_err(|_bad| NotOpened)?;
        hpke::single_shot_open::<AesGcm256, HkdfSha256, Kem>(
            &OpModeR::Base,
            &private,
            &encapped,
            INFO,
            cipher,
            place,
        )
        .map(Zeroizing::new)
        .map_err(|_bad| NotOpened)
    }
}

impl core::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RecoveryKey")
    }
}

impl RecoveryPublic {
    /// `None` for a point that no private half belongs to.
    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Option<Self> {
        <Kem as hpke::Kem>::PublicKey::from_bytes(&bytes).ok()?;
        Some(Self(bytes))
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// What people compare: the first eight bytes of its SHA-256.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0);
        let pairs = digest[..8].chunks(2);
        let groups: Vec<String> = pairs
            .map(|pair| format!("{:02X}{:02X}", pair[0], pair[1]))
            .collect();
        groups.join(" ")
    }

    /// `place` is bound to it: whose it is, and what.
    pub fn seal(
        &self,
        place: &[u8],
        clear: &[u8],
        secrets: &mut dyn Secrets,
    ) -> Result<Vec<u8>, NotOpened> {
        let public =
            <Kem as hpke::Kem>::PublicKey::from_bytes(&self.0).map_err(|_bad| NotOpened)?;
        let (encapped, cipher) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Kem>(
            &OpModeS::Base,
            &public,
            INFO,
            clear,
            place,
            &mut Dice(secrets),
        )
        .map_err(|_bad| NotOpened)?;
        let mut sealed = encapped.to_bytes().to_vec();
        sealed.extend_from_slice(&cipher);
        Ok(sealed)
    }
}

/// Our source of secrets, as the library asks for one.
struct Dice<'a>(&'a mut dyn Secrets);

impl TryRng for Dice<'_> {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Dice<'_> {}

fn check(key: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::digest(key);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest[..CHECK_BYTES]);
    check
}

/// Five bits each.
fn signs(bytes: &[u8]) -> Vec<u8> {
    let (mut held, mut bits) = (0_u32, 0);
    let mut out = Vec::new();
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(SIGNS[(held >> bits & 31) as usize]);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(SIGNS[(held << (5 - bits) & 31) as usize]);
    }
    out
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (mut held, mut bits) = (0_u32, 0);
    let mut out = Vec::new();
    for sign in text
        .chars()
        .filter(|sign| !matches!(sign, ' ' | '-' | '\n' | '\r'))
    {
        let sign = match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            sign => sign,
        };
        let at = SIGNS.iter().position(|one| char::from(*one) == sign)?;
        held = (held << 5) | u32::try_from(at).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (out.len() == BYTES + CHECK_BYTES && held == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::{RecoveryKey, RecoveryPublic};
    use sansio::SeededSecrets;

    #[test]
    fn what_is_sealed_to_the_public_half_opens_with_the_private_one_at_its_place_alone() {
        let mut secrets = SeededSecrets::new(1);
        let key = RecoveryKey::random(&mut secrets);
        let other = RecoveryKey::random(&mut secrets);
        let sealed = key.public().seal(b"sz-01", b"keys", &mut secrets).unwrap();
        assert_eq!(&**key.open(b"sz-01", &sealed).unwrap(), b"keys");
        assert!(key.open(b"sz-02", &sealed).is_err());
        assert!(other.open(b"sz-01", &sealed).is_err());
        assert!(key.open(b"sz-01", &sealed[..31]).is_err());
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert!(key.open(b"sz-01", &forged).is_err(), "byte {at}");
        }
        let again = key.public().seal(b"sz-01", b"keys", &mut secrets).unwrap();
        assert_ne!(again, sealed);
    }

    #[test]
    fn the_text_reads_back_and_a_slip_of_the_pen_does_not() {
        let mut secrets = SeededSecrets::new(2);
        let key = RecoveryKey::random(&mut secrets);
        let text = key.to_text();
        assert_eq!(text.len(), 58 + 14, "{}", *text);
        let read = |text: &str| RecoveryKey::parse(text).map(|key| key.public());
        assert_eq!(read(&text), Some(key.public()));
        assert_eq!(
            read(&text.to_lowercase().replace('-', " ")),
            Some(key.public())
        );
        for (at, sign) in text.char_indices().filter(|(_, sign)| *sign != '-') {
            let mut slip = text.to_string();
            let wrong = if sign == '7' { "8" } else { "7" };
            slip.replace_range(at..=at, wrong);
            assert_eq!(read(&slip), None, "{slip}");
        }
        assert_eq!(read(&text[..70]), None);
        assert_eq!(read(""), None);
        let public = key.public();
        assert_eq!(RecoveryPublic::from_bytes(*public.as_bytes()), Some(public));
        assert_eq!(public.fingerprint().len(), 19);
    }
}
