//! Raw parts to a request or response whose mandatory fields are typed, or to what is answered instead.
use super::lexer::{self, Raw};
use super::{Fault, Method, Name, NameAddr, ReplyHead, Request, Response, Uri, Via, scan};
use bytes::Bytes;
use std::net::SocketAddr;

#[derive(Debug)]
pub(crate) enum Parsed {
    Request(Box<Request>),
    Response(Box<Response>),
    /// A broken request that can be answered: `via` says where.
    Faulty {
        fault: Fault,
        echo: Box<ReplyHead>,
        via: Via,
    },
    /// Line ends only.
    KeepAlive,
    /// Nothing that deserves an answer.
    Garbage,
}

/// Fields that may stand once.
const SINGLE: [Name; 10] = [
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::MaxForwards,
    Name::ContentType,
    Name::Expires,
    Name::ContentLength,
    Name::Timestamp,
    Name::UserAgent,
];

/// CSeq numbers are below 2^31 (RFC 3261 §8.1.1.5).
const CSEQ_MAX: u64 = (1 << 31) - 1;

/// Vias on one message at most.
const VIAS_MAX: usize = 70;

pub(crate) fn parse(bytes: &Bytes, source: SocketAddr) -> Parsed {
    let Some(raw) = lexer::lex(bytes) else {
        return Parsed::KeepAlive;
    };
    if raw.start.starts_with("SIP/") {
        return response(raw).map_or(Parsed::Garbage, |r| Parsed::Response(Box::new(r)));
    }
    if !raw.start.contains("SIP/") {
        return Parsed::Garbage;
    }
    let is_ack = raw.start.starts_with("ACK ");
    let Some((echo, via)) = ReplyHead::of(&raw.head, source) else {
        return without_via(&raw, source);
    };
    match request(raw, &echo, &via) {
        Ok(request) => Parsed::Request(Box::new(request)),
        Err(_) if is_ack => Parsed::Garbage,
        Err(fault) => Parsed::Faulty {
            fault,
            echo: Box::new(echo),
            via,
        },
    }
}

/// The top Via is broken, not absent: the answer goes back to where the request came from.
fn without_via(raw: &Raw, source: SocketAddr) -> Parsed {
    let Some(text) = raw.head.first(Name::Via) else {
        return Parsed::Garbage;
    };
    let host = super::uri::host_text(source.ip());
    let Some(via) = Via::parse(&format!("SIP/2.0/UDP {host}:{};rport", source.port())) else {
        return Parsed::Garbage;
    };
    let field = |name| raw.head.first(name).unwrap_or_default().to_owned();
    let echo = Box::new(ReplyHead {
        vias: vec![text.to_owned()],
        from: field(Name::From),
        to: field(Name::To),
        to_tagged: true,
        call_id: field(Name::CallId),
        cseq: field(Name::CSeq),
        ..ReplyHead::default()
    });
    let version = start_line(&raw.start)
        .err()
        .filter(|fault| *fault == Fault::Version);
    let fault = version.unwrap_or(Fault::Bad(Name::Via));
    Parsed::Faulty { fault, echo, via }
}

fn request(raw: Raw, echo: &ReplyHead, via: &Via) -> Result<Request, Fault> {
    let (method, uri) = start_line(&raw.start)?;
    if let Some(fault) = raw.fault {
        return Err(fault);
    }
    let fields = Fields::read(&raw)?;
    let method = Method::parse(method);
    if matches!(method, Method::Unknown(_)) {
        return Err(Fault::UnknownMethod);
    }
    if fields.method != method {
        return Err(Fault::MethodMismatch);
    }
    let uri = Uri::parse(uri).ok_or(Fault::BadRequestUri)?;
    if !uri.is_sip() {
        return Err(Fault::Scheme);
    }
    if uri.has_headers() {
        return Err(Fault::BadRequestUri);
    }
    check_rest(&raw, &method, via)?;
    Ok(Request {
        method,
        uri,
        head: raw.head,
        body: raw.body,
        via: via.clone(),
        from: fields.from,
        to: fields.to,
        call_id: fields.call_id,
        cseq: fields.cseq,
        echo: echo.clone(),
    })
}

/// `METHOD SP uri SP SIP/2.0`, single spaces.
fn start_line(line: &str) -> Result<(&str, &str), Fault> {
    let mut parts = line.split(' ');
    let (Some(method), Some(uri), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::StartLine);
    };
    if !scan::is_token(method) {
        return Err(Fault::StartLine);
    }
    if version == "SIP/2.0" {
        return Ok((method, uri));
    }
    let is_version = version
        .strip_prefix("SIP/")
        .and_then(|v| v.split_once('.'))
        .is_some_and(|(major, minor)| {
            scan::number(major, u64::MAX).is_some() && scan::number(minor, u64::MAX).is_some()
        });
    Err(if is_version {
        Fault::Version
    } else {
        Fault::StartLine
    })
}

/// What only some messages carry, and what would be acted on.
fn check_rest(raw: &Raw, method: &Method, via: &Via) -> Result<(), Fault> {
    if via.branch() == "z9hG4bK" {
        return Err(Fault::Bad(Name::Via));
    }
    if raw
        .head
        .list(Name::Via)
        .any(|one| Via::parse(one).is_none())
    {
        return Err(Fault::Bad(Name::Via));
    }
    if raw.head.list(Name::Via).count() > VIAS_MAX {
        return Err(Fault::TooManyHeaders);
    }
    for name in [Name::Contact, Name::Route, Name::RecordRoute] {
        let wild = |one: &str| name == Name::Contact && one == "*" && *method == Method::Register;
        if raw
            .head
            .list(name)
            .any(|one| !wild(one) && NameAddr::parse(one).is_none())
        {
            return Err(Fault::Bad(name));
        }
    }
    if raw.head.list(Name::Contact).count() > 1 && *method == Method::Invite {
        return Err(Fault::Repeated(Name::Contact));
    }
    Ok(())
}

struct Fields {
    from: NameAddr,
    to: NameAddr,
    call_id: String,
    cseq: u32,
    method: Method,
}

impl Fields {
    fn read(raw: &Raw) -> Result<Self, Fault> {
        if let Some(name) = SINGLE.into_iter().find(|name| raw.head.count(*name) > 1) {
            return Err(Fault::Repeated(name));
        }
        let need = |name| raw.head.first(name).ok_or(Fault::Missing(name));
        let address = |name| NameAddr::parse(need(name)?).ok_or(Fault::Bad(name));
        let call_id = need(Name::CallId)?;
        if call_id.is_empty() || call_id.contains([' ', '\t', ',']) {
            return Err(Fault::Bad(Name::CallId));
        }
        let mut cseq = need(Name::CSeq)?.split_ascii_whitespace();
        let (Some(number), Some(method), None) = (cseq.next(), cseq.next(), cseq.next()) else {
            return Err(Fault::Bad(Name::CSeq));
        };
        let number = scan::number(number, CSEQ_MAX).and_then(|n| u32::try_from(n).ok());
        Ok(Self {
            from: address(Name::From)?,
            to: address(Name::To)?,
            call_id: call_id.to_owned(),
            cseq: number.ok_or(Fault::Bad(Name::CSeq))?,
            method: Method::parse(method),
        })
    }
}

/// `None`: dropped without a word. A response with more than one Via was not meant for us.
fn response(raw: Raw) -> Option<Response> {
    let rest = raw.start.strip_prefix("SIP/2.0 ")?;
    let code = rest.split(' ').next().filter(|code| code.len() == 3)?;
    let code = u16::try_from(scan::number(code, 699)?)
        .ok()
        .filter(|c| *c >= 100)?;
    if raw.fault.is_some() || raw.head.list(Name::Via).count() != 1 {
        return None;
    }
    let fields = Fields::read(&raw).ok()?;
    let via = Via::parse(raw.head.list(Name::Via).next()?)?;
    Some(Response {
        code,
        via,
        head: raw.head,
        body: raw.body,
        from: fields.from,
        to: fields.to,
        call_id: fields.call_id,
        cseq: fields.cseq,
        method: fields.method,
    })
}
