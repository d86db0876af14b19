//! Who a phone is: by digest only, never by its address.
use crate::api::{Flow, Refused};
use crate::digest::{Verdict, challenges, verify};
use crate::machine::Sip;
use crate::message::credentials::DigestFields;
use crate::message::uri::Uri;
use crate::message::{Name, Reply, Request};
use messages::Extension;

pub(crate) enum Access {
    Granted(Extension),
    /// 401 with fresh challenges, or 403.
    Refused(Reply),
}

impl Sip {
    /// Asks for, or checks, the credentials of a phone. An unknown user is treated like a wrong password.
    pub(crate) fn access(&mut self, flow: Flow, request: &Request) -> Access {
        let lines = [Name::Authorization, Name::ProxyAuthorization];
        let mut given = lines
            .into_iter()
            .flat_map(|name| request.head.all(name))
            .filter_map(DigestFields::parse);
        let ours = given.find(|fields| fields.get("realm") == self.config.realm);
        let Some(fields) = ours else {
            let user = &request.from.uri.user;
            if self.config.phone(user).is_none() {
                let extension = Extension::parse(user).is_some();
                let why = if extension {
                    Refused::UnknownSource
                } else {
                    Refused::NoExtension
                };
                self.turn_away(flow, request, why);
            }
            return Access::Refused(self.challenge(request, false));
        };
        if !designates(fields.get("uri"), &request.uri) {
            self.turn_away(flow, request, Refused::WrongCredentials);
            return Access::Refused(Reply::new(400));
        }
        let user = fields.get("username");
        let account = self.config.phone(user);
        let password = account.map_or("no such phone", |account| account.password.as_str());
        let realm_and_method = (self.config.realm.as_str(), request.method.as_str());
        let known = account.is_some();
        let verdict = verify(
            &mut self.nonces,
            self.now.mono,
            &fields,
            realm_and_method,
            (password, known),
        );
        match verdict {
            Verdict::Good => match account.map(|account| account.extension.clone()) {
                Some(extension) => Access::Granted(extension),
                None => Access::Refused(self.challenge(request, false)),
            },
            Verdict::Stale => Access::Refused(self.challenge(request, true)),
            Verdict::Replayed => {
                self.turn_away(flow, request, Refused::ReplayedNonce);
                Access::Refused(self.challenge(request, true))
            }
            Verdict::Wrong => {
                self.turn_away(flow, request, Refused::WrongCredentials);
                Access::Refused(self.challenge(request, false))
            }
        }
    }

    fn challenge(&mut self, request: &Request, stale: bool) -> Reply {
        let nonce = self.nonces.mint(self.now.mono);
        let agent = request.head.first(Name::UserAgent).unwrap_or_default();
        let offered = challenges(&self.config.realm, &nonce, stale, agent).into_iter();
        offered.fold(Reply::new(401), |reply, one| {
            reply.with(Name::WwwAuthenticate, one)
        })
    }
}

/// The credentials are for this request (RFC 7616 §3.4.6). Some clients name the server alone: then the host decides.
fn designates(digest_uri: &str, request: &Uri) -> bool {
    Uri::parse(digest_uri).is_some_and(|named| {
        let same_user = named.user.is_empty() || named.user == request.user;
        same_user && named.host.eq_ignore_ascii_case(&request.host)
    })
}

#[cfg(test)]
mod tests {
    use super::designates;
    use crate::message::uri::Uri;

    #[test]
    fn credentials_are_good_for_the_resource_that_they_name() {
        let request = Uri::parse("sip:8123@branch.cn:5060;transport=udp").unwrap();
        for (named, good) in [
            ("sip:8123@branch.cn:5060;transport=udp", true),
            ("sip:8123@BRANCH.cn", true),
            ("sip:branch.cn:5060", true),
            ("sip:8124@branch.cn:5060", false),
            ("sip:8123@elsewhere.cn", false),
            ("", false),
            ("anything", false),
        ] {
            assert_eq!(designates(named, &request), good, "{named}");
        }
    }
}
