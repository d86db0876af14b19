//! Transfers: a peer asks for somebody else in its place, and is told what became of it (RFC 3515).
use super::LegState;
use crate::api::{Event, Flow, LegId};
use crate::machine::Sip;
use crate::message::{Method, Name, NameAddr, Reply, Request, phrase, uri};
use crate::transaction::Owner;
use bytes::Bytes;
use messages::SipCode;

/// A transfer that is not over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Referral {
    /// The number of its REFER: names it among others (§2.4.6).
    id: u32,
    /// The peer wants to hear of it (RFC 4488).
    reported: bool,
}

/// Where a REFER points.
struct Pointed {
    user: String,
    /// The value of a Replaces header that the new INVITE is to carry.
    replaces: Option<String>,
}

impl Sip {
    pub(crate) fn on_refer(&mut self, flow: Flow, id: LegId, request: &Request) {
        let Some(leg) = self.legs.get(id) else {
            return;
        };
        let refusal = match &leg.state {
            LegState::Closing { .. } | LegState::Calling { .. } => Some(481),
            LegState::Invited { .. } => Some(403),
            LegState::Up { .. } if leg.referral.is_some() => Some(491),
            LegState::Up { .. } => None,
        };
        if let Some(code) = refusal {
            return self.respond_within(flow, request, Reply::new(code));
        }
        let Some(pointed) = pointed(request) else {
            return self.respond_within(flow, request, Reply::new(400));
        };
        let named = pointed.replaces.as_deref();
        let replaces = named.map(|text| self.leg_of_replaces(text));
        // a code that ends no dialog (RFC 5057 §5.1)
        if replaces == Some(None) {
            return self.respond_within(flow, request, Reply::new(603));
        }
        let silent = request.head.first(Name::ReferSub);
        let reported = !silent.is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
        let accepted = if reported {
            Reply::new(202)
        } else {
            Reply::new(202).with(Name::ReferSub, "false")
        };
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        leg.referral = Some(Referral {
            id: request.cseq,
            reported,
        });
        let accepted = accepted.with(Name::Contact, leg.dialog.contact.clone());
        self.respond_within(flow, request, accepted);
        self.report_referral(id, SipCode(100));
        self.tell(Event::Referred {
            leg: id,
            to: pointed.user,
            replaces: replaces.flatten(),
        });
    }

    pub(crate) fn report_referral(&mut self, id: LegId, code: SipCode) {
        let Some(leg) = self.legs.get_mut(id) else {
            return;
        };
        let LegState::Up { .. } = leg.state else {
            return;
        };
        let over = code.0 >= 200;
        let Some(Referral {
            id: number,
            reported,
        }) = leg.referral
        else {
            return;
        };
        if over {
            leg.referral = None;
        }
        if !reported {
            return;
        }
        let mut draft = leg.dialog.request(Method::Notify);
        draft.head.push(Name::Event, format!("refer;id={number}"));
        let state = if over {
            "terminated;reason=noresource"
        } else {
            "active;expires=180"
        };
        draft.head.push(Name::SubscriptionState, state);
        draft
            .head
            .push(Name::ContentType, "message/sipfrag;version=2.0");
        let code = code.0.clamp(100, 699);
        draft.body = Bytes::from(format!("SIP/2.0 {code} {}\r\n", phrase::of(code)));
        let flow = leg.dialog.next_flow();
        self.open_client(flow, draft, Owner::Nobody);
    }
}

/// One Refer-To that names somebody to call; `None` for anything else.
fn pointed(request: &Request) -> Option<Pointed> {
    let mut values = request.head.list(Name::ReferTo);
    let (value, more) = (values.next()?, values.next());
    let to = NameAddr::parse(value).filter(|_| more.is_none())?.uri;
    let calls = to.params.get("method").is_none_or(|one| one == "INVITE");
    if !to.is_sip() || to.user.is_empty() || !calls {
        return None;
    }
    let mut replaces = None;
    for (name, value) in to.headers() {
        if name.eq_ignore_ascii_case(Name::Replaces.text()) {
            replaces = Some(uri::unescape(value)?);
        }
    }
    Some(Pointed {
        user: to.user,
        replaces,
    })
}
