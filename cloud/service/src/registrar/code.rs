//! The code of an enrolment: eight signs that are not mistaken for each other, read out or typed, shown once.
use messages::command::Secret;

/// Without I, L, O, 0 and 1: 31 signs, so that eight of them hold 39 bits.
const SIGNS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 8;

/// A code, without its hyphen.
pub(super) struct Code(Secret);

impl Code {
    /// `None` if the operating system gives no random bytes.
    pub(super) fn random() -> Option<Self> {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).ok()?;
            // Each sign stands for as many bytes as any other one.
            let even = bytes
                .iter()
                .filter(|byte| usize::from(**byte) < 256 - 256 % SIGNS.len());
            let signs = even.map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()]));
            text.extend(signs.take(LENGTH - text.len()));
        }
        Some(Self(Secret::new(text)))
    }

    /// As people type it: small letters, hyphens and spaces do not matter.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let text: String = typed
            .chars()
            .filter(|sign| !matches!(sign, ' ' | '-'))
            .take(LENGTH + 1)
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        let fits = text.len() == LENGTH && text.bytes().all(|sign| SIGNS.contains(&sign));
        fits.then(|| Self(Secret::new(text)))
    }

    pub(super) const fn secret(&self) -> &Secret {
        &self.0
    }

    /// In two groups.
    pub(super) fn shown(&self) -> String {
        let (first, second) = self.0.expose().split_at(LENGTH / 2);
        format!("{first}-{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, LENGTH, SIGNS};
    use std::collections::BTreeSet;

    #[test]
    fn codes_differ_use_every_sign_and_come_back_as_they_are_typed() {
        let codes: Vec<Code> = (0..200).map(|_| Code::random().unwrap()).collect();
        let texts: BTreeSet<&str> = codes.iter().map(|code| code.secret().expose()).collect();
        assert_eq!(texts.len(), 200);
        let signs: BTreeSet<u8> = texts.iter().flat_map(|text| text.bytes()).collect();
        assert_eq!(signs.len(), SIGNS.len());
        for code in &codes {
            for typed in [
                code.shown(),
                code.shown().to_lowercase(),
                format!(" {} ", code.shown()),
            ] {
                let read = Code::parse(&typed).unwrap();
                assert_eq!(read.secret(), code.secret());
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "ABCD",
            "ABCD-EFG0",
            "ABCD-EFGHJ",
            "ABCD-EFGI",
            &"A".repeat(LENGTH * 1_000),
            "码码码码码码码码",
        ] {
            assert!(Code::parse(typed).is_none(), "{typed}");
        }
    }
}
