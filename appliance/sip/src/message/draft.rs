//! Messages that we write.
use super::received::ReplyHead;
use super::{Head, Method, Name, phrase};
use bytes::Bytes;

/// A request of ours, without the Via that its transaction puts on top.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub method: Method,
    pub uri: String,
    pub head: Head,
    pub body: Bytes,
}

/// An answer of ours, without what it repeats from the request.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub code: u16,
    /// Empty: the usual phrase.
    pub phrase: String,
    pub head: Head,
    pub body: Bytes,
}

impl Draft {
    pub(crate) fn print(&self, via: &str) -> Bytes {
        let start = format!(
            "{} {} SIP/2.0\r\nVia: {via}\r\n",
            self.method.as_str(),
            self.uri
        );
        print(start, &self.head, &self.body)
    }
}

impl Reply {
    pub(crate) fn new(code: u16) -> Self {
        Self {
            code,
            phrase: String::new(),
            head: Head::default(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn with(mut self, name: Name, value: impl Into<String>) -> Self {
        self.head.push(name, value);
        self
    }

    pub(crate) fn with_sdp(mut self, sdp: Bytes) -> Self {
        self.head.push(Name::ContentType, "application/sdp");
        self.body = sdp;
        self
    }

    /// `tag` is put to To where the request had none (not for 100).
    pub(crate) fn print(&self, echo: &ReplyHead, tag: &str) -> Bytes {
        use core::fmt::Write as _;
        let phrase = if self.phrase.is_empty() {
            phrase::of(self.code)
        } else {
            &self.phrase
        };
        let mut out = String::with_capacity(512 + self.body.len());
        let _ = write!(out, "SIP/2.0 {} {phrase}\r\n", self.code);
        for via in &echo.vias {
            let _ = write!(out, "Via: {via}\r\n");
        }
        let mut line = |name: Name, value: &str| {
            if !value.is_empty() {
                let _ = write!(out, "{}: {value}\r\n", name.text());
            }
        };
        line(Name::From, &echo.from);
        if echo.to_tagged || echo.to.is_empty() || tag.is_empty() {
            line(Name::To, &echo.to);
        } else {
            line(Name::To, &format!("{};tag={tag}", echo.to));
        }
        line(Name::CallId, &echo.call_id);
        line(Name::CSeq, &echo.cseq);
        if let Some(timestamp) = &echo.timestamp {
            line(Name::Timestamp, timestamp);
        }
        if (101..300).contains(&self.code) && echo.cseq.ends_with("INVITE") {
            for route in &echo.record_routes {
                line(Name::RecordRoute, route);
            }
        }
        print(out, &self.head, &self.body)
    }
}

fn print(mut out: String, head: &Head, body: &[u8]) -> Bytes {
    use core::fmt::Write as _;
    out.push_str(&head.print());
    let _ = write!(
        out,
        "{}: {}\r\n\r\n",
        Name::ContentLength.text(),
        body.len()
    );
    let mut bytes = out.into_bytes();
    bytes.extend_from_slice(body);
    Bytes::from(bytes)
}
