//! Sockets and threads: SIP by datagrams and streams, relay and recorder for media.
pub mod media;
pub mod sip;
