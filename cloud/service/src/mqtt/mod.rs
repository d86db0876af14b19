//! The cloud's own MQTT 5 endpoint for its boxes: mutual TLS, own topics only, acknowledged after the commit, bounded everywhere.
//!
//! The codec is our own and small: that of `rumqttc` refuses the plain DISCONNECT of other clients, drops a packet with a
//! cut length in it without a word, and believes property lengths without checking them.
mod connection;
mod fields;
mod framed;
mod greeting;
mod ingest;
mod limits;
mod packet;
mod peers;
mod reading;
mod reason;
mod revoked;
mod server;
mod tls;
mod topic;
mod verifier;
mod web;
mod writing;

pub use ingest::{Ingest, Outcome};
pub use limits::Limits;
pub use packet::{ClientPacket, ConnAck, Connect, Fault, Filter, Publish, ServerPacket, Will};
pub use peers::NotSent;
pub use reading::read_packet;
pub use reason::Reason;
pub use revoked::Revoked;
pub use server::{MqttHandle, MqttServer};
pub use tls::{BoxPapers, NoIdentity, TlsError, box_identity, server_config, server_config_with};
pub use writing::write_packet;
