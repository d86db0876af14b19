//! The MQTT endpoint on real sockets, with clients that nobody here wrote: mosquitto's, paho, and rumqttc's codec.
#![allow(clippy::unwrap_used)] // a test's harness
mod client;
mod codec;
mod denied;
mod endpoint;
mod peers;
mod protocol;
mod safe;
