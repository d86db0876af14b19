//! Who is not let in, and what a box may not do.
use crate::{
    client::Client,
    endpoint::{Endpoint, Papers},
    peers::{finished, mosquitto},
};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnectReturnCode, DisconnectReasonCode, LastWill, Packet, PubAckReason, SubscribeReasonCode,
};

async fn is_let_in(endpoint: &Endpoint, papers: &Papers) -> bool {
    let mut command = mosquitto("mosquitto_pub", endpoint, papers);
    command.args(["-q", "1", "-t", "v1/u/sz-01/facts", "-m", "x"]);
    finished(command).await.status.success()
}

#[tokio::test]
async fn only_a_good_certificate_of_a_box_of_this_headquarters_gets_in() {
    let mut endpoint = Endpoint::start().await;
    let good = endpoint.enrolled("sz-01");
    assert!(is_let_in(&endpoint, &good).await);
    endpoint.message().await;
    let elsewhere = endpoint.enrolled_elsewhere("sz-01");
    assert!(!is_let_in(&endpoint, &elsewhere).await, "another authority");
    let expired = endpoint.signed("sz-01", |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    assert!(!is_let_in(&endpoint, &expired).await, "expired");
    let early = endpoint.signed("sz-01", |params| {
        params.not_before = rcgen::date_time_ymd(2090, 1, 1);
    });
    assert!(!is_let_in(&endpoint, &early).await, "not yet valid");
    let server = endpoint.signed("sz-01", |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    assert!(
        !is_let_in(&endpoint, &server).await,
        "a server's certificate"
    );
    let two_names = endpoint.signed("sz-01", |params| {
        let other = "sz-02".try_into().unwrap();
        params
            .subject_alt_names
            .push(rcgen::SanType::DnsName(other));
    });
    assert!(!is_let_in(&endpoint, &two_names).await, "two names");
    assert!(
        endpoint.message_count() == 0,
        "nothing of those came inside"
    );
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let port = endpoint.handle.address().port().to_string();
    let mut command = tokio::process::Command::new("mosquitto_pub");
    command
        .args(["-V", "5", "-h", "localhost", "-p", &port, "--cafile"])
        .arg(&papers.ca)
        .args(["-q", "1", "-t", "v1/u/sz-01/facts", "-m", "x"])
        .kill_on_drop(true);
    assert!(!finished(command).await.status.success());
}

#[tokio::test]
async fn another_boxs_topics_are_denied_in_the_acknowledgement_and_the_connection_stays() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    for (id, topic, expected) in [
        (1, "v1/u/sz-02/facts", PubAckReason::NotAuthorized),
        (2, "v1/d/sz-01/ack", PubAckReason::NotAuthorized),
        (3, "v1/u/sz-01/unknown", PubAckReason::TopicNameInvalid),
        (4, "v1/u/sz-01/facts", PubAckReason::Success),
    ] {
        client.publish(id, topic, b"x").await;
        let Packet::PubAck(ack) = client.hear().await else {
            panic!("no PUBACK");
        };
        assert_eq!((ack.pkid, ack.reason), (id, expected), "{topic}");
    }
    assert_eq!(endpoint.message().await.2, &b"x"[..]);
    assert!(endpoint.nothing_more());
}

#[tokio::test]
async fn what_cannot_be_denied_in_an_acknowledgement_ends_the_connection() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    client.publish(0, "v1/u/sz-02/facts", b"x").await;
    let goodbye = client.hear_goodbye().await;
    assert_eq!(goodbye.reason_code, DisconnectReasonCode::NotAuthorized);
}

#[tokio::test]
async fn a_box_cannot_listen_to_others() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::connect(&endpoint, &papers, "sz-01").await;
    for (filter, expected) in [
        (
            "v1/d/sz-01/#",
            SubscribeReasonCode::Success(QoS::AtLeastOnce),
        ),
        ("v1/d/sz-02/#", SubscribeReasonCode::NotAuthorized),
        ("v1/d/+/ack", SubscribeReasonCode::NotAuthorized),
        ("#", SubscribeReasonCode::NotAuthorized),
        ("$share/x/v1/d/sz-01/#", SubscribeReasonCode::NotAuthorized),
        ("v1/d/sz-01/#/x", SubscribeReasonCode::TopicFilterInvalid),
    ] {
        let Packet::SubAck(suback) = client.subscribe(filter).await else {
            panic!("no SUBACK");
        };
        assert_eq!(suback.return_codes, [expected], "{filter}");
    }
}

#[tokio::test]
async fn a_last_will_in_anothers_name_is_refused() {
    let endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let mut client = Client::shake_hands(&endpoint, &papers).await;
    let will = LastWill::new("v1/u/sz-02/state", "x", QoS::AtLeastOnce, false, None);
    client.say_connect("sz-01", Some(will), 60).await;
    let Packet::ConnAck(connack) = client.hear().await else {
        panic!("no CONNACK");
    };
    assert_eq!(connack.code, ConnectReturnCode::NotAuthorized);
    assert_eq!(client.hear_or_end().await, None);
}
