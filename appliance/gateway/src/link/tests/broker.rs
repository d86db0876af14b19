//! mosquitto with mutual TLS on loopback, and mosquitto's clients beside it.
use crate::enroll::{BoxPaths, Enroll};
use core::time::Duration;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(super) struct Broker {
    pub(super) dir: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Broker {
    /// Makes the papers; nothing runs yet.
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        make_hq(&dir.path().join("hq"));
        let broker = Self {
            dir,
            port,
            child: None,
        };
        broker.enroll("sz-01");
        broker
    }

    pub(super) fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(super) fn certificates(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn enroll(&self, name: &str) {
        let enroll = Enroll {
            dev: true,
            hq_dir: Some(self.dir.path().join("hq")),
            hq_keys: None,
            box_id: Some(name.to_owned()),
            dir: Some(self.certificates(name)),
            url: None,
            code: None,
            fingerprint: None,
        };
        enroll.run(Path::new("")).unwrap();
    }

    /// Overwrites a box's certificate with one that the same authority signed for last year.
    pub(super) fn let_expire(&self, name: &str) {
        let paths = BoxPaths::within(&self.certificates(name));
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params
            .signed_by(&key, &hq(&self.dir.path().join("hq")))
            .unwrap();
        let both = format!("{}{}", certificate.pem(), key.serialize_pem());
        fs::write(&paths.identity, both).unwrap();
    }

    pub(super) fn start(&mut self) {
        let hq = self.dir.path().join("hq");
        let config = format!(
            "listener {} 127.0.0.1\nuser root\npersistence false\nallow_anonymous true\n\
             cafile {ca}\ncertfile {server}\nkeyfile {key}\nrequire_certificate true\n",
            self.port,
            ca = hq.join("ca.pem").display(),
            server = hq.join("server.pem").display(),
            key = hq.join("server.key").display(),
        );
        let file = self.dir.path().join("mosquitto.conf");
        fs::write(&file, config).unwrap();
        let mut command = Command::new("/usr/sbin/mosquitto");
        command.arg("-c").arg(&file).kill_on_drop(true);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
    }

    /// kill -9.
    pub(super) async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }

    /// A mosquitto client with the papers of a second party.
    pub(super) fn client(&self, program: &str) -> Command {
        let paths = BoxPaths::within(&self.certificates("sz-01"));
        let mut command = Command::new(program);
        command
            .args(["-V", "5", "-q", "1", "-h", "localhost"])
            .args(["-p", &self.port.to_string(), "--cafile"])
            .arg(paths.ca)
            .arg("--cert")
            .arg(&paths.identity)
            .arg("--key")
            .arg(&paths.identity)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

pub(super) async fn stdout(mut command: Command) -> Vec<u8> {
    let output = tokio::time::timeout(Duration::from_secs(40), command.output())
        .await
        .expect("the client does not end")
        .unwrap();
    output.stdout
}

fn hq(dir: &Path) -> Issuer<'static, KeyPair> {
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let key = KeyPair::from_pem(&read("ca.key")).unwrap();
    Issuer::from_ca_cert_pem(&read("ca.pem"), key).unwrap()
}

pub(super) fn make_hq(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "HQ");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let certificate = params.self_signed(&key).unwrap();
    fs::write(dir.join("ca.pem"), certificate.pem()).unwrap();
    fs::write(dir.join("ca.key"), key.serialize_pem()).unwrap();
    let server_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server = params.signed_by(&server_key, &hq(dir)).unwrap();
    fs::write(dir.join("server.pem"), server.pem()).unwrap();
    fs::write(dir.join("server.key"), server_key.serialize_pem()).unwrap();
}
