//! What the endpoint promises about acknowledgements, takeover, limits and broken packets.
use crate::{
    client::Client,
    endpoint::{Endpoint, Heard},
};
use cloud::mqtt::{Limits, NotSent, Outcome};
use messages::{BoxId, lane::Lane};
use rumqttc::v5::mqttbytes::{
    QoS,
    v5::{
        ConnectReturnCode, Disconnect, DisconnectReasonCode, LastWill, Packet, PingReq, PubAck,
        PubAckReason,
    },
};
use std::time::Duration;

fn sz01() -> BoxId {
    BoxId::parse("sz-01").unwrap()
}

#[tokio::test]
async fn a_message_is_acknowledged_only_after_it_is_written() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    endpoint.hold_commits();
    client.publish(7, "v1/u/sz-01/facts", b"x").await;
    endpoint.message().await;
    let early = tokio::time::timeout(Duration::from_millis(200), client.hear()).await;
    assert!(
        early.is_err(),
        "acknowledged before it was written: {early:?}"
    );
    endpoint.commit_again();
    assert_eq!(client.hear().await, Packet::PubAck(PubAck::new(7, None)));
}

#[tokio::test]
async fn what_could_not_be_written_is_never_acknowledged() {
    let endpoint = Endpoint::start().await;
    endpoint.answer(|_, _| Outcome::Unavailable { code: "disk_full" });
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    client.publish(7, "v1/u/sz-01/facts", b"x").await;
    let goodbye = client.hear_goodbye().await;
    assert_eq!(goodbye.reason_code, DisconnectReasonCode::ServerBusy);
}

#[tokio::test]
async fn what_is_refused_says_so_and_its_reply_goes_down() {
    let endpoint = Endpoint::start().await;
    endpoint.answer(|_, _| Outcome::Refused {
        code: "link_gap",
        replies: vec![(Lane::Ack, "where I am".into())],
    });
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    client.subscribe("v1/d/sz-01/#").await;
    client.publish(7, "v1/u/sz-01/facts", b"x").await;
    let Packet::PubAck(ack) = client.hear().await else {
        panic!("no PUBACK");
    };
    assert_eq!(ack.reason, PubAckReason::PayloadFormatInvalid);
    let Packet::Publish(reply) = client.hear().await else {
        panic!("no reply");
    };
    assert_eq!(reply.topic, "v1/d/sz-01/ack");
    assert_eq!(reply.payload, "where I am");
}

#[tokio::test]
async fn a_second_connection_of_the_same_name_takes_over() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut first = Client::connect(&endpoint, &papers, "sz-01").await;
    let mut second = Client::connect(&endpoint, &papers, "sz-01").await;
    let goodbye = first.hear_goodbye().await;
    assert_eq!(goodbye.reason_code, DisconnectReasonCode::SessionTakenOver);
    second.publish(1, "v1/u/sz-01/facts", b"x").await;
    second.hear().await;
    assert_eq!(endpoint.heard().await, Heard::Link(sz01(), true));
    assert_eq!(endpoint.message().await.2, &b"x"[..]);
    assert_eq!(endpoint.handle.connected(), [sz01()]);
}

#[tokio::test]
async fn the_last_will_speaks_when_a_box_is_gone_and_not_when_it_leaves() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let will = || {
        let topic = "v1/u/sz-01/state";
        Some(LastWill::new(topic, "gone", QoS::AtLeastOnce, false, None))
    };
    let mut client = Client::connect_as(&endpoint, &papers, "sz-01", will(), 60).await;
    assert_eq!(endpoint.heard().await, Heard::Link(sz01(), true));
    // The plain goodbye of two bytes that every client sends.
    client.say_bytes(&[0xe0, 0x00]).await;
    assert_eq!(endpoint.heard().await, Heard::Link(sz01(), false));
    let client = Client::connect_as(&endpoint, &papers, "sz-01", will(), 60).await;
    assert_eq!(endpoint.heard().await, Heard::Link(sz01(), true));
    drop(client);
    let (_, lane, bytes) = endpoint.message().await;
    assert_eq!((lane, bytes.as_ref()), (Lane::State, &b"gone"[..]));
    assert_eq!(endpoint.heard().await, Heard::Link(sz01(), false));
}

#[tokio::test]
async fn a_silent_box_is_let_go_after_one_and_a_half_keep_alives() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect_as(&endpoint, &papers, "sz-01", None, 1).await;
    client.say(&Packet::PingReq(PingReq)).await;
    assert!(matches!(client.hear().await, Packet::PingResp(_)));
    let goodbye = client.hear_goodbye().await;
    assert_eq!(goodbye.reason_code, DisconnectReasonCode::KeepAliveTimeout);
}

#[tokio::test]
async fn broken_packets_are_answered_with_their_reason() {
    let endpoint = Endpoint::start_with(Limits {
        packet_bytes_max: 1_000,
        ..Limits::default()
    })
    .await;
    let papers = endpoint.enrolled("sz-01");
    let connect_again = [
        0x10, 0x0d, 0, 4, b'M', b'Q', b'T', b'T', 5, 2, 0, 60, 0, 0, 0,
    ];
    let table: [(&[u8], DisconnectReasonCode); 9] = [
        (&[0x00, 0x00], DisconnectReasonCode::ProtocolError),
        (&[0xf0, 0x00], DisconnectReasonCode::ProtocolError),
        (&connect_again, DisconnectReasonCode::ProtocolError),
        (
            &[0x32, 0x02, 0x00, 0x05],
            DisconnectReasonCode::MalformedPacket,
        ),
        (
            &[0x36, 0x05, 0, 1, b'a', 0, 1],
            DisconnectReasonCode::MalformedPacket,
        ),
        (
            &[0x34, 0x05, 0, 1, b'a', 0, 1],
            DisconnectReasonCode::QoSNotSupported,
        ),
        (
            &[0x31, 0x04, 0, 1, b'a', 0],
            DisconnectReasonCode::RetainNotSupported,
        ),
        (
            &[0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
            DisconnectReasonCode::MalformedPacket,
        ),
        (
            &[0x30, 0xff, 0xff, 0x7f],
            DisconnectReasonCode::PacketTooLarge,
        ),
    ];
    for (bytes, expected) in table {
        let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
        client.say_bytes(bytes).await;
        let goodbye = client.hear_goodbye().await;
        assert_eq!(goodbye.reason_code, expected, "{bytes:02x?}");
    }
}

#[tokio::test]
async fn an_older_protocol_is_refused_by_name() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::shake_hands(&endpoint, &papers).await;
    let version_4 = [0x10, 0x0c, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 60, 0, 0];
    client.say_bytes(&version_4).await;
    let Packet::ConnAck(connack) = client.hear().await else {
        panic!("no CONNACK");
    };
    assert_eq!(connack.code, ConnectReturnCode::UnsupportedProtocolVersion);
}

#[tokio::test]
async fn who_does_not_say_connect_in_time_is_let_go() {
    let endpoint = Endpoint::start_with(Limits {
        connect_wait: Duration::from_millis(50),
        handshake_wait: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::shake_hands(&endpoint, &papers).await;
    assert_eq!(client.hear_or_end().await, None);
    let mut tcp = tokio::net::TcpStream::connect(endpoint.handle.address())
        .await
        .unwrap();
    let mut byte = [0];
    let read = tokio::io::AsyncReadExt::read(&mut tcp, &mut byte).await;
    assert!(
        matches!(read, Ok(0) | Err(_)),
        "a peer without TLS is let go"
    );
}

#[tokio::test]
async fn beyond_the_limit_of_connections_nobody_is_kept_waiting() {
    let endpoint = Endpoint::start_with(Limits {
        connections_max: 2,
        connections_per_box_max: 1,
        ..Limits::default()
    })
    .await;
    let papers = endpoint.enrolled("sz-01");
    let _first = Client::connect(&endpoint, &papers, "a").await;
    let mut second = Client::shake_hands(&endpoint, &papers).await;
    second.say_connect("b", None, 60).await;
    let Packet::ConnAck(connack) = second.hear().await else {
        panic!("no CONNACK");
    };
    assert_eq!(connack.code, ConnectReturnCode::QuotaExceeded);
}

#[tokio::test]
async fn a_box_that_does_not_acknowledge_fills_only_its_own_queue() {
    let endpoint = Endpoint::start_with(Limits {
        down_queue_max: 4,
        ..Limits::default()
    })
    .await;
    let papers = endpoint.enrolled("sz-01");
    let _client = Client::connect(&endpoint, &papers, "sz-01").await;
    let mut last = Ok(());
    for _ in 0..10 {
        last = endpoint.handle.publish_down(&sz01(), Lane::Ack, "x");
    }
    assert_eq!(last, Err(NotSent::QueueFull));
    let nobody = BoxId::parse("sz-09").unwrap();
    assert_eq!(
        endpoint.handle.publish_down(&nobody, Lane::Ack, "x"),
        Err(NotSent::NotConnected)
    );
}

#[tokio::test]
async fn the_end_says_goodbye_to_every_box_after_the_last_commit() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    endpoint.hold_commits();
    client.publish(7, "v1/u/sz-01/facts", b"x").await;
    endpoint.message().await;
    let inside = endpoint.inside.clone();
    let tasks = endpoint.tasks.clone();
    let (stopped, ()) = tokio::join!(tasks.shutdown(Duration::from_secs(20)), async {
        endpoint.commit_again();
        assert_eq!(client.hear().await, Packet::PubAck(PubAck::new(7, None)));
        let Disconnect { reason_code, .. } = client.hear_goodbye().await;
        assert_eq!(reason_code, DisconnectReasonCode::ServerShuttingDown);
    });
    assert!(stopped.is_empty());
    drop(inside);
}
