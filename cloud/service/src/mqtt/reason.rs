//! Reason codes of MQTT 5 (section 2.4) that this endpoint gives.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    Success = 0x00,
    UnspecifiedError = 0x80,
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    UnsupportedProtocolVersion = 0x84,
    ClientIdentifierNotValid = 0x85,
    NotAuthorized = 0x87,
    ServerBusy = 0x89,
    ServerShuttingDown = 0x8B,
    KeepAliveTimeout = 0x8D,
    SessionTakenOver = 0x8E,
    TopicFilterInvalid = 0x8F,
    TopicNameInvalid = 0x90,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
    QuotaExceeded = 0x97,
    PayloadFormatInvalid = 0x99,
    RetainNotSupported = 0x9A,
    QosNotSupported = 0x9B,
}

impl Reason {
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// For logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::UnspecifiedError => "unspecified_error",
            Self::MalformedPacket => "malformed_packet",
            Self::ProtocolError => "protocol_error",
            Self::UnsupportedProtocolVersion => "unsupported_protocol_version",
            Self::ClientIdentifierNotValid => "client_identifier_not_valid",
            Self::NotAuthorized => "not_authorized",
            Self::ServerBusy => "server_busy",
            Self::ServerShuttingDown => "server_shutting_down",
            Self::KeepAliveTimeout => "keep_alive_timeout",
            Self::SessionTakenOver => "session_taken_over",
            Self::TopicFilterInvalid => "topic_filter_invalid",
            Self::TopicNameInvalid => "topic_name_invalid",
            Self::TopicAliasInvalid => "topic_alias_invalid",
            Self::PacketTooLarge => "packet_too_large",
            Self::QuotaExceeded => "quota_exceeded",
            Self::PayloadFormatInvalid => "payload_format_invalid",
            Self::RetainNotSupported => "retain_not_supported",
            Self::QosNotSupported => "qos_not_supported",
        }
    }
}
