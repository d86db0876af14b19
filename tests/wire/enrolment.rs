//! A branch gets its identity from headquarters while it runs, renews it, loses it, and works on all the same.
#![allow(clippy::unwrap_used)]
use house_tests::cloud::Cloud;
use house_tests::deadline::wait_until;
use house_tests::gateway::Gateway;
use house_tests::page::Page;
use identity::{CertificateFacts, common_name, host_name};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

fn made(hq: &Page, box_id: &str) -> Value {
    let body = json!({"box_id": box_id, "purpose": "join"});
    let answer = hq.post("/api/v1/enrolments", &body);
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

fn enroll(gateway: &Gateway, made: &Value) {
    let word = |name: &str| made[name].as_str().unwrap().to_owned();
    let (url, code, fingerprint) = (word("url"), word("code"), word("fingerprint"));
    gateway.console(&[
        "enroll",
        "--url",
        &url,
        "--code",
        &code,
        "--fingerprint",
        &fingerprint,
    ]);
}

fn link_of(branch: &Page) -> Value {
    branch.get("/api/v1/system").json()["link"].clone()
}

fn connected(branch: &Page) {
    wait_until("the link is up", PATIENCE, || {
        (link_of(branch)["connected"] == true).then_some(())
    });
}

fn error_becomes(branch: &Page, code: &str) {
    wait_until(code, PATIENCE, || {
        let link = link_of(branch);
        (link["last_error"] == code && link["connected"] == false).then_some(())
    });
}

fn identity(gateway: &Gateway) -> PathBuf {
    gateway.folder().join("keys/headquarters/box.pem")
}

fn facts(path: &Path) -> CertificateFacts {
    CertificateFacts::of(&CertificateDer::from_pem_file(path).unwrap()).unwrap()
}

#[test]
fn a_running_branch_is_enrolled_connects_without_a_restart_and_is_revoked_within_seconds() {
    let world = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let (hq, branch) = (cloud.administrator(), gateway.page_of("admin"));
    error_becomes(&branch, "not_enrolled");
    assert_eq!(gateway.page().status("/healthz"), Some(200));
    let invitation = made(&hq, "wire-01");
    enroll(&gateway, &invitation);
    connected(&branch);
    let standing = branch.get("/api/v1/headquarters").json();
    assert_eq!(standing["fingerprint"], invitation["fingerprint"]);
    let certificates = hq.get("/api/v1/certificates").json();
    assert_eq!(
        certificates["items"][0]["serial"],
        standing["certificate"]["serial"]
    );

    let body = json!({"reason": "stolen"});
    let began = std::time::Instant::now();
    let revoked = hq.post("/api/v1/boxes/wire-01/revocations", &body);
    assert_eq!(revoked.json(), json!({"revoked": 1}));
    wait_until("headquarters sees it gone", Duration::from_secs(5), || {
        let branches = hq.get("/api/v1/branches").json();
        (branches["items"][0]["connected"] == false).then_some(())
    });
    eprintln!(
        "cut off {} ms after the revocation",
        began.elapsed().as_millis()
    );
    error_becomes(&branch, "own_certificate_revoked");
    // It works on: the pages answer, the journal grows.
    let head = branch.get("/api/v1/system").json()["journal"]["head"].as_u64();
    let again = gateway.page_of("admin");
    assert!(again.get("/api/v1/system").json()["journal"]["head"].as_u64() > head);

    enroll(&gateway, &made(&hq, "wire-01"));
    connected(&again);
}

#[test]
fn an_impostor_or_a_wrong_code_is_said_at_its_field_and_nothing_is_kept() {
    let world = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(world.path());
    let gateway = Gateway::start(world.path(), "wire-02", None);
    let (hq, branch) = (cloud.administrator(), gateway.page_of("admin"));
    let good = made(&hq, "wire-02");
    let with = |field: &str, value: &str| {
        let mut body = json!({
            "url": good["url"], "code": good["code"], "fingerprint": good["fingerprint"],
        });
        body[field] = json!(value);
        let answer = branch.post("/api/v1/headquarters", &body);
        assert_eq!(answer.status, 422, "{}", answer.body);
        answer.json()["errors"][0].clone()
    };
    let other = "AB".repeat(32);
    for (field, value, code) in [
        ("url", "http://localhost", "enroll_bad_url"),
        ("url", "https://localhost:1", "enroll_unreachable"),
        ("code", "ABC", "enroll_bad_code"),
        ("fingerprint", "AB", "enroll_bad_fingerprint"),
        ("fingerprint", other.as_str(), "enroll_other_fingerprint"),
        ("code", "AAAA-AAAA", "enrol_code_wrong"),
    ] {
        let error = with(field, value);
        assert_eq!(error, json!({"pointer": format!("/{field}"), "code": code}));
    }
    // The impostor was sent nothing: one try only reached headquarters.
    let list = hq.get("/api/v1/enrolments").json();
    assert_eq!(list["items"][0]["tries"], 1);
    assert!(!identity(&gateway).exists());
    let body =
        json!({"url": good["url"], "code": good["code"], "fingerprint": good["fingerprint"]});
    let answer = branch.post("/api/v1/headquarters", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    connected(&branch);
    // Keys of headquarters lie with the identity and nowhere in the data.
    let key = std::fs::read(gateway.folder().join("keys/headquarters/hq.key")).unwrap();
    assert_eq!(key.len(), 32);
    for entry in std::fs::read_dir(gateway.data_dir()).unwrap() {
        let Ok(bytes) = std::fs::read(entry.unwrap().path()) else {
            continue;
        };
        assert!(!bytes.windows(32).any(|window| window == key));
    }
}

/// A certificate of this box, signed by headquarters' key, whose life began `days` ago and lasts a year.
fn aged(cloud: &Cloud, path: &Path, days: u32) {
    let pki = cloud.headquarters().authority;
    let read = |name: &str| std::fs::read_to_string(pki.join(name)).unwrap();
    let ca_key = KeyPair::from_pem(&read("ca.key")).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&read("ca.pem"), ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names.push(host_name("wire-03").unwrap());
    params.distinguished_name = common_name("wire-03");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    identity::validity::set(&mut params, Duration::from_secs(3_600));
    params.not_before -= Duration::from_secs(u64::from(days) * 86_400);
    params.not_after = params.not_before + Duration::from_secs(365 * 86_400);
    let pem = params.signed_by(&key, &issuer).unwrap().pem();
    std::fs::write(path, format!("{pem}{}", key.serialize_pem())).unwrap();
}

#[test]
fn an_old_certificate_is_renewed_by_itself_and_the_older_one_gives_way() {
    let world = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(world.path());
    let mut gateway = Gateway::start(world.path(), "wire-03", None);
    let hq = cloud.administrator();
    enroll(&gateway, &made(&hq, "wire-03"));
    gateway.stop();
    let path = identity(&gateway);
    aged(&cloud, &path, 300);
    let old = facts(&path);
    gateway.run();
    let branch = gateway.page_of("admin");
    wait_until("the certificate is another one", PATIENCE, || {
        (facts(&path).serial != old.serial).then_some(())
    });
    connected(&branch);
    let renewed = facts(&path);
    assert!(renewed.not_after > old.not_after && !path.with_file_name("box.next.pem").exists());
    wait_until("the old one gives way", PATIENCE, || {
        let certificates = hq.get("/api/v1/certificates").json();
        let state = |serial: &str| {
            let found = certificates["items"].as_array().unwrap().iter();
            let mut found = found.filter(|one| one["serial"] == serial);
            found.next().map(|one| one["state"].clone())
        };
        let pair = (state(old.serial.as_str()), state(renewed.serial.as_str()));
        (pair == (Some(json!("revoked")), Some(json!("good")))).then_some(())
    });

    // One that ran out while the box was off is said by its name.
    gateway.stop();
    aged(&cloud, &path, 400);
    gateway.run();
    let branch = gateway.page_of("admin");
    error_becomes(&branch, "own_certificate_expired");
    wait_until("the renewal says so, too", PATIENCE, || {
        let standing = branch.get("/api/v1/headquarters").json();
        (standing["trouble"] == "own_certificate_expired").then_some(())
    });
}

#[test]
fn openssl_finds_the_boxs_own_authority_unable_to_speak_for_the_world() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-04", None);
    let page = gateway.folder().join("keys/page");
    let read = |name: &str| std::fs::read_to_string(page.join(name)).unwrap();
    let ca_key = KeyPair::from_pem(&read("own-ca.key")).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&read("own-ca.pem"), ca_key).unwrap();
    for (host, good) in [
        ("zkh-01.lan", true),
        ("192.168.1.9", true),
        ("bank.example.com", false),
        ("8.8.8.8", false),
    ] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names.push(host_name(host).unwrap());
        identity::validity::set(&mut params, Duration::from_secs(86_400));
        let leaf = world.path().join("leaf.pem");
        std::fs::write(&leaf, params.signed_by(&key, &issuer).unwrap().pem()).unwrap();
        let output = Command::new("openssl")
            .args(["verify", "-CAfile"])
            .arg(page.join("own-ca.pem"))
            .arg(&leaf)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), good, "{host}: {said}");
        assert!(
            good || said.contains("permitted subtree violation"),
            "{host}: {said}"
        );
    }
}
