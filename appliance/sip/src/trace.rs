//! What was said on the wire about calls, for whoever wants to see how one went. It names no number and no person.
use crate::api::Flow;
use core::str;

/// A longer header section is not looked at to its end.
const LOOK_MAX: usize = 16 * 1024;
/// As long as our own ids are, and those of phones; a longer one is cut.
const CALL_ID_MAX: usize = 128;

/// One message of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// As it stands in the message.
    pub call_id: String,
    pub flow: Flow,
    pub way: Way,
    pub said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Of a request, or of the one that is answered.
    pub method: &'static str,
    /// Of an answer.
    pub code: Option<u16>,
    pub cseq: u32,
    /// It carries a session description.
    pub sdp: bool,
    /// Q.850, from a Reason header (RFC 3326).
    pub q850: Option<u16>,
}

/// Those that make, change and end calls.
const METHODS: [&str; 10] = [
    "INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "REFER", "NOTIFY", "INFO", "MESSAGE",
];

impl Traced {
    /// Reads what of a message is kept. `None`: it belongs to no call, or is none.
    pub(crate) fn of(way: Way, flow: Flow, bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..LOOK_MAX).unwrap_or(bytes);
        let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.next()?;
        let code = match first.strip_prefix(b"SIP/2.0 ") {
            Some(rest) => Some(str::from_utf8(rest.get(..3)?).ok()?.parse().ok()?),
            None => None,
        };
        let (mut call_id, mut cseq, mut sdp, mut q850) = (None, None, false, None);
        for line in lines.take_while(|line| !line.is_empty()) {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            if is(name, "Call-ID", b'i') {
                let value = &value[..value.len().min(CALL_ID_MAX)];
                call_id = Some(String::from_utf8_lossy(value).into_owned());
            } else if name.eq_ignore_ascii_case(b"CSeq") {
                cseq = number_and_method(value);
            } else if is(name, "Content-Type", b'c') {
                sdp = value.to_ascii_lowercase().starts_with(b"application/sdp");
            } else if name.eq_ignore_ascii_case(b"Reason") {
                q850 = cause(value).or(q850);
            }
        }
        let (cseq, method) = cseq?;
        Some(Self {
            call_id: call_id?,
            flow,
            way,
            said: Said {
                method,
                code,
                cseq,
                sdp,
                q850,
            },
        })
    }
}

fn is(name: &[u8], long: &str, short: u8) -> bool {
    name.eq_ignore_ascii_case(long.as_bytes()) || name.eq_ignore_ascii_case(&[short])
}

fn number_and_method(value: &[u8]) -> Option<(u32, &'static str)> {
    let mut words = str::from_utf8(value).ok()?.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let method = words.next()?;
    let known = METHODS.into_iter().find(|known| *known == method)?;
    Some((number, known))
}

/// `Q.850;cause=17;text="User busy"`
fn cause(value: &[u8]) -> Option<u16> {
    let text = str::from_utf8(value).ok()?;
    let mut parts = text.split(';').map(str::trim);
    let is_q850 = parts.next()?.eq_ignore_ascii_case("Q.850");
    let cause = parts.find_map(|part| part.strip_prefix("cause="))?;
    cause.trim().parse().ok().filter(|_| is_q850)
}

#[cfg(test)]
mod tests {
    use super::{Said, Traced, Way};
    use crate::api::{Flow, Transport};
    use proptest::prelude::*;

    fn flow() -> Flow {
        Flow {
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.7:5060".parse().unwrap(),
            connection: 0,
        }
    }

    fn read(text: &str) -> Option<(String, Said)> {
        let traced = Traced::of(Way::In, flow(), text.as_bytes())?;
        Some((traced.call_id, traced.said))
    }

    #[test]
    fn what_a_message_says_is_kept_without_whom_it_names() {
        let invite = "INVITE sip:13800138000@host SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\
            f: <sip:1000@host>;tag=1\r\ni: abc@phone\r\nCSeq: 7 INVITE\r\nc: application/sdp\r\n\r\nv=0\r\nCSeq: 9 BYE\r\n";
        let said = Said {
            method: "INVITE",
            code: None,
            cseq: 7,
            sdp: true,
            q850: None,
        };
        assert_eq!(read(invite), Some(("abc@phone".to_owned(), said)));
        let busy = "SIP/2.0 486 Busy Here\r\nCall-ID: abc@phone\r\nCSeq: 7 INVITE\r\n\
            Reason: SIP;cause=486\r\nReason: Q.850;cause=17;text=\"User busy\"\r\n\r\n";
        let said = Said {
            code: Some(486),
            sdp: false,
            q850: Some(17),
            ..said
        };
        assert_eq!(read(busy), Some(("abc@phone".to_owned(), said)));
    }

    #[test]
    fn what_belongs_to_no_call_is_left_out() {
        for text in [
            "",
            "\r\n\r\n",
            "REGISTER sip:h SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n\r\n",
            "OPTIONS sip:h SIP/2.0\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\r\n",
            "INVITE sip:h SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n",
            "INVITE sip:h SIP/2.0\r\nCall-ID: a\r\n\r\nCSeq: 1 INVITE\r\n",
            "SIP/2.0 x\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n\r\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Traced::of(Way::Out, flow(), &bytes);
        }
    }
}
