//! A backup beside the running service: a connected box hears how far it is safe, without asking.
use crate::client::Client;
use crate::endpoint::Papers;
use cloud::{backup, config::Config, pki::Authority, service};
use hq_store::conformance::story::Story;
use identity::{BoxRequest, validity};
use link::pack_batch;
use messages::lane::{Ack, Hello, Lane, PROTOCOL, SCHEMA};
use messages::{BoxId, UtcMs, wire};
use portal::Clock;
use rumqttc::v5::mqttbytes::v5::Packet;
use std::path::Path;
use tempfile::TempDir;

fn papers(dir: &Path, name: &str) -> Papers {
    let authority = Authority::open(&dir.join("pki")).unwrap();
    let box_id = BoxId::parse(name).unwrap();
    let asked = BoxRequest::make(&box_id).unwrap();
    let papers = Papers {
        ca: authority.paths().ca.clone(),
        certificate: dir.join("box.pem"),
        key: dir.join("box.key"),
    };
    let certificate = authority
        .sign_box(&asked.request, &box_id, validity::BOX)
        .unwrap();
    std::fs::write(&papers.certificate, certificate).unwrap();
    std::fs::write(&papers.key, asked.key.as_bytes()).unwrap();
    papers
}

/// The next acknowledgement that comes down.
async fn next_ack(client: &mut Client) -> Ack {
    loop {
        if let Packet::Publish(publish) = client.hear().await
            && publish.topic.ends_with(b"/ack")
        {
            return wire::decode(&publish.payload).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_box_is_told_what_a_backup_made_safe() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().display();
    let text = format!(
        "data_dir = \"{path}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n[tls]\ndir = \"{path}/pki\"\n"
    );
    let config = Config::parse(&text, "cloud.toml").unwrap();
    let running = service::start(&config, None).unwrap();
    let mut story = Story::of("sz-01");
    story.day(4);
    let batch = story.batch();

    let papers = papers(folder.path(), "sz-01");
    let mut client = Client::shake_hands_at(running.mqtt.address(), &papers).await;
    client.say_connect("sz-01", None, 60).await;
    assert!(matches!(client.hear().await, Packet::ConnAck(_)));
    client.subscribe("v1/d/sz-01/#").await;
    let hello = Hello {
        protocol: PROTOCOL,
        schema: SCHEMA,
        box_id: story.box_id.clone(),
        boot: story.boot,
        epoch: 0,
        head: batch.after,
        oldest: 1,
        utc: UtcMs(0),
        version: "1".to_owned(),
        marks: Vec::new(),
        asks_to_branch: false,
        proof: None,
        directives: None,
    };
    let (hello_topic, facts_topic) = (
        Lane::Hello.topic(&story.box_id),
        Lane::Facts.topic(&story.box_id),
    );
    client
        .publish(2, &hello_topic, &wire::encode(&hello).unwrap())
        .await;
    let (message, _) = pack_batch(1, batch.before, &batch.facts).unwrap();
    client.publish(3, &facts_topic, &message).await;
    assert_eq!(next_ack(&mut client).await.safe, 0);

    let dir = folder.path().join("backups");
    let (other, clock) = (config.clone(), Clock::system());
    let taken = tokio::task::spawn_blocking(move || backup::take(&other, &dir, &clock));
    let taken = taken.await.unwrap().unwrap();
    let ack = next_ack(&mut client).await;
    assert_eq!(
        (ack.safe, ack.applied),
        (taken.manifest.boxes[0].seq, batch.after)
    );
    running.stop().await;
}
