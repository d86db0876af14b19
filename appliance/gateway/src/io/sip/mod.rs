//! The ways in and out for SIP: UDP and TCP on each address that is listened on, TLS, and WebSockets of the pages' server.
mod dial;
mod places;
mod streams;
mod tcp;
mod udp;
mod websocket;

pub use dial::{dial, trusting};
pub use places::{beyond_lan, is_lan, places};
pub use streams::{NoSeat, Seat, StreamLimits, Streams};
pub use tcp::{listen, listen_tls};
pub use udp::UdpSockets;
pub use websocket::carry;

use bytes::Bytes;
use sip::{Flow, Transport};

/// Where the branch machine's messages leave.
#[derive(Clone)]
pub struct SipSockets {
    pub udp: UdpSockets,
    pub streams: Streams,
}

impl SipSockets {
    pub fn send(&self, flow: Flow, bytes: &Bytes) {
        let sent = match flow.transport {
            Transport::Udp => self.udp.send(flow, bytes),
            Transport::Tcp | Transport::Tls | Transport::Wss => {
                self.streams.send(flow, bytes.clone())
            }
        };
        if !sent {
            metrics::counter!("zhunkehu_sip_send_failed_total").increment(1);
        }
    }

    /// The machine can use this stream no longer.
    pub fn close(&self, flow: Flow) {
        self.streams.close(flow);
    }
}
