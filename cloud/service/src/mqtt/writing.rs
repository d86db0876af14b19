//! Packets out as bytes.
use super::{
    fields,
    packet::{ConnAck, Publish, ServerPacket},
    reason::Reason,
};
use bytes::{BufMut, BytesMut};

/// Appends the packet. Topics and payloads are ours and within their limits.
pub fn write_packet(packet: &ServerPacket, out: &mut BytesMut) {
    match packet {
        ServerPacket::ConnAck(connack) => frame(out, 0x20, &connack_body(connack)),
        ServerPacket::Publish(publish) => write_publish(publish, out),
        ServerPacket::PubAck { packet_id, reason } => {
            let mut body = packet_id.to_be_bytes().to_vec();
            if *reason != Reason::Success {
                body.extend([reason.byte(), 0]);
            }
            frame(out, 0x40, &body);
        }
        ServerPacket::SubAck { packet_id, reasons } => {
            frame(out, 0x90, &acks_body(*packet_id, reasons));
        }
        ServerPacket::UnsubAck { packet_id, reasons } => {
            frame(out, 0xb0, &acks_body(*packet_id, reasons));
        }
        ServerPacket::PingResp => frame(out, 0xd0, &[]),
        ServerPacket::Disconnect(reason) => frame(out, 0xe0, &[reason.byte(), 0]),
    }
}

fn frame(out: &mut BytesMut, first: u8, body: &[u8]) {
    out.put_u8(first);
    put_var_int(out, body.len());
    out.put_slice(body);
}

fn put_var_int(out: &mut impl BufMut, mut value: usize) {
    loop {
        let byte = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.put_u8(byte);
            return;
        }
        out.put_u8(byte | 0x80);
    }
}

fn put_text(out: &mut impl BufMut, text: &str) {
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.put_u16(len);
    out.put_slice(&text.as_bytes()[..usize::from(len)]);
}

fn connack_body(connack: &ConnAck) -> Vec<u8> {
    let mut properties = Vec::with_capacity(32);
    if connack.reason == Reason::Success {
        properties.put_u8(fields::RECEIVE_MAX);
        properties.put_u16(connack.receive_max);
        properties.put_slice(&[fields::MAX_QOS, 1, fields::RETAIN_AVAILABLE, 0]);
        properties.put_u8(fields::PACKET_MAX);
        properties.put_u32(connack.packet_bytes_max);
        properties.put_slice(&[fields::SUBSCRIPTION_IDS_AVAILABLE, 0]);
        properties.put_slice(&[fields::SHARED_AVAILABLE, 0]);
        if let Some(keep_alive_s) = connack.keep_alive_s {
            properties.put_u8(fields::SERVER_KEEP_ALIVE);
            properties.put_u16(keep_alive_s);
        }
        if let Some(client_id) = &connack.client_id {
            properties.put_u8(fields::ASSIGNED_CLIENT_ID);
            put_text(&mut properties, client_id);
        }
        if connack.session_ends {
            properties.put_u8(fields::SESSION_EXPIRY);
            properties.put_u32(0);
        }
    }
    let mut body = vec![0, connack.reason.byte()];
    put_var_int(&mut body, properties.len());
    body.extend(properties);
    body
}

fn acks_body(packet_id: u16, reasons: &[u8]) -> Vec<u8> {
    let mut body = packet_id.to_be_bytes().to_vec();
    body.push(0);
    body.extend(reasons);
    body
}

fn write_publish(publish: &Publish, out: &mut BytesMut) {
    let mut head = Vec::with_capacity(publish.topic.len() + 8);
    put_text(&mut head, &publish.topic);
    if let Some(packet_id) = publish.packet_id {
        head.put_u16(packet_id);
    }
    head.put_u8(0);
    let qos = u8::from(publish.packet_id.is_some());
    out.put_u8(0x30 | (u8::from(publish.dup) << 3) | (qos << 1));
    put_var_int(out, head.len() + publish.payload.len());
    out.put_slice(&head);
    out.put_slice(&publish.payload);
}
