//! Nothing personal lies in the data folder in clear, and nobody sees more than the role allows.
use crate::recording::only_recording;
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::gateway::Gateway;
use house_tests::page::Page;
use house_tests::{tone, wav};
use std::path::Path;

const NAME: &str = "欧阳测试员";
const NUMBER: &str = "13812345678";

fn with_a_customer(world: &Path) -> Gateway {
    let gateway = Gateway::start(world, "wire-01", None);
    let file = world.join("customers.csv");
    let rows = format!("name,number,stage\n{NAME},{NUMBER},lead\n");
    std::fs::write(&file, rows).expect("the world takes files");
    gateway.console(&["import", &file.display().to_string()]);
    gateway
}

/// Every file below a folder, with its bytes.
fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    let entries = std::fs::read_dir(folder).expect("the folder opens");
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            each_file(&path, look);
        } else if let Ok(bytes) = std::fs::read(&path) {
            look(&path, &bytes);
        }
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What must not be found: the name, the number, and the number's subscriber part, in the forms in which texts are kept.
fn secrets() -> Vec<Vec<u8>> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [NAME, NUMBER, &NUMBER[3..]];
    let plain = texts.iter().map(|text| text.as_bytes().to_vec());
    plain.chain(texts.iter().map(|text| utf16(text))).collect()
}

/// Would somebody who plays these bytes hear the phone's tone? As either law, as linear samples, in one or two channels.
fn is_heard(bytes: &[u8]) -> bool {
    let linear = |start: usize| {
        let pairs = bytes.get(start..).unwrap_or_default().chunks_exact(2);
        pairs
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect::<Vec<_>>()
    };
    let a: Vec<i16> = bytes.iter().map(|byte| wav::a_law(*byte)).collect();
    let mu: Vec<i16> = bytes.iter().map(|byte| wav::mu_law(*byte)).collect();
    [a, mu, linear(0), linear(1)].iter().any(|samples| {
        let side = |start: usize| {
            samples
                .iter()
                .skip(start)
                .step_by(2)
                .copied()
                .collect::<Vec<_>>()
        };
        [samples.clone(), side(0), side(1)]
            .iter()
            .any(|one| tone::best_share(one, 8_000, 440.0) > 0.4)
    })
}

#[test]
fn the_data_folder_holds_no_number_no_name_and_no_audio() {
    let world = tempfile::tempdir().unwrap();
    let gateway = with_a_customer(world.path());
    let sip = gateway.sip();
    let dialled = format!("8{NUMBER}");
    let mut phone = Baresip::registered(world.path(), &Plan::phone("1000", &sip, "pw1000"));
    let far = Baresip::start(world.path(), &Plan::far_end(&dialled, gateway.carrier_port));
    phone.dial(&dialled, &sip);
    phone.expect("CALL_ESTABLISHED");
    far.expect_tone(440.0, 2_000);
    let mut looked = 0;
    let mut search = |path: &Path, bytes: &[u8]| {
        looked += 1;
        let found = secrets().into_iter().find(|secret| holds(bytes, secret));
        assert_eq!(found, None, "{}", path.display());
        assert!(!is_heard(bytes), "{} can be heard", path.display());
    };
    each_file(&gateway.data_dir(), &mut search);
    phone.hang_up();
    phone.expect("CALL_CLOSED");
    let id = only_recording(&gateway);
    each_file(&gateway.data_dir(), &mut search);
    assert!(looked >= 4, "only {looked} files were looked at");

    let export = world.path().join("clear.wav");
    gateway.console(&["recording", "export", &id, &export.display().to_string()]);
    assert!(
        is_heard(&std::fs::read(&export).unwrap()),
        "the search would not find audio in clear"
    );
    // The log is no data folder, and yet:
    let said = gateway.said();
    for secret in [NAME, NUMBER, &NUMBER[3..]] {
        assert!(!said.contains(secret), "the log says {secret}");
    }
}

fn customer_id(admin: &Page) -> String {
    let list = admin.get("/api/v1/customers");
    assert!(
        list.body.contains(NUMBER),
        "an administrator sees it: {}",
        list.body
    );
    list.json()["items"][0]["id"]
        .as_str()
        .expect("a customer has an id")
        .to_owned()
}

#[test]
fn an_agent_gets_masked_numbers_from_every_endpoint_and_some_doors_stay_shut() {
    let world = tempfile::tempdir().unwrap();
    let gateway = with_a_customer(world.path());
    gateway.console(&[
        "user",
        "create",
        "li",
        "--role",
        "agent",
        "--extension",
        "1000",
    ]);
    let (agent, admin, nobody) = (
        gateway.page_of("li"),
        gateway.page_of("admin"),
        gateway.page(),
    );
    let id = customer_id(&admin);
    let detail = format!("/api/v1/customers/{id}");
    let search = format!("/api/v1/customers?q={}", &NUMBER[7..]);
    let known = [
        "/api/v1/customers",
        &detail,
        &search,
        "/api/v1/calls",
        "/api/v1/recordings",
        "/api/v1/overview",
        "/api/v1/system",
        "/api/v1/phones",
        "/api/v1/trunks",
        "/api/v1/audit",
    ];
    for path in known {
        let shut = nobody.get(path);
        assert_eq!(shut.status, 401, "{path} without a log-in: {}", shut.body);
        let answer = agent.get(path);
        assert!(
            [200, 403].contains(&answer.status),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        assert!(
            !answer.body.contains(&NUMBER[3..]),
            "{path} gives an agent the number: {}",
            answer.body
        );
    }
    let view = serde_json::json!({ "reason": "curious" });
    let refused = agent.post(&format!("{detail}/number-view"), &view);
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(!refused.body.contains(&NUMBER[3..]));
    assert_eq!(agent.get("/api/v1/audit").status, 403);
    let masked = agent.get("/api/v1/customers").json()["items"][0]["number"].clone();
    assert!(
        masked.as_str().is_some_and(|text| text.contains('*')),
        "{masked}"
    );
}

#[test]
fn the_first_log_in_stands_in_a_private_file_and_never_in_the_log_and_goes_with_its_use() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let file = gateway.folder().join("keys/first-log-in");
    let text = std::fs::read_to_string(&file).expect("the file is there");
    let (_, password) = text.trim_end().rsplit_once("admin / ").expect("admin / …");
    let said = gateway.said();
    assert!(
        said.contains("keys/first-log-in") && !said.contains(password),
        "{said}"
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(&file)
            .expect("it is a file")
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    gateway.page().sign_in("admin", password);
    wait_until("the first log-in is gone", PATIENCE, || {
        (!file.exists()).then_some(())
    });
}
