//! Cuts a byte stream into messages by Content-Length (RFC 3261 §18.3), bounded.
use crate::message::lexer::head_end;
use crate::message::{Name, scan};
use bytes::{Buf as _, Bytes, BytesMut};

#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: BytesMut,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framed {
    Message(Bytes),
    /// A double line end between messages: wants a single one back (RFC 5626 §3.5.1).
    Ping,
    /// More has to come.
    Nothing,
    /// No message can be cut from here on: the stream is of no use any longer.
    Broken,
}

impl Framer {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// `max`: octets of one message.
    pub(crate) fn next(&mut self, max: usize) -> Framed {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.buffer.advance(4);
            return Framed::Ping;
        }
        if matches!(
            &self.buffer[..],
            [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r']
        ) {
            return Framed::Nothing;
        }
        if self.buffer.starts_with(b"\r\n") {
            self.buffer.advance(2);
        }
        let Some((end, body_at)) = head_end(&self.buffer) else {
            let waiting = self.buffer.len() <= max;
            return if waiting {
                Framed::Nothing
            } else {
                Framed::Broken
            };
        };
        let total =
            content_length(&self.buffer[..end]).and_then(|length| body_at.checked_add(length));
        match total.filter(|total| *total <= max) {
            None => Framed::Broken,
            Some(total) if total > self.buffer.len() => Framed::Nothing,
            Some(total) => Framed::Message(self.buffer.split_to(total).freeze()),
        }
    }
}

/// Absent means no body; `None` for one that lies or for two.
fn content_length(head: &[u8]) -> Option<usize> {
    let mut found = None;
    for line in head.split(|b| *b == b'\n') {
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            continue;
        };
        let name = core::str::from_utf8(&line[..colon]).unwrap_or_default();
        if Name::parse(name.trim_end()) != Some(Name::ContentLength) {
            continue;
        }
        let value = core::str::from_utf8(&line[colon + 1..]).ok()?.trim();
        let length = usize::try_from(scan::number(value, 1 << 24)?).ok()?;
        if found.replace(length).is_some() {
            return None;
        }
    }
    Some(found.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{Framed, Framer};
    use proptest::prelude::*;

    const TWO: &[u8] =
        b"A\r\nl: 3\r\n\r\nabcB\r\nTo: x\r\n\r\n\r\n\r\nC\r\nContent-Length : 0\r\n\r\n";

    proptest! {
        #[test]
        fn messages_are_cut_alike_however_the_stream_is_chopped(cuts in proptest::collection::vec(1_usize..9, 1..40)) {
            let mut framer = Framer::default();
            let mut rest = TWO;
            let mut found = Vec::new();
            let mut cuts = cuts.into_iter().cycle();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(cuts.next().unwrap().min(rest.len()));
                rest = later;
                framer.push(now);
                loop {
                    match framer.next(1_000) {
                        Framed::Message(bytes) => found.push(String::from_utf8(bytes.to_vec()).unwrap()),
                        Framed::Ping => found.push("ping".to_owned()),
                        Framed::Nothing => break,
                        Framed::Broken => panic!("broken"),
                    }
                }
            }
            prop_assert_eq!(found, ["A\r\nl: 3\r\n\r\nabc", "B\r\nTo: x\r\n\r\n", "ping", "C\r\nContent-Length : 0\r\n\r\n"]);
        }
    }

    #[test]
    fn a_stream_that_cannot_be_cut_is_broken_not_kept() {
        for bad in [
            "l: -1\r\n\r\n",
            "l: 1\r\nl: 1\r\n\r\n",
            "l: 99999999999999999999\r\n\r\n",
            "l: 2000\r\n\r\n",
        ] {
            let mut framer = Framer::default();
            framer.push(bad.as_bytes());
            assert_eq!(framer.next(1_000), Framed::Broken, "{bad}");
        }
        let mut endless = Framer::default();
        endless.push(&[b'x'; 1_001]);
        assert_eq!(endless.next(1_000), Framed::Broken);
    }
}
