//! What the authority promises.
use super::{Authority, PkiCommand, PkiInit};
use crate::mqtt::{NoIdentity, box_identity, server_config};
use identity::{BoxRequest, validity};
use messages::BoxId;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

fn init(dir: &Path, hosts: &[&str]) {
    let host = hosts.iter().map(|host| (*host).to_owned()).collect();
    let dir = dir.to_owned();
    PkiCommand::Init(PkiInit { dir, host }).run().unwrap();
}

#[test]
fn a_second_init_keeps_what_stands_and_new_hosts_change_the_server_only() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read(dir.path().join(name)).unwrap();
    init(dir.path(), &["localhost", "127.0.0.1"]);
    let (ca, server) = (read("ca.pem"), read("server.pem"));
    init(dir.path(), &["127.0.0.1", "localhost"]);
    assert_eq!((&ca, &server), (&read("ca.pem"), &read("server.pem")));
    init(dir.path(), &["hq.example", "::1"]);
    assert_eq!(ca, read("ca.pem"));
    assert_ne!(server, read("server.pem"));
}

#[test]
fn keys_are_for_their_owner_only_and_the_files_make_a_server() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), &["localhost"]);
    for key in [
        "ca.key",
        "server.key",
        "tenant-blind.key",
        "hq-directive.key",
    ] {
        let mode = fs::metadata(dir.path().join(key))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let authority = Authority::open(dir.path()).unwrap();
    let paths = authority.paths();
    server_config(&paths.ca, &paths.server, &paths.server_key).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 7);
}

#[test]
fn a_box_gets_a_certificate_in_its_own_name_and_in_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::open_or_make(dir.path()).unwrap();
    let [box_id, other] = ["sz-01", "sz-02"].map(|name| BoxId::parse(name).unwrap());
    let asked = BoxRequest::make(&box_id).unwrap();
    let sign = |box_id| authority.sign_box(&asked.request, box_id, validity::BOX);
    let leaf = CertificateDer::from_pem_slice(sign(&box_id).unwrap().as_bytes()).unwrap();
    assert_eq!(box_identity(Some(&[leaf])), Ok(box_id.clone()));
    assert_eq!(sign(&other).unwrap_err().code(), "identity_other_name");
}

#[test]
fn a_certificate_that_is_not_a_boxs_names_no_box() {
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), &["localhost", "127.0.0.1"]);
    let server = CertificateDer::from_pem_file(dir.path().join("server.pem")).unwrap();
    assert_eq!(box_identity(Some(&[server])), Err(NoIdentity::NotOneName));
    assert_eq!(box_identity(None), Err(NoIdentity::Missing));
    assert_eq!(
        box_identity(Some(&[CertificateDer::from(vec![1, 2])])),
        Err(NoIdentity::Unreadable)
    );
}

#[test]
fn a_host_that_is_no_name_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::open_or_make(dir.path()).unwrap();
    let refused = authority.ensure_server(&["a b".to_owned()]).unwrap_err();
    assert_eq!(refused.code(), "identity_bad_host");
}
