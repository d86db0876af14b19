//! Real sockets: TLS, the way to HTTPS, limits, the end.
use axum::Router;
use axum::routing::get;
use core::time::Duration;
use portal::serve::{ConnectionLimits, Identity, http, https, to_https};
use portal::{ClientIp, Tasks};
use reqwest::{Certificate, Client, StatusCode, redirect};
use std::net::{Ipv4Addr, TcpListener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn loopback() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let made = made.unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn client(root: &str) -> Client {
    let _first_one_wins = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .tls_certs_only([Certificate::from_pem(root.as_bytes()).unwrap()])
        .redirect(redirect::Policy::none())
        .build()
        .unwrap()
}

fn routes() -> Router {
    Router::new().route(
        "/ip",
        get(|ClientIp(ip): ClientIp| core::future::ready(ip.to_string())),
    )
}

#[tokio::test]
async fn https_answers_knows_its_peer_and_ends_gracefully() {
    let (pem, key) = certificate();
    let tasks = Tasks::new();
    let identity = Identity::from_pem(pem.as_bytes(), key.as_bytes()).unwrap();
    let limits = ConnectionLimits::default();
    let address = https(loopback(), &identity, routes(), limits, &tasks).unwrap();
    let url = format!("https://localhost:{}/ip", address.port());
    let answer = client(&pem).get(&url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "127.0.0.1");
    let (other, other_key) = certificate();
    identity
        .replace(other.as_bytes(), other_key.as_bytes())
        .unwrap();
    assert!(client(&pem).get(&url).send().await.is_err());
    assert!(client(&other).get(&url).send().await.is_ok());
    assert!(tasks.shutdown(Duration::from_secs(20)).await.is_empty());
    assert!(client(&other).get(&url).send().await.is_err());
}

#[tokio::test]
async fn plain_http_shows_the_way_to_https_and_nothing_else() {
    let tasks = Tasks::new();
    let router = to_https(routes(), 8443);
    let address = http(loopback(), router, ConnectionLimits::default(), &tasks).unwrap();
    let url = format!("http://localhost:{}/customers?stage=lead", address.port());
    let answer = client(&certificate().0).get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(
        answer.headers()["location"],
        "https://localhost:8443/customers?stage=lead"
    );
    for host in ["a/b", "evil.example/@x", ""] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("GET / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{host}: {answer}");
    }
    tasks.shutdown(Duration::from_secs(20)).await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_the_others_go_on() {
    let tasks = Tasks::new();
    let limits = ConnectionLimits {
        total_max: 10,
        per_source_max: 1,
    };
    let address = http(loopback(), routes(), limits, &tasks).unwrap();
    let mut first = TcpStream::connect(address).await.unwrap();
    let head = b"GET /ip HTTP/1.1\r\nhost: x\r\n\r\n";
    first.write_all(head).await.unwrap();
    let mut answer = [0; 15];
    first.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(address).await.unwrap();
    assert_eq!(second.read(&mut answer).await.unwrap_or(0), 0);
    first.write_all(head).await.unwrap();
    assert!(first.read(&mut answer).await.unwrap() > 0);
    drop(first);
    tasks.shutdown(Duration::from_secs(20)).await;
}

#[test]
fn a_broken_certificate_is_an_error_that_says_so() {
    let (pem, key) = certificate();
    let (_, other_key) = certificate();
    assert!(Identity::from_pem(b"nonsense", key.as_bytes()).is_err());
    assert!(Identity::from_pem(pem.as_bytes(), b"nonsense").is_err());
    assert!(Identity::from_pem(pem.as_bytes(), other_key.as_bytes()).is_err());
}
