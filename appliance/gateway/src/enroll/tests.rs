//! What enrolment and the page's authority promise.
use super::{BoxPaths, Enroll, own_ca};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

fn make_hq(dir: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let certificate = params.self_signed(&key).unwrap();
    fs::write(dir.join("ca.pem"), certificate.pem()).unwrap();
    fs::write(dir.join("ca.key"), key.serialize_pem()).unwrap();
}

fn enroll(hq: &Path, dir: &Path, box_id: &str) -> Enroll {
    Enroll {
        dev: true,
        hq_dir: Some(hq.to_owned()),
        hq_keys: None,
        box_id: Some(box_id.to_owned()),
        dir: Some(dir.to_owned()),
        url: None,
        code: None,
        fingerprint: None,
    }
}

#[test]
fn a_second_enrolment_keeps_what_stands_and_another_name_or_authority_makes_it_new() {
    let (hq, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_hq(hq.path());
    let paths = BoxPaths::within(dir.path());
    let certificate = || fs::read(&paths.identity).unwrap();
    enroll(hq.path(), dir.path(), "sz-01")
        .run(Path::new(""))
        .unwrap();
    let first = certificate();
    let mode = fs::metadata(&paths.identity).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    enroll(hq.path(), dir.path(), "sz-01")
        .run(Path::new(""))
        .unwrap();
    assert_eq!(first, certificate());
    enroll(hq.path(), dir.path(), "sz-02")
        .run(Path::new(""))
        .unwrap();
    let second = certificate();
    assert_ne!(first, second);
    make_hq(hq.path());
    enroll(hq.path(), dir.path(), "sz-02")
        .run(Path::new(""))
        .unwrap();
    assert_ne!(second, certificate());
}

#[test]
fn headquarters_keys_come_with_the_identity_and_a_change_of_them_is_taken_over() {
    let (hq, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    make_hq(hq.path());
    let folder = dir.path().join("identity");
    let paths = BoxPaths::within(&folder);
    let run = |name: &str| enroll(hq.path(), &folder, name).run(Path::new("")).unwrap();
    run("sz-01");
    assert!(!paths.hq_key.exists() && !paths.tenant_blind.exists());
    fs::write(hq.path().join("hq-master.key"), [1; 32]).unwrap();
    fs::write(hq.path().join("tenant-blind.key"), [2; 32]).unwrap();
    fs::write(hq.path().join("hq-directive.pub"), [3; 32]).unwrap();
    run("sz-01");
    let first = fs::read(&paths.hq_key).unwrap();
    assert_eq!(fs::read(&paths.tenant_blind).unwrap(), [2; 32]);
    assert_eq!(fs::read(&paths.directive_key).unwrap(), [3; 32]);
    assert!(first.len() == 32 && first != [1; 32]);
    for key in [&paths.hq_key, &paths.tenant_blind, &paths.identity] {
        let mode = fs::metadata(key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", key.display());
    }
    run("sz-02");
    assert_ne!(first, fs::read(&paths.hq_key).unwrap());
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        1,
        "nothing is left beside"
    );
}

#[test]
fn enrolment_refuses_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let code = |enroll: Enroll| enroll.run(Path::new("")).unwrap_err().code();
    assert_eq!(
        code(enroll(dir.path(), dir.path(), "a/b")),
        "enroll_bad_box_id"
    );
    assert_eq!(code(enroll(dir.path(), dir.path(), "a")), "identity_file");
    let mut remote = enroll(dir.path(), dir.path(), "a");
    remote.dev = false;
    assert_eq!(code(remote), "enroll_nothing_named");
}

/// Does a browser that trusts only `ca` accept this server under this name?
fn accepted(ca: &Path, certificate: &Path, key: &Path, host: &str) -> bool {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(ca).unwrap())
        .unwrap();
    let client = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let chain = CertificateDer::pem_file_iter(certificate)
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
        .unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().unwrap();
        wire.clear();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        if client.process_new_packets().is_err() {
            return false;
        }
    }
    true
}

#[test]
fn the_page_is_trusted_under_every_name_of_its_own_and_under_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let hosts = ["zkh-01", "zkh-01.lan", "192.168.1.9"].map(str::to_owned);
    let page = own_ca::ensure(dir.path(), &hosts).unwrap();
    for host in [
        "localhost",
        "127.0.0.1",
        "::1",
        "zkh-01",
        "zkh-01.lan",
        "192.168.1.9",
    ] {
        assert!(
            accepted(&page.ca, &page.certificate, &page.key, host),
            "{host}"
        );
    }
    assert!(!accepted(
        &page.ca,
        &page.certificate,
        &page.key,
        "zkh-02.lan"
    ));
}

#[test]
fn the_authority_of_a_box_cannot_speak_for_the_world() {
    let dir = tempfile::tempdir().unwrap();
    for world in ["bank.example.com", "8.8.8.8"] {
        let page = own_ca::ensure(dir.path(), &[world.to_owned()]).unwrap();
        assert!(
            !accepted(&page.ca, &page.certificate, &page.key, world),
            "{world}"
        );
    }
}

#[test]
fn what_stands_is_kept_and_new_hosts_change_the_page_only() {
    let dir = tempfile::tempdir().unwrap();
    let first = own_ca::ensure(dir.path(), &[]).unwrap();
    let read = |path: &Path| fs::read(path).unwrap();
    let (ca, page) = (read(&first.ca), read(&first.certificate));
    own_ca::ensure(dir.path(), &[]).unwrap();
    assert_eq!((&ca, &page), (&read(&first.ca), &read(&first.certificate)));
    own_ca::ensure(dir.path(), &["10.0.0.7".to_owned()]).unwrap();
    assert_eq!(ca, read(&first.ca));
    assert_ne!(page, read(&first.certificate));
}
