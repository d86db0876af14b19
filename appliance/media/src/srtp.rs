//! Encryption of one leg's packets (RFC 3711), keyed by its session descriptions (RFC 4568).
use core::fmt;
use rtc_srtp::context::Context;
use rtc_srtp::crypto::RTCCryptoProvider;
use rtc_srtp::crypto::providers::RingProvider;
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;

/// Master key and salt, end to end: no suite has more.
pub const KEY_BYTES_MAX: usize = 46;
/// A packet this much older than the newest is refused (RFC 3711 §3.3.2: at least 64).
const WINDOW: usize = 128;
/// Sources that a leg may name before the rest is refused: each costs memory before it is known to be genuine.
const SOURCES_MAX: usize = 1_024;

/// How packets are encrypted and signed (RFC 4568 §6.2, RFC 6188, RFC 7714).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpSuite {
    Aes128Sha1Tag80,
    Aes128Sha1Tag32,
    Aes256Sha1Tag80,
    Aes128Gcm,
    Aes256Gcm,
}

impl SrtpSuite {
    const fn profile(self) -> ProtectionProfile {
        match self {
            Self::Aes128Sha1Tag80 => ProtectionProfile::Aes128CmHmacSha1_80,
            Self::Aes128Sha1Tag32 => ProtectionProfile::Aes128CmHmacSha1_32,
            Self::Aes256Sha1Tag80 => ProtectionProfile::Aes256CmHmacSha1_80,
            Self::Aes128Gcm => ProtectionProfile::AeadAes128Gcm,
            Self::Aes256Gcm => ProtectionProfile::AeadAes256Gcm,
        }
    }
}

/// A master key and its salt, end to end; what the suite does not need is zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SrtpKey(pub [u8; KEY_BYTES_MAX]);

impl fmt::Debug for SrtpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SrtpKey(…)")
    }
}

/// What a leg agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SrtpKeys {
    pub suite: SrtpSuite,
    /// For what goes to the leg.
    pub ours: SrtpKey,
    /// For what comes from it.
    pub theirs: SrtpKey,
}

pub(crate) struct Srtp {
    keys: SrtpKeys,
    /// `None`: this machine cannot do it, and nothing passes.
    to_leg: Option<Context>,
    from_leg: Option<Context>,
    sources: Vec<u32>,
}

impl Srtp {
    pub(crate) fn new(keys: SrtpKeys) -> Self {
        Self {
            to_leg: sealing(&keys),
            from_leg: opening(&keys),
            keys,
            sources: Vec::new(),
        }
    }

    /// New keys, as far as they are new: whoever keeps a key keeps its count of packets too.
    pub(crate) fn renew(&mut self, keys: SrtpKeys) {
        let other_suite = keys.suite != self.keys.suite;
        if other_suite || keys.ours != self.keys.ours {
            self.to_leg = sealing(&keys);
        }
        if other_suite || keys.theirs != self.keys.theirs {
            self.from_leg = opening(&keys);
            self.sources.clear();
        }
        self.keys = keys;
    }

    /// A packet as it was before it was encrypted; `None` where it is not genuine, or came before.
    pub(crate) fn open_rtp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.admit(packet.get(8..12)?)?;
        let opened = self.from_leg.as_mut()?.decrypt_rtp(packet).ok()?;
        Some(opened.into())
    }

    pub(crate) fn open_rtcp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.admit(packet.get(4..8)?)?;
        let opened = self.from_leg.as_mut()?.decrypt_rtcp(packet).ok()?;
        Some(opened.into())
    }

    pub(crate) fn seal_rtp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let sealed = self.to_leg.as_mut()?.encrypt_rtp(packet).ok()?;
        Some(sealed.into())
    }

    pub(crate) fn seal_rtcp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let sealed = self.to_leg.as_mut()?.encrypt_rtcp(packet).ok()?;
        Some(sealed.into())
    }

    fn admit(&mut self, source: &[u8]) -> Option<()> {
        let source = u32::from_be_bytes(source.try_into().ok()?);
        if !self.sources.contains(&source) {
            if self.sources.len() >= SOURCES_MAX {
                return None;
            }
            self.sources.push(source);
        }
        Some(())
    }
}

fn sealing(keys: &SrtpKeys) -> Option<Context> {
    context(keys, &keys.ours, false)
}

fn opening(keys: &SrtpKeys) -> Option<Context> {
    context(keys, &keys.theirs, true)
}

fn context(keys: &SrtpKeys, key: &SrtpKey, guarded: bool) -> Option<Context> {
    let profile = keys.suite.profile();
    let (key, rest) = key.0.split_at(profile.key_len());
    let salt = rest.get(..profile.salt_len())?;
    let window = guarded.then(|| srtp_replay_protection(WINDOW));
    let control_window = guarded.then(|| srtcp_replay_protection(WINDOW));
    let provider = RingProvider::new();
    Context::new(
        key,
        salt,
        profile,
        window,
        control_window,
        provider.crypto(),
    )
    .ok()
}

impl fmt::Debug for Srtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Srtp")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEY_BYTES_MAX, SOURCES_MAX, Srtp, SrtpKey, SrtpKeys, SrtpSuite};
    use crate::rtp::RtpHeader;

    const SUITES: [SrtpSuite; 5] = [
        SrtpSuite::Aes128Sha1Tag80,
        SrtpSuite::Aes128Sha1Tag32,
        SrtpSuite::Aes256Sha1Tag80,
        SrtpSuite::Aes128Gcm,
        SrtpSuite::Aes256Gcm,
    ];

    fn key(seed: u8) -> SrtpKey {
        let mut bytes = [0; KEY_BYTES_MAX];
        for (at, byte) in (0..).zip(&mut bytes) {
            *byte = seed.wrapping_mul(31).wrapping_add(at);
        }
        SrtpKey(bytes)
    }

    fn pair(suite: SrtpSuite) -> (Srtp, Srtp) {
        let keys = SrtpKeys {
            suite,
            ours: key(1),
            theirs: key(2),
        };
        let other = SrtpKeys {
            suite,
            ours: key(2),
            theirs: key(1),
        };
        (Srtp::new(keys), Srtp::new(other))
    }

    fn packet(sequence: u16, ssrc: u32) -> Vec<u8> {
        let header = RtpHeader {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc,
        };
        let mut bytes = header.bytes().to_vec();
        bytes.extend([0x5A; 160]);
        bytes
    }

    #[test]
    fn packets_of_each_suite_open_again_over_the_wrap_of_their_numbers() {
        for suite in SUITES {
            let (mut one, mut other) = pair(suite);
            for n in 0..200_u16 {
                let plain = packet(n.wrapping_sub(100), 7);
                let sealed = one.seal_rtp(&plain).unwrap();
                assert_ne!(sealed, plain);
                assert_eq!(
                    other.open_rtp(&sealed).as_ref(),
                    Some(&plain),
                    "{suite:?} {n}"
                );
                assert_eq!(other.open_rtp(&sealed), None, "{suite:?}: once only");
            }
            let mut report = vec![0x80, 200, 0, 6, 0, 0, 0, 7];
            report.extend([1; 20]);
            let sealed = one.seal_rtcp(&report).unwrap();
            assert_eq!(other.open_rtcp(&sealed), Some(report), "{suite:?}");
        }
    }

    #[test]
    fn a_changed_packet_or_another_key_does_not_open() {
        for suite in SUITES {
            let (mut one, mut other) = pair(suite);
            let sealed = one.seal_rtp(&packet(1, 7)).unwrap();
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(other.open_rtp(&changed), None, "{suite:?} {at}");
            }
            assert_eq!(
                one.open_rtp(&sealed),
                None,
                "{suite:?}: the other way has its own key"
            );
            assert!(other.open_rtp(&sealed).is_some(), "{suite:?}");
        }
    }

    #[test]
    fn a_key_that_stays_keeps_its_count_and_a_new_one_begins() {
        let (mut one, mut other) = pair(SrtpSuite::Aes128Sha1Tag80);
        for sequence in [65_535, 0] {
            let sealed = one.seal_rtp(&packet(sequence, 7)).unwrap();
            assert!(other.open_rtp(&sealed).is_some());
        }
        one.renew(one.keys);
        other.renew(other.keys);
        let sealed = one.seal_rtp(&packet(1, 7)).unwrap();
        assert!(other.open_rtp(&sealed).is_some());
        let ours = key(9);
        one.renew(SrtpKeys { ours, ..one.keys });
        let sealed = one.seal_rtp(&packet(2, 7)).unwrap();
        assert_eq!(other.open_rtp(&sealed), None);
        let theirs = ours;
        other.renew(SrtpKeys {
            theirs,
            ..other.keys
        });
        assert!(other.open_rtp(&sealed).is_some());
    }

    #[test]
    fn forged_sources_are_counted_and_the_known_one_goes_on() {
        let (mut one, mut other) = pair(SrtpSuite::Aes128Sha1Tag80);
        let good = one.seal_rtp(&packet(1, 7)).unwrap();
        assert!(other.open_rtp(&good).is_some());
        for ssrc in 100..3_000 {
            assert_eq!(other.open_rtp(&packet(1, ssrc)), None);
        }
        assert_eq!(other.sources.len(), SOURCES_MAX);
        let good = one.seal_rtp(&packet(2, 7)).unwrap();
        assert!(other.open_rtp(&good).is_some());
    }

    #[test]
    fn a_key_is_not_shown() {
        let (one, _) = pair(SrtpSuite::Aes256Gcm);
        assert!(format!("{one:?}").contains("SrtpKey(…)"));
    }
}
