//! Challenges to phones and the check of what they answer.
use super::algorithm::{Algorithm, Ingredients, Qop};
use super::nonce::{NonceVerdict, Nonces};
use crate::message::credentials::DigestFields;
use messages::Moment;
use subtle::ConstantTimeEq as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    /// The password is right, the nonce is too old or was forgotten: ask again with `stale=true`.
    Stale,
    /// The password is right, the count was used before: ask again with `stale=true`, and tell.
    Replayed,
    /// Not ours, not understood, or wrong: ask again.
    Wrong,
}

/// Clients that give up on a challenge they cannot answer instead of taking the next one (RFC 8760 §2.3): they are offered MD5 alone.
const MD5_ONLY: [&str; 4] = ["baresip v0.", "baresip v1.", "JsSIP", "SIP.js"];

/// Clients that take the first challenge and give up if it is not MD5. One that names itself not at all may be such a client.
const MD5_FIRST: [&str; 2] = ["SIPp", "sipp"];

/// Both algorithms with the same nonce, SHA-256 first, but for clients that would stumble over it.
pub(crate) fn challenges(realm: &str, nonce: &str, stale: bool, user_agent: &str) -> Vec<String> {
    let is_of = |names: &[&str]| names.iter().any(|name| user_agent.starts_with(name));
    let offered: &[Algorithm] = if is_of(&MD5_ONLY) {
        &[Algorithm::Md5]
    } else if user_agent.is_empty() || is_of(&MD5_FIRST) {
        &[Algorithm::Md5, Algorithm::Sha256]
    } else {
        &[Algorithm::Sha256, Algorithm::Md5]
    };
    let stale = if stale { ", stale=true" } else { "" };
    let challenge = |algorithm: &Algorithm| {
        format!(
            "Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
            algorithm.text()
        )
    };
    offered.iter().map(challenge).collect()
}

/// `password` of an unknown user is any text: the same work is done and `known` is false.
pub(crate) fn verify(
    nonces: &mut Nonces,
    now: Moment,
    fields: &DigestFields,
    (realm, method): (&str, &str),
    (password, known): (&str, bool),
) -> Verdict {
    let Some(algorithm) = Algorithm::parse(fields.get("algorithm")) else {
        return Verdict::Wrong;
    };
    let counted = match fields.get("qop") {
        "" => None,
        "auth" => Some(Qop {
            nc: fields.get("nc"),
            cnonce: fields.get("cnonce"),
        }),
        _ => return Verdict::Wrong,
    };
    let count = counted.map(|qop| u64::from_str_radix(qop.nc, 16).unwrap_or(0));
    let nonce = fields.get("nonce");
    let of = Ingredients {
        user: fields.get("username"),
        realm,
        password,
        method,
        uri: fields.get("uri"),
        nonce,
        qop: counted,
    };
    let expected = algorithm.response(&of);
    let same = expected
        .as_bytes()
        .ct_eq(fields.get("response").to_ascii_lowercase().as_bytes());
    let right = bool::from(same) & known & (fields.get("realm") == realm);
    if !right {
        return Verdict::Wrong;
    }
    match nonces.spend(now, nonce, count) {
        NonceVerdict::Fresh => Verdict::Good,
        NonceVerdict::Stale => Verdict::Stale,
        NonceVerdict::Forged => Verdict::Wrong,
        NonceVerdict::Replayed => Verdict::Replayed,
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, challenges, verify};
    use crate::digest::{Challenge, Nonces, answer};
    use crate::message::credentials::DigestFields;
    use core::time::Duration;
    use messages::Moment;

    fn answered(challenge: &str, password: &str, nc: u32) -> DigestFields {
        let challenge = Challenge::parse(challenge).unwrap();
        let text = answer(
            &challenge,
            ("1000", password),
            ("REGISTER", "sip:branch"),
            "c0ffee",
            nc,
        );
        DigestFields::parse(&text).unwrap()
    }

    fn check(nonces: &mut Nonces, at: u64, fields: &DigestFields, known: bool) -> Verdict {
        let now = Moment::START + Duration::from_secs(at);
        verify(nonces, now, fields, ("branch", "REGISTER"), ("pw", known))
    }

    #[test]
    fn each_algorithm_is_accepted_once_per_count_until_the_nonce_is_old() {
        for index in 0..2 {
            let mut nonces = Nonces::new([9; 32]);
            let nonce = nonces.mint(Moment::START);
            let challenge = &challenges("branch", &nonce, false, "x")[index];
            let first = answered(challenge, "pw", 1);
            assert_eq!(check(&mut nonces, 1, &first, true), Verdict::Good);
            assert_eq!(check(&mut nonces, 1, &first, true), Verdict::Replayed);
            assert_eq!(
                check(&mut nonces, 1, &answered(challenge, "pw", 0x0a), true),
                Verdict::Good
            );
            assert_eq!(
                check(&mut nonces, 1, &answered(challenge, "pw", 2), true),
                Verdict::Good
            );
            assert_eq!(
                check(&mut nonces, 301, &answered(challenge, "pw", 3), true),
                Verdict::Stale
            );
        }
    }

    #[test]
    fn a_wrong_password_and_an_unknown_user_look_the_same() {
        let mut nonces = Nonces::new([9; 32]);
        let nonce = nonces.mint(Moment::START);
        let challenge = &challenges("branch", &nonce, false, "x")[0];
        assert_eq!(
            check(&mut nonces, 1, &answered(challenge, "no", 1), true),
            Verdict::Wrong
        );
        assert_eq!(
            check(&mut nonces, 1, &answered(challenge, "pw", 1), false),
            Verdict::Wrong
        );
        assert_eq!(nonces.remembered(), 0);
    }

    #[test]
    fn a_foreign_nonce_is_wrong_even_with_the_right_password() {
        let mut nonces = Nonces::new([9; 32]);
        let foreign = Nonces::new([8; 32]).mint(Moment::START);
        let fields = answered(&challenges("branch", &foreign, false, "x")[0], "pw", 1);
        assert_eq!(check(&mut nonces, 1, &fields, true), Verdict::Wrong);
    }

    #[test]
    fn a_client_that_stumbles_over_sha_256_is_offered_md5_alone() {
        let offered = |agent| challenges("branch", "n", false, agent);
        assert_eq!(offered("Yealink SIP-T46").len(), 2);
        assert!(offered("Yealink SIP-T46")[0].contains("SHA-256"));
        let alone = offered("baresip v1.0.0 (x86_64/linux)");
        assert!(alone.len() == 1 && alone[0].contains("algorithm=MD5"));
    }
}
