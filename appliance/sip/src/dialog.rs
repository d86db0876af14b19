//! Dialogs: who talks with whom, over which route, with which numbers (RFC 3261 §12).
use crate::api::{DialogRecord, Flow, Transport};
use crate::message::{Draft, Head, Method, Name, NameAddr, Request, Response, Uri};
use bytes::Bytes;
use std::net::SocketAddr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialog {
    pub call_id: String,
    pub local_tag: String,
    /// Empty until the peer has named it, and for RFC 2543 peers.
    pub remote_tag: String,
    /// Our From value, with tag.
    pub local: String,
    /// Our To value, with tag where there is one.
    pub remote: String,
    pub contact: String,
    /// Request URI of what we send.
    pub target: String,
    /// Route values, in the order of sending.
    pub routes: Vec<String>,
    pub local_seq: u32,
    /// Of the peer's last request; `None` before the first.
    pub remote_seq: Option<u32>,
    pub flow: Flow,
    /// Requests go where Route or the target point, if that is an address: true for trunks. Phones are reached by their flow.
    pub follows_target: bool,
}

impl Dialog {
    /// Of an INVITE that came. `tag`: our To tag.
    pub(crate) fn of_request(
        request: &Request,
        flow: Flow,
        tag: &str,
        contact: String,
        follows_target: bool,
    ) -> Self {
        let to = &request.echo.to;
        Self {
            call_id: request.call_id.clone(),
            local_tag: tag.to_owned(),
            remote_tag: request.from.tag().to_owned(),
            local: format!("{to};tag={tag}"),
            remote: request.echo.from.clone(),
            contact,
            target: contact_of(&request.head)
                .unwrap_or_else(|| request.from.uri.request_text().to_owned()),
            routes: request
                .head
                .list(Name::RecordRoute)
                .map(str::to_owned)
                .collect(),
            local_seq: 0,
            remote_seq: Some(request.cseq),
            flow,
            follows_target,
        }
    }

    /// What the peer's 2xx adds to the dialog of our INVITE.
    pub(crate) fn confirm(&mut self, response: &Response) {
        response.to.tag().clone_into(&mut self.remote_tag);
        response
            .head
            .first(Name::To)
            .unwrap_or_default()
            .clone_into(&mut self.remote);
        self.retarget(&response.head);
        self.routes = response
            .head
            .list(Name::RecordRoute)
            .map(str::to_owned)
            .collect();
        self.routes.reverse();
    }

    /// The peer's Contact moves its target.
    pub(crate) fn retarget(&mut self, head: &Head) {
        if let Some(target) = contact_of(head) {
            self.target = target;
        }
    }

    /// The next request of ours.
    pub(crate) fn request(&mut self, method: Method) -> Draft {
        self.local_seq = self.local_seq.saturating_add(1);
        self.draft(method, self.local_seq)
    }

    /// The ACK of the 2xx to our INVITE number `seq`.
    pub(crate) fn ack(&self, seq: u32) -> Draft {
        self.draft(Method::Ack, seq)
    }

    fn draft(&self, method: Method, seq: u32) -> Draft {
        let mut head = Head::default();
        let mut uri = self.target.clone();
        let mut routes: Vec<String> = self.routes.clone();
        let strict = routes
            .first()
            .and_then(|r| NameAddr::parse(r))
            .filter(|r| r.uri.params.get("lr").is_none());
        if let Some(strict) = strict {
            routes.remove(0);
            routes.push(format!("<{uri}>"));
            strict.uri.request_text().clone_into(&mut uri);
        }
        for route in routes {
            head.push(Name::Route, route);
        }
        head.push(Name::MaxForwards, "70");
        head.push(Name::From, self.local.as_str());
        head.push(Name::To, self.remote.as_str());
        head.push(Name::CallId, self.call_id.as_str());
        head.push(Name::CSeq, format!("{seq} {}", method.as_str()));
        if matches!(method, Method::Invite | Method::Update | Method::Notify) {
            head.push(Name::Contact, self.contact.as_str());
        }
        Draft {
            method,
            uri,
            head,
            body: Bytes::new(),
        }
    }

    /// Where requests of this dialog go.
    pub(crate) fn next_flow(&self) -> Flow {
        if !self.follows_target || self.flow.transport != Transport::Udp {
            return self.flow;
        }
        let hop = match self.routes.first() {
            Some(route) => NameAddr::parse(route).map(|r| r.uri),
            None => Uri::parse(&self.target),
        };
        let named = hop.and_then(|uri| uri.socket());
        let usable = |to: &SocketAddr| {
            to.is_ipv4() == self.flow.local.is_ipv4() && !to.ip().is_unspecified() && to.port() != 0
        };
        named.filter(usable).map_or(self.flow, |remote| Flow {
            remote,
            ..self.flow
        })
    }

    /// One text for the side table; read back by `of_record`.
    pub(crate) fn record(&self) -> DialogRecord {
        let transport = match self.flow.transport {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
            Transport::Wss => "wss",
        };
        let mut lines = vec![
            "1".to_owned(),
            transport.to_owned(),
            self.flow.local.to_string(),
            self.flow.remote.to_string(),
            self.flow.connection.to_string(),
            u8::from(self.follows_target).to_string(),
            self.call_id.clone(),
            self.local_tag.clone(),
            self.remote_tag.clone(),
            self.local.clone(),
            self.remote.clone(),
            self.contact.clone(),
            self.target.clone(),
            self.local_seq.to_string(),
        ];
        lines.extend(self.routes.iter().cloned());
        DialogRecord(lines.join("\n"))
    }

    /// `None` for a text of another version. The number is moved on, past whatever was sent after it was written.
    pub(crate) fn of_record(record: &DialogRecord) -> Option<Self> {
        let mut lines = record.0.split('\n');
        let mut next = || lines.next();
        if next()? != "1" {
            return None;
        }
        let transport = match next()? {
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            "tls" => Transport::Tls,
            "wss" => Transport::Wss,
            _ => return None,
        };
        let flow = Flow {
            transport,
            local: next()?.parse().ok()?,
            remote: next()?.parse().ok()?,
            connection: next()?.parse().ok()?,
        };
        let follows_target = next()? == "1";
        let mut text = || next().map(str::to_owned);
        Some(Self {
            flow,
            follows_target,
            call_id: text()?,
            local_tag: text()?,
            remote_tag: text()?,
            local: text()?,
            remote: text()?,
            contact: text()?,
            target: text()?,
            local_seq: text()?.parse::<u32>().ok()?.saturating_add(SEQ_SKIP),
            remote_seq: None,
            routes: lines.map(str::to_owned).collect(),
        })
    }
}

/// Requests of one dialog between the writing of its record and a restart are fewer than this.
const SEQ_SKIP: u32 = 1_000;

fn contact_of(head: &Head) -> Option<String> {
    let contact = NameAddr::parse(head.list(Name::Contact).next()?)?;
    contact
        .uri
        .is_sip()
        .then(|| contact.uri.request_text().to_owned())
}

#[cfg(test)]
mod tests {
    use super::Dialog;
    use crate::api::{DialogRecord, Flow, Transport};
    use crate::message::{Method, Name};

    fn dialog() -> Dialog {
        Dialog {
            call_id: "c@x".to_owned(),
            local_tag: "l".to_owned(),
            remote_tag: "r".to_owned(),
            local: "<sip:1000@a>;tag=l".to_owned(),
            remote: "\"前台\" <sip:2@b>;tag=r".to_owned(),
            contact: "<sip:1000@192.0.2.1:5060>".to_owned(),
            target: "sip:2@192.0.2.9:5070".to_owned(),
            routes: vec![
                "<sip:192.0.2.7;lr>".to_owned(),
                "<sip:192.0.2.8;lr>".to_owned(),
            ],
            local_seq: 7,
            remote_seq: None,
            flow: Flow {
                transport: Transport::Udp,
                local: "192.0.2.1:5060".parse().unwrap(),
                remote: "192.0.2.2:5060".parse().unwrap(),
                connection: 0,
            },
            follows_target: true,
        }
    }

    #[test]
    fn a_record_reads_back_with_its_number_moved_on() {
        let mut expected = dialog();
        expected.local_seq += 1_000;
        assert_eq!(Dialog::of_record(&dialog().record()), Some(expected));
        assert_eq!(Dialog::of_record(&DialogRecord("2\nx".to_owned())), None);
        assert_eq!(Dialog::of_record(&DialogRecord(String::new())), None);
    }

    #[test]
    fn a_strict_router_gets_the_request_and_the_target_comes_last() {
        let mut dialog = dialog();
        assert_eq!(dialog.request(Method::Bye).uri, "sip:2@192.0.2.9:5070");
        assert_eq!(dialog.next_flow().remote.to_string(), "192.0.2.7:5060");
        dialog.routes[0] = "<sip:192.0.2.7>".to_owned();
        let draft = dialog.request(Method::Bye);
        assert_eq!(draft.uri, "sip:192.0.2.7");
        let routes: Vec<_> = draft.head.all(Name::Route).collect();
        assert_eq!(routes, ["<sip:192.0.2.8;lr>", "<sip:2@192.0.2.9:5070>"]);
    }
}
