//! The two hash algorithms and the response computation (RFC 7616 §3.4.1).
use md5::Md5;
use sha2::{Digest, Sha256};

/// In the order of preference (RFC 8760 §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Sha256,
    Md5,
}

/// What both sides put into a response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ingredients<'a> {
    pub user: &'a str,
    pub realm: &'a str,
    pub password: &'a str,
    pub method: &'a str,
    pub uri: &'a str,
    pub nonce: &'a str,
    pub qop: Option<Qop<'a>>,
}

/// `qop=auth`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Qop<'a> {
    pub nc: &'a str,
    pub cnonce: &'a str,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 2] = [Self::Sha256, Self::Md5];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    /// None said means MD5.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Md5);
        }
        Self::ALL
            .into_iter()
            .find(|one| one.text().eq_ignore_ascii_case(text))
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Sha256 => hex::encode(Sha256::digest(text)),
            Self::Md5 => hex::encode(Md5::digest(text)),
        }
    }

    pub(crate) fn response(self, of: &Ingredients<'_>) -> String {
        let a1 = self.hash(&format!("{}:{}:{}", of.user, of.realm, of.password));
        let a2 = self.hash(&format!("{}:{}", of.method, of.uri));
        self.hash(&match of.qop {
            Some(qop) => format!("{a1}:{}:{}:{}:auth:{a2}", of.nonce, qop.nc, qop.cnonce),
            None => format!("{a1}:{}:{a2}", of.nonce),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Ingredients, Qop};

    #[test]
    fn the_responses_of_rfc_7616_section_3_9_1_come_out() {
        let of = Ingredients {
            user: "Mufasa",
            realm: "http-auth@example.org",
            password: "Circle of Life",
            method: "GET",
            uri: "/dir/index.html",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            qop: Some(Qop {
                nc: "00000001",
                cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            }),
        };
        assert_eq!(
            Algorithm::Md5.response(&of),
            "8ca523f5e9506fed4657c9700eebdbec"
        );
        assert_eq!(
            Algorithm::Sha256.response(&of),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn the_response_without_qop_of_rfc_2617_comes_out() {
        let of = Ingredients {
            user: "Mufasa",
            realm: "testrealm@host.com",
            password: "Circle Of Life",
            method: "GET",
            uri: "/dir/index.html",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            qop: None,
        };
        assert_eq!(
            Algorithm::Md5.response(&of),
            "670fd8c2df070c60b045671b8b24ff02"
        );
    }
}
