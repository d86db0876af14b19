//! Sockets and threads: UDP for SIP, relay and recorder for media.
pub mod media;
pub mod udp;
