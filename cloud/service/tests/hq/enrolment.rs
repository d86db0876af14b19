//! A box gets its identity with a code, renews it, and loses it: over the real listeners.
use cloud::config::Config;
use cloud::service::{self, Service};
use identity::{BoxRequest, CertificateFacts, Fingerprint};
use messages::enrolment::{
    CBOR, ENROL_PATH, EnrolAsk, EnrolGranted, RENEW_PATH, RenewAsk, RenewGranted,
};
use messages::{BoxId, wire};
use reqwest::{Certificate, Client, Identity, Response, StatusCode, header};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

const PATIENCE: Duration = Duration::from_secs(20);

struct Headquarters {
    service: Service,
    base: String,
    admin: Client,
    ca: Vec<u8>,
    _folder: TempDir,
}

impl Headquarters {
    async fn start() -> Self {
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().unwrap();
        let path = folder.path().display();
        let text = format!(
            "data_dir = \"{path}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n[tls]\ndir = \"{path}/pki\"\n"
        );
        let service = service::start(&Config::parse(&text, "cloud.toml").unwrap(), None).unwrap();
        let ca = std::fs::read(folder.path().join("pki/ca.pem")).unwrap();
        let base = format!("https://localhost:{}", service.https.port());
        let admin = client(&ca, None);
        let (name, password) = service.first_admin.clone().unwrap();
        let body = json!({"user": name, "password": password.expose()});
        let session = format!("{base}/api/v1/session");
        let signed_in = admin.post(session).json(&body).send().await.unwrap();
        assert_eq!(signed_in.status(), StatusCode::OK);
        Self {
            service,
            base,
            admin,
            ca,
            _folder: folder,
        }
    }

    async fn made(&self, box_id: &str) -> Value {
        let body = json!({"box_id": box_id, "purpose": "join"});
        let answer = self.post("/api/v1/enrolments", &body).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.admin.post(format!("{}{path}", self.base)).json(body);
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.admin.get(format!("{}{path}", self.base));
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn ask(&self, box_id: &str, code: &str, request: &str) -> Response {
        let ask = EnrolAsk {
            box_id: BoxId::parse(box_id).unwrap(),
            code: code.to_owned(),
            request: request.to_owned(),
            version: "test".to_owned(),
        };
        let url = format!("{}{ENROL_PATH}", self.base);
        send(&client(&self.ca, None), url, wire::encode(&ask).unwrap()).await
    }

    async fn enrolled(&self, box_id: &str) -> (EnrolGranted, BoxRequest) {
        let made = self.made(box_id).await;
        let asked = BoxRequest::make(&BoxId::parse(box_id).unwrap()).unwrap();
        let answer = self
            .ask(box_id, made["code"].as_str().unwrap(), &asked.request)
            .await;
        assert_eq!(answer.status(), StatusCode::OK);
        let granted = wire::decode(&answer.bytes().await.unwrap()).unwrap();
        (granted, asked)
    }

    async fn renew(&self, papers: &str, box_id: &str) -> (Response, BoxRequest) {
        let asked = BoxRequest::make(&BoxId::parse(box_id).unwrap()).unwrap();
        let body = wire::encode(&RenewAsk {
            request: asked.request.clone(),
        });
        let port = self.service.mqtt.address().port();
        let url = format!("https://localhost:{port}{RENEW_PATH}");
        let answer = send(&client(&self.ca, Some(papers)), url, body.unwrap()).await;
        (answer, asked)
    }

    async fn mqtt(&self, certificate: &str, key: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(&self.ca).unwrap())
            .unwrap();
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = rustls::ClientConfig::builder()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap();
        let tcp = TcpStream::connect(self.service.mqtt.address()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await?;
        // CONNECT: version 5, clean start, keep-alive 60 s, no properties, no client id.
        let connect = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00";
        stream.write_all(connect).await?;
        let mut head = [0; 2];
        stream.read_exact(&mut head).await?;
        let mut connack = vec![0; usize::from(head[1])];
        stream.read_exact(&mut connack).await?;
        assert_eq!((head[0], connack[1]), (0x20, 0x00));
        Ok(stream)
    }
}

/// The alert may be lost with a connection that is reset: it comes again.
async fn told_revoked(hq: &Headquarters, certificate: &str, key: &str) {
    let telling = async {
        loop {
            match hq.mqtt(certificate, key).await {
                Ok(_connected) => panic!("a revoked certificate was let in"),
                Err(bad) if bad.to_string().contains("Revoked") => return,
                Err(_reset) => {}
            }
        }
    };
    let told = tokio::time::timeout(PATIENCE, telling).await;
    told.expect("nobody said that it is revoked");
}

fn client(ca: &[u8], papers: Option<&str>) -> Client {
    let mut builder = Client::builder()
        .tls_certs_only([Certificate::from_pem(ca).unwrap()])
        .no_proxy()
        .http1_only()
        .cookie_store(true);
    if let Some(pem) = papers {
        builder = builder.identity(Identity::from_pem(pem.as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

async fn send(client: &Client, url: String, body: Vec<u8>) -> Response {
    let request = client
        .post(url)
        .header(header::CONTENT_TYPE, CBOR)
        .body(body);
    request.send().await.unwrap()
}

async fn code_of(answer: Response) -> String {
    let problem: Value = answer.json().await.unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

fn papers(granted: &EnrolGranted, asked: &BoxRequest) -> String {
    format!("{}{}", granted.certificate, *asked.key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_gives_one_identity_once_and_the_keys_that_go_with_it() {
    let hq = Headquarters::start().await;
    let made = hq.made("sz-01").await;
    let ca = CertificateDer::from_pem_slice(&hq.ca).unwrap();
    assert_eq!(
        Fingerprint::parse(made["fingerprint"].as_str().unwrap()),
        Some(Fingerprint::of(&ca))
    );
    assert_eq!(made["url"], hq.base);
    let code = made["code"].as_str().unwrap();
    let asked = BoxRequest::make(&BoxId::parse("sz-01").unwrap()).unwrap();
    let typed = code.to_lowercase().replace('-', " ");
    let answer = hq.ask("sz-01", &typed, &asked.request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let granted: EnrolGranted = wire::decode(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(granted.authority.as_bytes(), hq.ca);
    assert_eq!(
        granted.broker,
        format!("localhost:{}", hq.service.mqtt.address().port())
    );
    let again = hq.ask("sz-01", code, &asked.request).await;
    assert_eq!(code_of(again).await, "enrol_code_wrong");
    let (other, _) = hq.enrolled("bj-02").await;
    assert_eq!(other.tenant_blind, granted.tenant_blind);
    assert_ne!(other.hq_key, granted.hq_key);
    let list = hq.get("/api/v1/enrolments").await;
    let states: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["used", "used"]);
    assert!(!list.to_string().contains(code) && !list.to_string().contains("argon2"));
    hq.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_lock_the_code_and_the_address_and_the_page_says_so() {
    let hq = Headquarters::start().await;
    let code = hq.made("sz-01").await["code"].as_str().unwrap().to_owned();
    let asked = BoxRequest::make(&BoxId::parse("sz-01").unwrap()).unwrap();
    for _ in 0..5 {
        let wrong = hq.ask("sz-01", "WRNG-CDES", &asked.request).await;
        assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
        assert_eq!(code_of(wrong).await, "enrol_code_wrong");
    }
    let locked = hq.ask("sz-01", &code, &asked.request).await;
    assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = locked.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    assert_eq!(code_of(locked).await, "enrol_source_locked");
    let list = hq.get("/api/v1/enrolments").await;
    assert_eq!(list["items"][0]["state"], "locked");
    assert_eq!(list["items"][0]["tries"], 5);
    assert_eq!(list["locked_sources"][0]["address"], "127.0.0.1");
    hq.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_or_replaced_code_and_a_request_in_anothers_name_give_nothing() {
    let hq = Headquarters::start().await;
    let asked = BoxRequest::make(&BoxId::parse("sz-01").unwrap()).unwrap();
    let old = hq.made("sz-01").await;
    let made = hq.made("sz-01").await;
    let answer = hq
        .ask("sz-01", old["code"].as_str().unwrap(), &asked.request)
        .await;
    assert_eq!(code_of(answer).await, "enrol_code_wrong");
    let code = made["code"].as_str().unwrap();
    let other = BoxRequest::make(&BoxId::parse("sz-02").unwrap()).unwrap();
    let answer = hq.ask("sz-01", code, &other.request).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code_of(answer).await, "enrol_request_bad");
    let id = made["enrolment"]["id"].as_str().unwrap();
    let gone = format!("{}/api/v1/enrolments/{id}", hq.base);
    let cancelled = hq.admin.delete(&gone).send().await.unwrap();
    assert_eq!(cancelled.status(), StatusCode::NO_CONTENT);
    let again = hq.admin.delete(&gone).send().await.unwrap();
    assert_eq!(code_of(again).await, "unknown_enrolment");
    let answer = hq.ask("sz-01", code, &asked.request).await;
    assert_eq!(code_of(answer).await, "enrol_code_wrong");
    let url = format!("{}{ENROL_PATH}", hq.base);
    let answer = send(&client(&hq.ca, None), url, vec![0xff; 40_000]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let bad = json!({"box_id": "a/b", "purpose": "join"});
    let answer = hq.post("/api/v1/enrolments", &bad).await;
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(
        problem["errors"][0],
        json!({"pointer": "/box_id", "code": "bad_box_id"})
    );
    hq.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_leaves_the_old_one_good_until_it_has_connected() {
    let hq = Headquarters::start().await;
    let (granted, asked) = hq.enrolled("sz-01").await;
    let old = papers(&granted, &asked);
    let (answer, next) = hq.renew(&old, "sz-01").await;
    assert_eq!(answer.status(), StatusCode::OK);
    let renewed: RenewGranted = wire::decode(&answer.bytes().await.unwrap()).unwrap();
    let facts = |pem: &str| {
        CertificateFacts::of(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap()
    };
    assert_ne!(
        facts(&renewed.certificate).serial,
        facts(&granted.certificate).serial
    );
    let (refused, _) = hq.renew(&old, "sz-02").await;
    assert_eq!(code_of(refused).await, "enrol_request_bad");
    hq.mqtt(&granted.certificate, &asked.key).await.unwrap();
    let _connection = hq.mqtt(&renewed.certificate, &next.key).await.unwrap();
    told_revoked(&hq, &granted.certificate, &asked.key).await;
    let list = hq.get("/api/v1/certificates").await;
    let states: Vec<(&str, &str)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["origin"].as_str().unwrap(),
                one["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(states.len(), 2, "{list}");
    assert!(states.contains(&("renewal", "good")) && states.contains(&("enrolment", "revoked")));
    hq.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_box_is_cut_off_at_once_and_told_why_when_it_comes_again() {
    let hq = Headquarters::start().await;
    let (granted, asked) = hq.enrolled("sz-01").await;
    let mut connection = hq.mqtt(&granted.certificate, &asked.key).await.unwrap();
    let empty = hq
        .post("/api/v1/boxes/sz-01/revocations", &json!({"reason": " "}))
        .await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({"reason": "设备丢失"});
    let revoked = hq.post("/api/v1/boxes/sz-01/revocations", &body).await;
    assert_eq!(
        revoked.json::<Value>().await.unwrap(),
        json!({"revoked": 1})
    );
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut rest));
    let _closed = ended.await.expect("the connection goes on");
    // DISCONNECT with "not authorized".
    assert_eq!((rest[0], rest[2]), (0xe0, 0x87), "{rest:?}");
    told_revoked(&hq, &granted.certificate, &asked.key).await;
    let nothing = hq.post("/api/v1/boxes/sz-01/revocations", &body).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    let list = hq.get("/api/v1/certificates").await;
    assert_eq!(list["items"][0]["why"], "设备丢失");
    assert_eq!(list["items"][0]["revoked_by"], "admin");
    hq.enrolled("sz-01").await;
    hq.service.stop().await;
}
