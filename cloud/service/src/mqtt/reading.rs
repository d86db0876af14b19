//! Bytes in, packets out: every limit and flag of the specification is checked before anything is believed.
use super::{
    fields::{self, Fields},
    packet::{ClientPacket, Connect, Fault, Filter, Publish, Will},
    reason::Reason,
};
use bytes::{Buf, BytesMut};

/// Filters in one SUBSCRIBE.
const FILTERS_MAX: usize = 16;

/// Takes the next whole packet out of the buffer; `None` until more bytes have come.
pub fn read_packet(
    buffer: &mut BytesMut,
    packet_bytes_max: usize,
) -> Result<Option<ClientPacket>, Fault> {
    let Some((header_len, body_len)) = frame(buffer)? else {
        return Ok(None);
    };
    if header_len + body_len > packet_bytes_max {
        return Err(Fault {
            reason: Reason::PacketTooLarge,
            what: "packet too large",
        });
    }
    if buffer.len() < header_len + body_len {
        return Ok(None);
    }
    let first = buffer[0];
    buffer.advance(header_len);
    let body = Fields::new(buffer.split_to(body_len).freeze());
    packet(first >> 4, first & 0x0f, body).map(Some)
}

/// Length of the fixed header and of what follows it, once both are known.
fn frame(buffer: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let mut body_len = 0;
    for (index, byte) in buffer.iter().skip(1).take(4).enumerate() {
        body_len |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((index + 2, body_len)));
        }
    }
    if buffer.len() > 4 {
        return Err(Fault::malformed("a length of more than four bytes"));
    }
    Ok(None)
}

fn packet(kind: u8, flags: u8, body: Fields) -> Result<ClientPacket, Fault> {
    let flags_expected = match kind {
        3 => flags,
        8 | 10 => 2,
        _ => 0,
    };
    if flags != flags_expected {
        return Err(Fault::malformed("reserved flags"));
    }
    match kind {
        1 => connect(body).map(ClientPacket::Connect),
        3 => publish(flags, body).map(ClientPacket::Publish),
        4 => puback(body).map(ClientPacket::PubAck),
        8 => subscribe(body),
        10 => unsubscribe(body),
        12 => body.end().map(|()| ClientPacket::PingReq),
        14 => disconnect(body),
        _ => Err(Fault::protocol("a packet that is not spoken here")),
    }
}

fn connect(mut body: Fields) -> Result<Connect, Fault> {
    let name = body.text()?;
    let version = body.u8()?;
    if name != "MQTT" || version != 5 {
        return Err(Fault {
            reason: Reason::UnsupportedProtocolVersion,
            what: "not MQTT 5",
        });
    }
    let flags = ConnectFlags::read(body.u8()?)?;
    let keep_alive_s = body.u16()?;
    let properties = body.properties(&[
        fields::SESSION_EXPIRY,
        fields::RECEIVE_MAX,
        fields::PACKET_MAX,
        fields::TOPIC_ALIAS_MAX,
        fields::REQUEST_RESPONSE,
        fields::REQUEST_PROBLEM,
        fields::USER_PROPERTY,
    ])?;
    if properties.receive_max == Some(0) || properties.packet_bytes_max == Some(0) {
        return Err(Fault::protocol("a limit of zero"));
    }
    let client_id = body.text()?;
    let will = if flags.will {
        Some(will(&mut body)?)
    } else {
        None
    };
    // The certificate says who it is: name and password are read over.
    if flags.user_name {
        body.text()?;
    }
    if flags.password {
        body.bytes()?;
    }
    body.end()?;
    Ok(Connect {
        client_id,
        keep_alive_s,
        will,
        receive_max: properties.receive_max.unwrap_or(u16::MAX),
        packet_bytes_max: properties.packet_bytes_max.unwrap_or(u32::MAX),
        session_expiry_s: properties.session_expiry_s.unwrap_or(0),
    })
}

struct ConnectFlags {
    will: bool,
    user_name: bool,
    password: bool,
}

impl ConnectFlags {
    fn read(byte: u8) -> Result<Self, Fault> {
        let will = byte & 0x04 != 0;
        let will_qos = (byte >> 3) & 3;
        let will_retain = byte & 0x20 != 0;
        if byte & 1 != 0 || will_qos == 3 || (!will && (will_qos != 0 || will_retain)) {
            return Err(Fault::malformed("CONNECT flags"));
        }
        if will_qos == 2 {
            return Err(Fault {
                reason: Reason::QosNotSupported,
                what: "a will of QoS 2",
            });
        }
        if will_retain {
            return Err(Fault {
                reason: Reason::RetainNotSupported,
                what: "a retained will",
            });
        }
        Ok(Self {
            will,
            user_name: byte & 0x80 != 0,
            password: byte & 0x40 != 0,
        })
    }
}

fn will(body: &mut Fields) -> Result<Will, Fault> {
    body.properties(&[
        fields::WILL_DELAY,
        fields::PAYLOAD_FORMAT,
        fields::MESSAGE_EXPIRY,
        fields::CONTENT_TYPE,
        fields::RESPONSE_TOPIC,
        fields::CORRELATION,
        fields::USER_PROPERTY,
    ])?;
    Ok(Will {
        topic: body.text()?,
        payload: body.bytes()?,
    })
}

fn publish(flags: u8, mut body: Fields) -> Result<Publish, Fault> {
    let qos = (flags >> 1) & 3;
    let dup = flags & 8 != 0;
    match qos {
        3 => return Err(Fault::malformed("QoS 3")),
        2 => {
            return Err(Fault {
                reason: Reason::QosNotSupported,
                what: "QoS 2",
            });
        }
        0 if dup => return Err(Fault::malformed("a repeated QoS 0")),
        _ => {}
    }
    if flags & 1 != 0 {
        return Err(Fault {
            reason: Reason::RetainNotSupported,
            what: "retain",
        });
    }
    let topic = body.text()?;
    let packet_id = if qos == 1 {
        Some(body.packet_id()?)
    } else {
        None
    };
    body.properties(&[
        fields::PAYLOAD_FORMAT,
        fields::MESSAGE_EXPIRY,
        fields::TOPIC_ALIAS,
        fields::RESPONSE_TOPIC,
        fields::CORRELATION,
        fields::USER_PROPERTY,
        fields::CONTENT_TYPE,
    ])?;
    if topic.is_empty() || topic.contains(['+', '#']) {
        return Err(Fault {
            reason: Reason::TopicNameInvalid,
            what: "topic name",
        });
    }
    Ok(Publish {
        topic,
        payload: body.rest(),
        packet_id,
        dup,
    })
}

fn puback(mut body: Fields) -> Result<u16, Fault> {
    let packet_id = body.packet_id()?;
    if !body.is_empty() {
        body.u8()?;
    }
    if !body.is_empty() {
        body.properties(&[fields::REASON_STRING, fields::USER_PROPERTY])?;
    }
    body.end()?;
    Ok(packet_id)
}

fn subscribe(mut body: Fields) -> Result<ClientPacket, Fault> {
    let packet_id = body.packet_id()?;
    body.properties(&[fields::USER_PROPERTY])?;
    let mut filters = Vec::new();
    while !body.is_empty() {
        let text = body.text()?;
        let options = body.u8()?;
        if options & 0xc0 != 0 || options & 3 == 3 || options & 0x30 == 0x30 {
            return Err(Fault::malformed("subscription options"));
        }
        let qos = options & 3;
        filters.push(Filter { text, qos });
        check_count(filters.len())?;
    }
    if filters.is_empty() {
        return Err(Fault::protocol("no filter"));
    }
    Ok(ClientPacket::Subscribe { packet_id, filters })
}

fn unsubscribe(mut body: Fields) -> Result<ClientPacket, Fault> {
    let packet_id = body.packet_id()?;
    body.properties(&[fields::USER_PROPERTY])?;
    let mut filters = Vec::new();
    while !body.is_empty() {
        filters.push(body.text()?);
        check_count(filters.len())?;
    }
    if filters.is_empty() {
        return Err(Fault::protocol("no filter"));
    }
    Ok(ClientPacket::Unsubscribe { packet_id, filters })
}

const fn check_count(filters: usize) -> Result<(), Fault> {
    if filters > FILTERS_MAX {
        return Err(Fault {
            reason: Reason::QuotaExceeded,
            what: "too many filters",
        });
    }
    Ok(())
}

/// Without a reason byte it is the normal end (section 3.14.2.1).
fn disconnect(mut body: Fields) -> Result<ClientPacket, Fault> {
    let reason = if body.is_empty() { 0 } else { body.u8()? };
    if !body.is_empty() {
        body.properties(&[
            fields::SESSION_EXPIRY,
            fields::REASON_STRING,
            fields::USER_PROPERTY,
        ])?;
    }
    body.end()?;
    Ok(ClientPacket::Disconnect {
        with_will: reason != 0,
    })
}
