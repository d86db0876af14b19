//! Well-formed messages as they came, and what of a request its answers repeat.
use super::{Head, Method, Name, NameAddr, Uri, Via};
use bytes::Bytes;
use std::net::SocketAddr;

#[derive(Debug)]
pub(crate) struct Request {
    pub method: Method,
    pub uri: Uri,
    pub head: Head,
    pub body: Bytes,
    /// The topmost, stamped with the source.
    pub via: Via,
    pub from: NameAddr,
    pub to: NameAddr,
    pub call_id: String,
    pub cseq: u32,
    /// What answers repeat.
    pub echo: ReplyHead,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub code: u16,
    pub head: Head,
    pub body: Bytes,
    pub via: Via,
    pub from: NameAddr,
    pub to: NameAddr,
    pub call_id: String,
    pub cseq: u32,
    pub method: Method,
}

/// The fields of a request that every answer repeats (RFC 3261 §8.2.6.2).
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplyHead {
    pub vias: Vec<String>,
    pub from: String,
    pub to: String,
    pub to_tagged: bool,
    pub call_id: String,
    pub cseq: String,
    pub record_routes: Vec<String>,
    pub timestamp: Option<String>,
}

impl ReplyHead {
    /// `None` if there is no Via to answer to. What else is missing is left out.
    pub(crate) fn of(head: &Head, source: SocketAddr) -> Option<(Self, Via)> {
        let mut vias = head.list(Name::Via);
        let mut top = Via::parse(vias.next()?)?;
        top.stamp(source);
        let text = |name| head.first(name).unwrap_or_default().to_owned();
        let to = text(Name::To);
        let echo = Self {
            vias: core::iter::once(top.to_string())
                .chain(vias.map(str::to_owned))
                .collect(),
            from: text(Name::From),
            to_tagged: NameAddr::parse(&to).is_none_or(|to| !to.tag().is_empty()),
            to,
            call_id: text(Name::CallId),
            cseq: text(Name::CSeq),
            record_routes: head.all(Name::RecordRoute).map(str::to_owned).collect(),
            timestamp: head.first(Name::Timestamp).map(str::to_owned),
        };
        Some((echo, top))
    }
}

impl Request {
    /// The body if it is SDP. A body without a type is taken for SDP if it looks like it.
    pub(crate) fn sdp(&self) -> Option<Bytes> {
        super::body::sdp(&self.head, &self.body)
    }
}

impl Response {
    pub(crate) fn sdp(&self) -> Option<Bytes> {
        super::body::sdp(&self.head, &self.body)
    }
}
