//! A running endpoint whose inside writes down what comes and answers as it is told.
use bytes::Bytes;
use cloud::{
    mqtt::{Ingest, Limits, MqttHandle, MqttServer, Outcome, server_config},
    pki::Authority,
};
use identity::{BoxRequest, validity};
use messages::{BoxId, lane::Lane};
use portal::Tasks;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};

/// Nothing here takes longer unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Message(BoxId, Lane, Bytes),
    Link(BoxId, bool),
}

type Answers = Box<dyn Fn(Lane, &Bytes) -> Outcome + Send + Sync>;

/// Answers each message only when the test has given a permit for it.
pub(crate) struct Inside {
    heard: mpsc::Sender<Heard>,
    permits: Semaphore,
    answers: Mutex<Answers>,
}

impl Ingest for Inside {
    async fn publish(&self, box_id: &BoxId, lane: Lane, bytes: Bytes) -> Outcome {
        let answer = (self.answers.lock().unwrap())(lane, &bytes);
        let message = Heard::Message(box_id.clone(), lane, bytes);
        self.heard.send(message).await.unwrap();
        self.permits.acquire().await.unwrap().forget();
        answer
    }

    async fn link_changed(&self, box_id: &BoxId, up: bool) {
        let change = Heard::Link(box_id.clone(), up);
        self.heard.send(change).await.unwrap();
    }
}

pub(crate) struct Endpoint {
    pub(crate) handle: MqttHandle,
    pub(crate) inside: Arc<Inside>,
    heard: mpsc::Receiver<Heard>,
    pub(crate) tasks: Tasks,
    authority: Authority,
    pub(crate) dir: TempDir,
}

/// A client's certificate and key, as files.
#[derive(Clone, Debug)]
pub(crate) struct Papers {
    pub(crate) ca: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    pub(crate) async fn start_with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_make(&dir.path().join("hq")).unwrap();
        let hosts = ["localhost", "127.0.0.1"].map(str::to_owned);
        authority.ensure_server(&hosts).unwrap();
        let paths = authority.paths();
        let tls = server_config(&paths.ca, &paths.server, &paths.server_key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (heard_tx, heard) = mpsc::channel(1_000);
        let inside = Arc::new(Inside {
            heard: heard_tx,
            permits: Semaphore::new(1_000_000),
            answers: Mutex::new(Box::new(|_, _| Outcome::committed())),
        });
        let tasks = Tasks::new();
        let handle = MqttServer::start(listener, tls, inside.clone(), limits, &tasks).unwrap();
        Self {
            handle,
            inside,
            heard,
            tasks,
            authority,
            dir,
        }
    }

    pub(crate) fn answer(&self, answers: impl Fn(Lane, &Bytes) -> Outcome + Send + Sync + 'static) {
        *self.inside.answers.lock().unwrap() = Box::new(answers);
    }

    /// Nothing is committed until `commit_again`.
    pub(crate) fn hold_commits(&self) {
        self.inside.permits.forget_permits(usize::MAX);
    }

    pub(crate) fn commit_again(&self) {
        self.inside.permits.add_permits(1_000);
    }

    pub(crate) async fn heard(&mut self) -> Heard {
        tokio::time::timeout(PATIENCE, self.heard.recv())
            .await
            .expect("nothing was heard")
            .unwrap()
    }

    /// The next message; what is said about links is passed over.
    pub(crate) async fn message(&mut self) -> (BoxId, Lane, Bytes) {
        loop {
            if let Heard::Message(box_id, lane, bytes) = self.heard().await {
                return (box_id, lane, bytes);
            }
        }
    }

    /// Messages that wait to be looked at.
    pub(crate) fn message_count(&mut self) -> usize {
        core::iter::from_fn(|| self.heard.try_recv().ok())
            .filter(|heard| matches!(heard, Heard::Message(..)))
            .count()
    }

    pub(crate) fn nothing_more(&mut self) -> bool {
        self.heard.try_recv().is_err()
    }

    /// Papers of a box, signed by this headquarters.
    pub(crate) fn enrolled(&self, name: &str) -> Papers {
        self.signed_by(&self.authority, name)
    }

    /// Papers of a box that another authority of the same name signed.
    pub(crate) fn enrolled_elsewhere(&self, name: &str) -> Papers {
        let other = Authority::open_or_make(&self.dir.path().join("elsewhere")).unwrap();
        self.signed_by(&other, name)
    }

    fn signed_by(&self, authority: &Authority, name: &str) -> Papers {
        let box_id = BoxId::parse(name).unwrap();
        let asked = BoxRequest::make(&box_id).unwrap();
        let certificate = authority
            .sign_box(&asked.request, &box_id, validity::BOX)
            .unwrap();
        self.write(name, &certificate, &asked.key)
    }

    /// Papers signed by this headquarters' key, as the test wishes them.
    pub(crate) fn signed(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Papers {
        let paths = self.authority.paths();
        let ca_key = KeyPair::from_pem(&read(&paths.ca_key)).unwrap();
        let issuer = Issuer::from_ca_cert_pem(&read(&paths.ca), ca_key).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        self.write(name, &certificate, &key.serialize_pem())
    }

    fn write(&self, name: &str, certificate: &str, key: &str) -> Papers {
        let papers = Papers {
            ca: self.authority.paths().ca.clone(),
            certificate: self.dir.path().join(format!("{name}.pem")),
            key: self.dir.path().join(format!("{name}.key")),
        };
        std::fs::write(&papers.certificate, certificate).unwrap();
        std::fs::write(&papers.key, key).unwrap();
        papers
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
