//! What the endpoint hands inside: a box's message, and what became of it.
use super::tls::BoxPapers;
use bytes::Bytes;
use messages::{BoxId, enrolment::Serial, lane::Lane};

/// The inside of the MQTT endpoint: whoever writes what the boxes say.
pub trait Ingest: Send + Sync + 'static {
    /// One message of one box, from a connection whose certificate names that box.
    /// The messages of a connection come one after the other; the next waits for the return.
    /// Returns only when what it says is durable: the box's PUBACK is sent after that.
    fn publish(
        &self,
        box_id: &BoxId,
        lane: Lane,
        bytes: Bytes,
    ) -> impl Future<Output = Outcome> + Send;

    /// A connection of a box begins, with this certificate.
    fn admitted(&self, _papers: &BoxPapers) -> impl Future<Output = ()> + Send {
        core::future::ready(())
    }

    /// Asked once more when a connection has its seat.
    fn is_revoked(&self, _serial: &Serial) -> bool {
        false
    }

    /// The link of a box came up or went down. A takeover is neither.
    fn link_changed(&self, box_id: &BoxId, up: bool) -> impl Future<Output = ()> + Send;
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Durable, or already there. `replies` go down to the same box before its PUBACK.
    Committed { replies: Vec<(Lane, Bytes)> },
    /// Understood and refused: the PUBACK carries "payload format invalid"; `replies` say why.
    Refused {
        code: &'static str,
        replies: Vec<(Lane, Bytes)>,
    },
    /// It could not be written now: no PUBACK, the connection ends with "server busy", the box comes again.
    Unavailable { code: &'static str },
}

impl Outcome {
    /// Durable, and nothing to say about it.
    #[must_use]
    pub const fn committed() -> Self {
        Self::Committed {
            replies: Vec::new(),
        }
    }

    /// Durable, with one message down.
    #[must_use]
    pub fn committed_with(lane: Lane, bytes: impl Into<Bytes>) -> Self {
        Self::Committed {
            replies: vec![(lane, bytes.into())],
        }
    }
}
