//! mosquitto_pub, mosquitto_sub and paho work against the endpoint as they are.
use crate::endpoint::{Endpoint, Heard, PATIENCE, Papers};
use cloud::mqtt::Outcome;
use messages::{BoxId, lane::Lane};
use std::process::{Output, Stdio};
use tokio::process::Command;

/// One of mosquitto's clients, version 5, with these papers.
pub(crate) fn mosquitto(program: &str, endpoint: &Endpoint, papers: &Papers) -> Command {
    let mut command = Command::new(program);
    let port = endpoint.handle.address().port().to_string();
    command
        .args(["-V", "5", "-h", "localhost", "-p", &port, "--cafile"])
        .arg(&papers.ca)
        .arg("--cert")
        .arg(&papers.certificate)
        .arg("--key")
        .arg(&papers.key)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

pub(crate) async fn finished(mut command: Command) -> Output {
    tokio::time::timeout(PATIENCE, command.output())
        .await
        .expect("the client does not end")
        .unwrap()
}

#[tokio::test]
async fn mosquitto_pub_is_acknowledged_for_each_quality() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    for (qos, payload) in [("0", "zero"), ("1", "one")] {
        let mut command = mosquitto("mosquitto_pub", &endpoint, &papers);
        command.args(["-q", qos, "-t", "v1/u/sz-01/facts", "-m", payload]);
        let output = finished(command).await;
        assert!(output.status.success(), "{output:?}");
        let (box_id, lane, bytes) = endpoint.message().await;
        assert_eq!((box_id.as_str(), lane), ("sz-01", Lane::Facts));
        assert_eq!(bytes, payload.as_bytes());
    }
}

#[tokio::test]
async fn mosquitto_pub_carries_a_large_message_whole() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let payload: Vec<u8> = (0..200_000_u32)
        .flat_map(|n| n.to_be_bytes())
        .take(200_000)
        .collect();
    let file = endpoint.dir.path().join("payload");
    std::fs::write(&file, &payload).unwrap();
    let mut command = mosquitto("mosquitto_pub", &endpoint, &papers);
    command
        .args(["-q", "1", "-t", "v1/u/sz-01/facts", "-f"])
        .arg(&file);
    assert!(finished(command).await.status.success());
    assert_eq!(endpoint.message().await.2, payload);
}

#[tokio::test]
async fn mosquitto_sub_hears_what_goes_down_to_its_box_and_nothing_else() {
    let mut endpoint = Endpoint::start().await;
    let papers = endpoint.enrolled("sz-01");
    let other = endpoint.enrolled("sz-02");
    endpoint.answer(|_, _| Outcome::committed_with(Lane::Welcome, "reply"));
    let mut command = mosquitto("mosquitto_sub", &endpoint, &papers);
    command.args(["-q", "1", "-v", "-C", "2", "-t", "v1/d/sz-01/#"]);
    let listening = tokio::task::JoinSet::from_iter([finished(command)]);
    let box_id = BoxId::parse("sz-01").unwrap();
    assert_eq!(endpoint.heard().await, Heard::Link(box_id.clone(), true));
    // One box's message makes a reply to that box only. It is sent until the subscription stands.
    let mut listening = listening;
    let output = loop {
        let mut command = mosquitto("mosquitto_pub", &endpoint, &papers);
        command.args(["-q", "1", "-t", "v1/u/sz-01/hello", "-m", "x"]);
        finished(command).await;
        let mut command = mosquitto("mosquitto_pub", &endpoint, &other);
        command.args(["-q", "1", "-t", "v1/u/sz-02/hello", "-m", "x"]);
        finished(command).await;
        if let Some(output) = listening.try_join_next() {
            break output.unwrap();
        }
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "v1/d/sz-01/welcome reply\n".repeat(2), "{output:?}");
}

const PAHO: &str = r#"
import sys, ssl, threading
import paho.mqtt.client as mqtt
port, ca, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
client = mqtt.Client(client_id="sz-01", protocol=mqtt.MQTTv5)
client.tls_set(ca, cert, key)
ready, replied = threading.Event(), threading.Event()
def on_connect(c, u, flags, reason, properties): c.subscribe("v1/d/sz-01/#", qos=1)
def on_subscribe(c, u, mid, reasons, properties):
    assert [r.value for r in reasons] == [1], reasons
    ready.set()
def on_message(c, u, message):
    assert message.topic == "v1/d/sz-01/ack" and message.payload == b"reply", message.topic
    replied.set()
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.connect("localhost", port, keepalive=60)
client.loop_start()
assert ready.wait(15), "no subscription"
for n in range(50):
    client.publish("v1/u/sz-01/facts", b"fact %d" % n, qos=1).wait_for_publish(15)
assert replied.wait(15), "no reply"
client.unsubscribe("v1/d/sz-01/#")
client.disconnect()
client.loop_stop()
print("done")
"#;

#[tokio::test]
async fn paho_publishes_subscribes_and_leaves() {
    let mut endpoint = Endpoint::start().await;
    endpoint.answer(|_, _| Outcome::committed_with(Lane::Ack, "reply"));
    let papers = endpoint.enrolled("sz-01");
    let mut command = Command::new("/usr/bin/python3");
    command
        .args(["-c", PAHO, &endpoint.handle.address().port().to_string()])
        .args([&papers.ca, &papers.certificate, &papers.key])
        .kill_on_drop(true);
    let output = finished(command).await;
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "done\n",
        "{output:?}"
    );
    for n in 0..50 {
        assert_eq!(endpoint.message().await.2, format!("fact {n}").as_bytes());
    }
    let box_id = BoxId::parse("sz-01").unwrap();
    assert_eq!(endpoint.heard().await, Heard::Link(box_id, false));
}
