//! The codec against bytes that nobody should send, and against another implementation's.
use bytes::{Bytes, BytesMut};
use cloud::mqtt::{
    ClientPacket, ConnAck, Fault, Publish, Reason, ServerPacket, read_packet, write_packet,
};
use proptest::prelude::*;
use rumqttc::v5::mqttbytes::{
    QoS,
    v5::{self as foreign, Packet},
};

const MAX: usize = 256 * 1024;

fn read_all(bytes: &[u8]) -> Result<Vec<ClientPacket>, Fault> {
    let mut buffer = BytesMut::from(bytes);
    let mut packets = Vec::new();
    while let Some(packet) = read_packet(&mut buffer, MAX)? {
        packets.push(packet);
    }
    Ok(packets)
}

fn foreign_bytes(packet: &Packet) -> BytesMut {
    let mut bytes = BytesMut::new();
    packet.write(&mut bytes, None).unwrap();
    bytes
}

fn foreign_publish(topic: &str, packet_id: u16, payload: Vec<u8>) -> Packet {
    let qos = if packet_id == 0 {
        QoS::AtMostOnce
    } else {
        QoS::AtLeastOnce
    };
    let mut publish = foreign::Publish::new(topic, qos, payload, None);
    publish.pkid = packet_id;
    Packet::Publish(publish)
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_all(&bytes);
    }

    /// With a believable fixed header more of the parsers are reached.
    #[test]
    fn no_body_makes_the_reader_panic(
        first in any::<u8>(),
        body in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let mut bytes = vec![first, u8::try_from(body.len()).unwrap()];
        bytes.extend(body);
        let _ = read_all(&bytes);
    }

    #[test]
    fn a_changed_byte_gives_a_packet_or_a_reason(
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let connect = foreign::Connect {
            keep_alive: 30,
            client_id: "sz-01".to_owned(),
            clean_start: true,
            properties: Some(foreign::ConnectProperties {
                receive_maximum: Some(5),
                user_properties: vec![("a".to_owned(), "b".to_owned())],
                ..foreign::ConnectProperties::new()
            }),
        };
        let mut bytes = foreign_bytes(&Packet::Connect(connect, None, None));
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = read_all(&bytes);
    }

    #[test]
    fn what_another_client_publishes_is_read_whatever_the_pieces(
        topic in "[a-z0-9/]{1,40}",
        packet_id in any::<u16>(),
        payload in proptest::collection::vec(any::<u8>(), 0..5_000),
        piece in 1..400_usize,
    ) {
        let bytes = foreign_bytes(&foreign_publish(&topic, packet_id, payload.clone()));
        let mut buffer = BytesMut::new();
        let mut packets = Vec::new();
        for chunk in bytes.chunks(piece) {
            buffer.extend_from_slice(chunk);
            packets.extend(read_packet(&mut buffer, MAX).unwrap());
        }
        let expected = Publish {
            topic,
            payload: payload.into(),
            packet_id: (packet_id != 0).then_some(packet_id),
            dup: false,
        };
        prop_assert_eq!(packets, vec![ClientPacket::Publish(expected)]);
        prop_assert!(buffer.is_empty());
    }

    #[test]
    fn what_the_endpoint_publishes_is_read_by_another_client(
        packet_id in any::<u16>(),
        payload in proptest::collection::vec(any::<u8>(), 0..5_000),
    ) {
        let packet_id = (packet_id != 0).then_some(packet_id);
        let mut bytes = BytesMut::new();
        let publish = Publish {
            topic: "v1/d/sz-01/ack".to_owned(),
            payload: Bytes::from(payload.clone()),
            packet_id,
            dup: false,
        };
        write_packet(&ServerPacket::Publish(publish), &mut bytes);
        let Packet::Publish(read) = Packet::read(&mut bytes, None).unwrap() else {
            panic!("not a PUBLISH");
        };
        prop_assert_eq!(read.payload, payload);
        prop_assert_eq!(read.pkid, packet_id.unwrap_or(0));
    }
}

#[test]
fn the_connack_says_what_is_offered() {
    let mut bytes = BytesMut::new();
    let connack = ConnAck {
        reason: Reason::Success,
        receive_max: 16,
        packet_bytes_max: 1_000,
        keep_alive_s: Some(300),
        client_id: Some("x".to_owned()),
        session_ends: true,
    };
    write_packet(&ServerPacket::ConnAck(connack), &mut bytes);
    let Packet::ConnAck(read) = Packet::read(&mut bytes, None).unwrap() else {
        panic!("not a CONNACK");
    };
    let properties = read.properties.unwrap();
    assert_eq!(properties.receive_max, Some(16));
    assert_eq!(properties.max_qos, Some(1));
    assert_eq!(properties.retain_available, Some(0));
    assert_eq!(properties.max_packet_size, Some(1_000));
    assert_eq!(properties.server_keep_alive, Some(300));
    assert_eq!(properties.assigned_client_identifier.as_deref(), Some("x"));
    assert_eq!(properties.session_expiry_interval, Some(0));
    assert_eq!(properties.shared_subscription_available, Some(0));
}

#[test]
fn every_end_of_a_packet_too_early_is_noticed() {
    let packet = foreign_bytes(&foreign_publish("a/b", 7, Vec::new()));
    for len in 0..packet.len() {
        assert_eq!(read_all(&packet[..len]), Ok(Vec::new()), "{len} bytes");
    }
    for cut in 1..packet.len() - 2 {
        let mut short = packet[..packet.len() - cut].to_vec();
        short[1] -= u8::try_from(cut).unwrap();
        assert!(read_all(&short).is_err(), "cut by {cut}");
    }
}
