//! The branch of the stories: addresses, accounts, rules, session descriptions.
use crate::shape::Shape;
use branch::BranchConfig;
use bytes::Bytes;
use messages::command::{DialRule, RuleTarget, TrunkPlan, TrunkSource};
use messages::{Extension, PartyNumber, PersonalValue as _, TrunkName};
use sip::{Flow, Transport};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

pub(crate) const GATEWAY: SocketAddr = address([10, 0, 0, 1]);
pub(crate) const CARRIER: SocketAddr = address([10, 9, 9, 9]);
/// What every phone asks for.
pub(crate) const BOUND_FOR: Duration = Duration::from_secs(300);
/// The relay's first port.
pub(crate) const FIRST_PORT: u16 = 20_000;

const fn address(ip: [u8; 4]) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(ip[0], ip[1], ip[2], ip[3])), 5060)
}

pub(crate) fn phone_address(phone: usize) -> SocketAddr {
    let last = u8::try_from(20 + phone).unwrap_or(u8::MAX);
    address([10, 0, 0, last])
}

pub(crate) fn extension(phone: usize) -> Extension {
    Extension::parse(&format!("{}", 1_000 + phone)).expect("an extension")
}

pub(crate) fn password(extension: &Extension) -> String {
    format!("pw{}", extension.as_str())
}

pub(crate) fn carrier_name() -> TrunkName {
    TrunkName::parse("carrier").expect("a name")
}

/// The gateway, as the carrier knows it.
pub(crate) fn gateway_name() -> TrunkName {
    TrunkName::parse("gateway").expect("a name")
}

pub(crate) const fn flow(local: SocketAddr, remote: SocketAddr) -> Flow {
    Flow {
        transport: Transport::Udp,
        local,
        remote,
        connection: 0,
    }
}

pub(crate) fn config(shape: &Shape, concurrent_max: u32, cps_max: u32) -> BranchConfig {
    let trunk = TrunkPlan {
        accept_from: vec![TrunkSource {
            ip: CARRIER.ip(),
            port: Some(CARRIER.port()),
        }],
        concurrent_max,
        cps_max,
        ..TrunkPlan::new(carrier_name(), CARRIER.to_string())
    };
    let phones = (0..shape.phones).map(|phone| {
        let extension = extension(phone);
        let password = password(&extension);
        sip::PhoneAccount {
            extension,
            password,
        }
    });
    BranchConfig {
        realm: "branch".to_owned(),
        user_agent: "gateway".to_owned(),
        media_address: None,
        profile: shape.profile,
        phones: phones.collect(),
        trunks: vec![(trunk, Some(Flow::udp(GATEWAY, CARRIER)))],
        destinations: messages::Destination::USUAL.to_vec(),
        ceilings: messages::ceilings::Ceilings::default(),
        dids: Vec::new(),
        rules: rules(),
        handling: BTreeMap::new(),
        groups: BTreeMap::new(),
        trunk_options_every: None,
        sip_limits: sip::Limits::default(),
    }
}

fn rules() -> Vec<DialRule> {
    let to_trunk = || RuleTarget::Trunk(carrier_name());
    let rule = |prefix: &str, to, record| DialRule {
        prefix: prefix.to_owned(),
        to,
        record,
        strip: 0,
        prepend: String::new(),
    };
    vec![
        rule("9", to_trunk(), false),
        rule("8", to_trunk(), true),
        rule("13", to_trunk(), true),
        rule("1", RuleTarget::Phone, false),
    ]
}

/// Stands for the keyed blind index: two texts of one number fall together.
pub(crate) fn index(number: &PartyNumber) -> [u8; 16] {
    let mut index = [0; 16];
    for (slot, byte) in index.iter_mut().zip(number.to_text().bytes().rev()) {
        *slot = byte;
    }
    index
}

/// What a peer says about its media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    ALaw,
    MuLaw,
    /// Nothing that the gateway carries.
    Foreign,
    Hold,
    /// No description at all.
    Broken,
}

impl Says {
    pub(crate) const fn sdp(self) -> Bytes {
        let text = match self {
            Self::ALaw => {
                "v=0\r\no=- 1 1 IN IP4 10.0.0.90\r\ns=-\r\nc=IN IP4 10.0.0.90\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
            }
            Self::MuLaw => {
                "v=0\r\no=- 1 1 IN IP4 10.0.0.91\r\ns=-\r\nc=IN IP4 10.0.0.91\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n"
            }
            Self::Foreign => {
                "v=0\r\no=- 1 1 IN IP4 10.0.0.92\r\ns=-\r\nc=IN IP4 10.0.0.92\r\nt=0 0\r\nm=audio 4004 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n"
            }
            Self::Hold => {
                "v=0\r\no=- 1 2 IN IP4 10.0.0.90\r\ns=-\r\nc=IN IP4 10.0.0.90\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"
            }
            Self::Broken => "v=1\r\nm=audio\r\n",
        };
        Bytes::from_static(text.as_bytes())
    }
}
