//! Phones that ask where their configuration is (RFC 6080 §5), and the request to look for a new one.
use crate::api::{Event, Flow, ProfileAsked, Resync};
use crate::machine::Sip;
use crate::message::{Draft, Head, Method, Name, NameAddr, Reply, Request, Response, uri};
use crate::timer::TxId;
use crate::transaction::Owner;
use bytes::Bytes;
use messages::{Extension, Mac};

const PROFILE: &str = "ua-profile";
/// What phones write of themselves is not longer.
const NAME_MAX: usize = 120;

/// What the answer has to repeat of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileReply {
    flow: Flow,
    uri: String,
    call_id: String,
    from: String,
    to: String,
}

pub(crate) fn asks_for_profile(request: &Request) -> bool {
    let event = request.head.first(Name::Event).unwrap_or_default();
    let name = event.split(';').next().unwrap_or_default().trim();
    request.method == Method::Subscribe && name.eq_ignore_ascii_case(PROFILE)
}

impl Sip {
    /// A phone that was just plugged in asks everybody in its network. Whoever decides whether it is told sends `OfferProfile`.
    pub(crate) fn on_profile_asked(&mut self, flow: Flow, request: &Request) {
        if self.is_full() {
            return self.respond_stateless(flow, request, Reply::new(503));
        }
        let tag = self.mint_tag();
        let own = own_uri(flow);
        let id = self.open_server(flow, request, tag.clone());
        let accepted = Reply::new(200)
            .with(Name::Contact, format!("<{own}>"))
            .with(Name::Expires, "0");
        self.respond(id, accepted);
        let head = &request.head;
        let contact = head.first(Name::Contact).and_then(NameAddr::parse);
        let answered_at = contact
            .as_ref()
            .map(|one| one.uri.request_text().to_owned());
        let answered_at = answered_at.unwrap_or_else(|| {
            format!(
                "sip:{}:{}",
                uri::host_text(flow.remote.ip()),
                flow.remote.port()
            )
        });
        let user_of = |one: &NameAddr| mac_of(&one.uri.user);
        let from = head.first(Name::From).unwrap_or_default().to_owned();
        let mac = mac_of(&request.uri.user)
            .or_else(|| NameAddr::parse(&from).as_ref().and_then(user_of))
            .or_else(|| contact.as_ref().and_then(user_of));
        let to = head.first(Name::To).unwrap_or_default();
        self.tell(Event::ProfileAsked(Box::new(ProfileAsked {
            mac,
            source: flow.remote,
            local: flow.local,
            user_agent: named(head),
            reply: ProfileReply {
                flow,
                uri: answered_at,
                call_id: request.call_id.clone(),
                from: format!("{to};tag={tag}"),
                to: from,
            },
        })));
    }

    pub(crate) fn offer_profile(&mut self, reply: ProfileReply, url: &str) {
        let mut head = Head::default();
        head.push(Name::MaxForwards, "20");
        head.push(Name::From, reply.from);
        head.push(Name::To, reply.to);
        head.push(Name::CallId, reply.call_id);
        head.push(Name::CSeq, "1 NOTIFY");
        head.push(Name::Contact, format!("<{}>", own_uri(reply.flow)));
        head.push(Name::Event, PROFILE);
        head.push(Name::SubscriptionState, "terminated;reason=timeout");
        head.push(Name::ContentType, "application/url");
        let draft = Draft {
            method: Method::Notify,
            uri: reply.uri,
            head,
            body: Bytes::from(url.to_owned()),
        };
        self.open_client(reply.flow, draft, Owner::Nobody);
    }

    /// To each place where the phone is registered.
    pub(crate) fn resync(&mut self, extension: &Extension, how: Resync) {
        let places: Vec<(Flow, String)> = self
            .registrar
            .of(extension)
            .iter()
            .map(|place| (place.flow, place.uri.request_text().to_owned()))
            .collect();
        for (flow, uri) in places {
            let own = own_uri(flow);
            let tag = self.mint_tag();
            let mut head = Head::default();
            head.push(Name::MaxForwards, "20");
            head.push(Name::From, format!("<{own}>;tag={tag}"));
            head.push(Name::To, format!("<{uri}>"));
            head.push(Name::CallId, self.secrets.hex(16));
            head.push(Name::CSeq, "1 NOTIFY");
            head.push(Name::Contact, format!("<{own}>"));
            head.push(Name::Event, how.event());
            head.push(Name::SubscriptionState, "terminated;reason=noresource");
            let draft = Draft {
                method: Method::Notify,
                uri,
                head,
                body: Bytes::new(),
            };
            self.open_client(flow, draft, Owner::Resync(extension.clone()));
        }
    }

    /// Some phones want to know that it is their own server who asks: by their own password.
    pub(crate) fn on_resync_answer(&mut self, tx: TxId, of: &Extension, response: &Response) {
        if !matches!(response.code, 401 | 407) {
            return;
        }
        let account = self.config.phone(of.as_str());
        let Some(password) = account.map(|account| account.password.clone()) else {
            return;
        };
        self.authorized_again(tx, (of.as_str().to_owned(), password), response);
    }
}

fn own_uri(flow: Flow) -> String {
    format!(
        "sip:{}:{}",
        uri::host_text(flow.local.ip()),
        flow.local.port()
    )
}

/// `MAC:00156574b1c2`, `MAC=00156574b1c2`, `00156574b1c2`.
fn mac_of(user: &str) -> Option<Mac> {
    let behind = match user.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("mac") => user.get(3..)?,
        Some(_) | None => user,
    };
    Mac::parse(behind.trim_start_matches([':', '=']))
}

/// As the phone names itself: its header, else who made it, which model, which version.
fn named(head: &Head) -> String {
    let header = head.first(Name::UserAgent).unwrap_or_default();
    let event = head.first(Name::Event).unwrap_or_default();
    let param = |wanted: &str| {
        let mut all = event
            .split(';')
            .skip(1)
            .filter_map(|one| one.split_once('='));
        let found = all.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let words = ["vendor", "model", "version"].into_iter().filter_map(param);
    let of_event = words.collect::<Vec<_>>().join(" ");
    let text = if of_event.is_empty() {
        header
    } else {
        &of_event
    };
    text.chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mac_of;

    #[test]
    fn an_address_is_found_in_each_form_that_phones_write() {
        for user in [
            "MAC:00156574b1c2",
            "MAC=00156574B1C2",
            "mac:00:15:65:74:b1:c2",
            "00156574b1c2",
        ] {
            let read = mac_of(user).map(|mac| mac.to_string());
            assert_eq!(read.as_deref(), Some("00156574b1c2"), "{user}");
        }
        assert_eq!(mac_of("1000"), None);
        assert_eq!(mac_of("maé"), None);
    }
}
