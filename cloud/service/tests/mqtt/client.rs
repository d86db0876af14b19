//! A client that says exactly what the test tells it: rumqttc's codec over TLS, or plain bytes.
use crate::endpoint::{Endpoint, PATIENCE, Papers};
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::{
    QoS,
    v5::{
        Connect, ConnectProperties, ConnectReturnCode, Disconnect, Filter, LastWill, Packet,
        Publish, Subscribe,
    },
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

pub(crate) struct Client {
    stream: TlsStream<TcpStream>,
    incoming: BytesMut,
}

impl Client {
    /// TLS only.
    pub(crate) async fn shake_hands(endpoint: &Endpoint, papers: &Papers) -> Self {
        Self::shake_hands_at(endpoint.handle.address(), papers).await
    }

    pub(crate) async fn shake_hands_at(address: SocketAddr, papers: &Papers) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(&papers.ca).unwrap())
            .unwrap();
        let chain = CertificateDer::from_pem_file(&papers.certificate).unwrap();
        let key = PrivateKeyDer::from_pem_file(&papers.key).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![chain], key)
            .unwrap();
        let tcp = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, tcp)
            .await
            .unwrap();
        Self {
            stream,
            incoming: BytesMut::new(),
        }
    }

    pub(crate) async fn connect(endpoint: &Endpoint, papers: &Papers, client_id: &str) -> Self {
        Self::connect_as(endpoint, papers, client_id, None, 60).await
    }

    pub(crate) async fn connect_as(
        endpoint: &Endpoint,
        papers: &Papers,
        client_id: &str,
        will: Option<LastWill>,
        keep_alive: u16,
    ) -> Self {
        let mut client = Self::shake_hands(endpoint, papers).await;
        client.say_connect(client_id, will, keep_alive).await;
        let answer = client.hear().await;
        let Packet::ConnAck(connack) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(connack.code, ConnectReturnCode::Success);
        client
    }

    pub(crate) async fn say_connect(
        &mut self,
        client_id: &str,
        will: Option<LastWill>,
        keep_alive: u16,
    ) {
        let connect = Connect {
            keep_alive,
            client_id: client_id.to_owned(),
            clean_start: true,
            properties: Some(ConnectProperties::new()),
        };
        self.say(&Packet::Connect(connect, will, None)).await;
    }

    pub(crate) async fn say(&mut self, packet: &Packet) {
        let mut out = BytesMut::new();
        packet.write(&mut out, None).unwrap();
        self.say_bytes(&out).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    pub(crate) async fn publish(&mut self, packet_id: u16, topic: &str, payload: &[u8]) {
        let qos = if packet_id == 0 {
            QoS::AtMostOnce
        } else {
            QoS::AtLeastOnce
        };
        let mut publish = Publish::new(topic, qos, payload.to_vec(), None);
        publish.pkid = packet_id;
        self.say(&Packet::Publish(publish)).await;
    }

    pub(crate) async fn subscribe(&mut self, filter: &str) -> Packet {
        let mut subscribe = Subscribe::new(Filter::new(filter, QoS::AtLeastOnce), None);
        subscribe.pkid = 1;
        self.say(&Packet::Subscribe(subscribe)).await;
        self.hear().await
    }

    /// The next packet; `None` when the endpoint has closed.
    pub(crate) async fn hear_or_end(&mut self) -> Option<Packet> {
        let hearing = async {
            loop {
                if let Ok(packet) = Packet::read(&mut self.incoming, None) {
                    return Some(packet);
                }
                match self.stream.read_buf(&mut self.incoming).await {
                    Ok(0) | Err(_) => return None,
                    Ok(_) => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, hearing)
            .await
            .expect("the endpoint says nothing")
    }

    pub(crate) async fn hear(&mut self) -> Packet {
        self.hear_or_end().await.expect("the endpoint has closed")
    }

    /// The DISCONNECT before the end.
    pub(crate) async fn hear_goodbye(&mut self) -> Disconnect {
        let packet = self.hear().await;
        let Packet::Disconnect(disconnect) = packet else {
            panic!("{packet:?}");
        };
        assert_eq!(self.hear_or_end().await, None);
        disconnect
    }
}
