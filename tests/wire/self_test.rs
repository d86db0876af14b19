//! The test before the shift, with a carrier that brings the call back as carriers do: as a call of its own.
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::journal;
use serde_json::{Value, json};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Marks the call that the carrier makes of the one that it got.
const MARK: &str = "brought-back-";

/// Sends each request back to who sent it, under another Call-ID, and each answer on to who asked.
struct Carrier {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Carrier {
    fn start(port: u16, gateway: SocketAddr) -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", port)).expect("the carrier's port is free");
        let patience = Some(Duration::from_millis(20));
        socket
            .set_read_timeout(patience)
            .expect("a socket has a timeout");
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            while !ends.load(Ordering::Relaxed) {
                if let Ok((length, _)) = socket.recv_from(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    let passed = if text.starts_with("SIP/2.0") {
                        answer(&text)
                    } else {
                        request(&text, port)
                    };
                    let _sent = socket.send_to(passed.as_bytes(), gateway);
                }
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn request(text: &str, port: u16) -> String {
    let (first, rest) = text.split_once("\r\n").unwrap_or((text, ""));
    let branch = rest
        .split("branch=")
        .nth(1)
        .and_then(|rest| rest.split([';', '\r']).next());
    let via = format!(
        "Via: SIP/2.0/UDP 127.0.0.1:{port};branch={}b",
        branch.unwrap_or_default()
    );
    format!(
        "{first}\r\n{via}\r\n{}",
        rest.replace("Call-ID: ", &format!("Call-ID: {MARK}"))
    )
}

fn answer(text: &str) -> String {
    let (first, rest) = text.split_once("\r\n").unwrap_or((text, ""));
    let own = rest.split_once("\r\n").map_or(rest, |(_via, rest)| rest);
    format!("{first}\r\n{}", own.replace(MARK, ""))
}

#[test]
fn each_phone_calls_over_a_trunk_and_the_call_that_comes_back_rings_nobody() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let branch = gateway.branch_file(&gateway.carrier());
    gateway.apply(&format!(
        "{branch}\n[[did]]\nnumber = \"02011112222\"\nto = \"1001\"\n"
    ));
    let sip = gateway.sip();
    let phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let other = Baresip::registered(world.path(), &Plan::phone("1001", &sip, "pw1001"));
    let page = gateway.page_of("admin");
    let test = |carrier: Option<Carrier>| -> Value {
        assert_eq!(page.post("/api/v1/self-test", &json!({})).status, 202);
        let report = wait_until("the test is over", PATIENCE, || {
            let report = page.get("/api/v1/self-test").json();
            report.get("ended").is_some().then_some(report)
        });
        drop(carrier);
        report
    };
    let verdicts = |report: &Value| -> Vec<String> {
        let items = report["items"].as_array().expect("items").iter();
        let told = items.map(|item| format!("{} {}", item["extension"], item["verdict"]));
        told.map(|text| text.replace('"', "")).collect()
    };
    let carrier = Carrier::start(gateway.carrier_port, sip.parse().unwrap());
    let good = verdicts(&test(Some(carrier)));
    assert_eq!(good.len(), 10);
    assert_eq!(good[..3], ["1000 good", "1001 good", "1002 phone_away"]);
    // each phone was called once, to make its call; nobody was rung by the one that came back
    journal::expect_counts(
        &gateway.data_dir(),
        &[("self_test_done", 1), ("call_started", 2)],
    );
    assert!(phone.had("CALL_ESTABLISHED") && other.had("CALL_ESTABLISHED"));
    // a carrier that is gone brings nothing back
    let bad = verdicts(&test(None));
    assert_eq!(bad[..2], ["1000 trunk_failed", "1001 trunk_failed"]);
    let alarms = page.get("/api/v1/alarms").json().to_string();
    assert!(alarms.contains("self_test_failed"), "{alarms}");
}
