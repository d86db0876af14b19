//! The socket: for its owner only, deep folders too, and nonsense harms nobody.
use super::place::place;
use super::{Control, serve};
use crate::admin::cli::Site;
use crate::admin::execute::Host;
use crate::admin::order::{Order, Report};
use messages::BoxId;
use std::fs;
use std::io::{Read as _, Write as _, sink};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

fn host(folder: &Path) -> (Host, std::path::PathBuf) {
    let site = Site {
        data_dir: folder.join("data"),
        keys_dir: folder.join("keys"),
        recordings: folder.join("data/recordings"),
        box_id: BoxId::parse("sz-01").unwrap(),
    };
    (site.host().unwrap(), site.data_dir)
}

#[test]
fn a_deep_folder_is_reached_and_the_socket_is_private_and_goes_with_the_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("x".repeat(60)).join("y".repeat(60));
    fs::create_dir_all(&deep).unwrap();
    let (host, data) = host(&deep);
    assert!(
        Control::connect(&data).unwrap().is_none(),
        "nobody listens yet"
    );
    let server = serve(host, &data).unwrap();
    let mode = fs::metadata(data.join("control.sock"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut control = Control::connect(&data).unwrap().unwrap();
    for _ in 0..2 {
        let report = control.ask(&Order::ListUsers, &mut sink()).unwrap();
        assert_eq!(report, Report::Users(vec![]));
    }
    drop(control);
    drop(server);
    assert!(!data.join("control.sock").exists());
    assert!(Control::connect(&data).unwrap().is_none());
}

#[test]
fn nonsense_ends_its_own_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let (host, data) = host(folder.path());
    let _server = serve(host, &data).unwrap();
    for nonsense in [&b"hello\n"[..], b"{}\n", b"\xff\n", b"\n", b"{\"apply\""] {
        let mut stream = UnixStream::connect(&place(&data).unwrap().path).unwrap();
        stream.write_all(nonsense).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
    }
    let mut control = Control::connect(&data).unwrap().unwrap();
    assert!(control.ask(&Order::Verify, &mut sink()).is_ok());
}
