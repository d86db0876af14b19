//! The whole service on loopback: it starts, serves, ends, and starts again.
use cloud::config::Config;
use cloud::service::{self, StartError};
use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

fn config(folder: &Path) -> Config {
    let path = folder.display();
    let text = format!(
        "data_dir = \"{path}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[mqtt]\nlisten = \"127.0.0.1:0\"\n[tls]\ndir = \"{path}/pki\"\n"
    );
    Config::parse(&text, "cloud.toml").unwrap()
}

/// Trusts headquarters' own authority and nothing else.
fn client(folder: &Path) -> Client {
    // The second test of this process finds it installed.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let ca = std::fs::read(folder.join("pki/ca.pem")).unwrap();
    Client::builder()
        .tls_certs_only([Certificate::from_pem(&ca).unwrap()])
        .no_proxy()
        .cookie_store(true)
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_shows_a_password_once_and_the_next_one_does_not() {
    let folder = TempDir::new().unwrap();
    let config = config(folder.path());
    let service = service::start(&config, None).unwrap();
    let (name, password) = service.first_admin.clone().unwrap();
    let client = client(folder.path());
    let base = format!("https://{}", service.https);
    let health = client.get(format!("{base}/healthz")).send().await.unwrap();
    assert_eq!(health.json::<Value>().await.unwrap()["status"], "ok");
    let page = client.get(&base).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("<!doctype html>"));
    let session = format!("{base}/api/v1/session");
    let body = json!({"user": name, "password": password.expose()});
    let signed_in = client.post(&session).json(&body).send().await.unwrap();
    assert_eq!(signed_in.status(), StatusCode::OK);
    let overview = client
        .get(format!("{base}/api/v1/overview"))
        .send()
        .await
        .unwrap();
    assert_eq!(overview.json::<Value>().await.unwrap()["branches"], 0);

    let taken = service::start(&config, None).err().unwrap();
    assert!(matches!(taken, StartError::InUse(_)), "{taken}");
    service.stop().await;
    let again = service::start(&config, None).unwrap();
    assert!(again.first_admin.is_none());
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_with_its_key() {
    let folder = TempDir::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(folder.path());
    config.mqtt.listen = listener.local_addr().unwrap();
    let error = service::start(&config, None).err().unwrap().to_string();
    assert!(
        error.starts_with(&format!("mqtt.listen = {}", config.mqtt.listen)),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_and_no_key_lies_in_the_data_folder() {
    let folder = TempDir::new().unwrap();
    let service = service::start(&config(folder.path()), None).unwrap();
    let (_, password) = service.first_admin.clone().unwrap();
    service.stop().await;
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(password.expose()));
        assert!(!text.contains("PRIVATE KEY"));
    }
}
