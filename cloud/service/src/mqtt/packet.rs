//! The packets of MQTT 5 that a box and this endpoint exchange (OASIS MQTT 5.0, chapter 3). QoS 2, AUTH and aliases are not spoken.
use super::reason::Reason;
use bytes::Bytes;

/// What a client may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientPacket {
    Connect(Connect),
    Publish(Publish),
    /// Acknowledges a QoS 1 PUBLISH of ours, by packet id.
    PubAck(u16),
    Subscribe {
        packet_id: u16,
        filters: Vec<Filter>,
    },
    Unsubscribe {
        packet_id: u16,
        filters: Vec<String>,
    },
    PingReq,
    /// `with_will` asks that the last will be published all the same.
    Disconnect {
        with_will: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// May be empty: then the endpoint gives one.
    pub client_id: String,
    /// 0: none asked for.
    pub keep_alive_s: u16,
    pub will: Option<Will>,
    /// QoS 1 messages that the client takes unacknowledged.
    pub receive_max: u16,
    pub packet_bytes_max: u32,
    /// Seconds that the client would like its session kept.
    pub session_expiry_s: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    pub topic: String,
    pub payload: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    pub topic: String,
    pub payload: Bytes,
    /// `None` is QoS 0; with a packet id it is QoS 1.
    pub packet_id: Option<u16>,
    pub dup: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    /// 0, 1 or 2 as asked; at most 1 is granted.
    pub qos: u8,
}

/// What this endpoint sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerPacket {
    ConnAck(ConnAck),
    Publish(Publish),
    PubAck { packet_id: u16, reason: Reason },
    SubAck { packet_id: u16, reasons: Vec<u8> },
    UnsubAck { packet_id: u16, reasons: Vec<u8> },
    PingResp,
    Disconnect(Reason),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    pub reason: Reason,
    pub receive_max: u16,
    pub packet_bytes_max: u32,
    /// Where it differs from what the client asked for.
    pub keep_alive_s: Option<u16>,
    /// Where the client named none.
    pub client_id: Option<String>,
    /// Sessions end with their connection; said where the client asked for more.
    pub session_ends: bool,
}

/// A packet that cannot be taken, and the reason that the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({})", reason.code())]
pub struct Fault {
    pub reason: Reason,
    pub what: &'static str,
}

impl Fault {
    #[must_use]
    pub const fn malformed(what: &'static str) -> Self {
        Self {
            reason: Reason::MalformedPacket,
            what,
        }
    }

    #[must_use]
    pub const fn protocol(what: &'static str) -> Self {
        Self {
            reason: Reason::ProtocolError,
            what,
        }
    }
}
