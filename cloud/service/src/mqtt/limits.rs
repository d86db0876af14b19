//! Every limit of the endpoint, by name.
use core::time::Duration;

/// What outside can fill, and how long it may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Beyond it a new connection is closed at once.
    pub connections_max: usize,
    /// Connections of one box under different client ids.
    pub connections_per_box_max: usize,
    pub packet_bytes_max: u32,
    /// Messages waiting to go down to one connection; a full queue drops the new one: ACKs are cumulative.
    pub down_queue_max: usize,
    /// QoS 1 messages that we take unacknowledged.
    pub receive_max: u16,
    pub subscriptions_max: usize,
    pub handshake_wait: Duration,
    pub connect_wait: Duration,
    /// One write to a client that does not read.
    pub write_wait: Duration,
    /// How long a new connection waits for the one that it takes over from.
    pub takeover_wait: Duration,
    /// A client that wants none, or more, gets this.
    pub keep_alive_s_max: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            connections_per_box_max: 4,
            packet_bytes_max: 256 * 1024,
            down_queue_max: 64,
            receive_max: 16,
            subscriptions_max: 16,
            handshake_wait: Duration::from_secs(10),
            connect_wait: Duration::from_secs(10),
            write_wait: Duration::from_secs(10),
            takeover_wait: Duration::from_secs(10),
            keep_alive_s_max: 300,
        }
    }
}

impl Limits {
    /// The keep-alive that a client gets: none, or more than the limit, becomes the limit.
    #[must_use]
    pub const fn keep_alive_s(&self, asked: u16) -> u16 {
        if asked == 0 || asked > self.keep_alive_s_max {
            self.keep_alive_s_max
        } else {
            asked
        }
    }
}
