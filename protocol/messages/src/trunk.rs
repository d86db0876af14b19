//! A carrier's line: where it is, how we log in there, what it can take, and how numbers are written on it.
use crate::command::Secret;
use crate::{Dialled, Money, NumberClass, SipCode, TrunkName};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What a trunk's messages go over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    #[default]
    Udp,
    Tcp,
    Tls,
}

impl TrunkTransport {
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];

    /// As the branch file writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Which header tells the carrier who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerIn {
    /// From alone.
    #[default]
    From,
    /// P-Preferred-Identity beside it (RFC 3325): the carrier checks it.
    Preferred,
    /// P-Asserted-Identity beside it: the carrier trusts us.
    Asserted,
}

impl CallerIn {
    pub const ALL: [Self; 3] = [Self::From, Self::Preferred, Self::Asserted];

    /// As the branch file writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Preferred => "preferred",
            Self::Asserted => "asserted",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// How numbers are written on a trunk: those that are called, and our own in From.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberForm {
    /// As the dial rule made them, and as the file has them.
    #[default]
    AsSent,
    /// `13800138000`, `075512345678`, `0044…`
    National,
    /// `+8613800138000`
    E164,
    /// `8613800138000`
    Country,
}

impl NumberForm {
    pub const ALL: [Self; 4] = [Self::AsSent, Self::National, Self::E164, Self::Country];

    /// As the branch file writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AsSent => "as_sent",
            Self::National => "national",
            Self::E164 => "e164",
            Self::Country => "country",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }

    /// What is no public number stays as it is; service numbers (400, 95…) have one form everywhere.
    #[must_use]
    pub fn write(self, text: &str) -> String {
        let number = match Dialled::parse(text) {
            Ok(Dialled::Phone(number)) if self != Self::AsSent => number,
            Ok(_) | Err(_) => return text.to_owned(),
        };
        let has_country = match number.class() {
            NumberClass::Mobile | NumberClass::Fixed | NumberClass::International => true,
            NumberClass::Shared400 | NumberClass::Company95 | NumberClass::Service1xx => false,
        };
        match self {
            Self::E164 if has_country => number.e164(),
            Self::Country if has_country => number.e164().trim_start_matches('+').to_owned(),
            Self::AsSent | Self::National | Self::E164 | Self::Country => number.national(),
        }
    }
}

/// How we log in at a carrier that wants us registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkLogin {
    /// The number or name that is registered: the user part of our address there.
    pub user: String,
    /// Who the password is asked for; often `user@domain`.
    pub auth_user: String,
    /// Wished seconds between two registrations.
    pub expires_s: u32,
    /// Kept sealed beside the plan, never within it.
    #[serde(skip)]
    pub password: Secret,
}

/// A carrier's line. It is recognised by its address, and where it has a login, we register there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkPlan {
    pub name: TrunkName,
    /// `host:port` to send to: the carrier's border, or its outbound proxy.
    pub address: String,
    #[serde(skip_serializing_if = "is_default", default)]
    pub transport: TrunkTransport,
    /// What stands behind the @ of numbers; the address where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub domain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub login: Option<TrunkLogin>,
    pub accept_from: Vec<TrunkSource>,
    /// Calls at one time, both directions.
    pub concurrent_max: u32,
    /// New outbound calls per second.
    pub cps_max: u32,
    /// Minutes that it may carry in a day; `None`: not asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub minutes_day_max: Option<u32>,
    /// What it may cost in a day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost_day_max: Option<Money>,
    /// How much of the calls it gets beside others; 0: only where no other can.
    #[serde(skip_serializing_if = "is_usual_weight", default = "usual_weight")]
    pub weight: u16,
    /// Answers that say that the callee itself was reached: no other trunk is tried.
    #[serde(skip_serializing_if = "are_usual_codes", default = "usual_codes")]
    pub reached_codes: Vec<SipCode>,
    /// The number shown to the callee; the extension where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub caller: Option<String>,
    /// More numbers of our own on it: calls show one after the other.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub more_callers: Vec<String>,
    #[serde(skip_serializing_if = "is_default", default)]
    pub caller_in: CallerIn,
    #[serde(skip_serializing_if = "is_default", default)]
    pub number_form: NumberForm,
    /// We offer to acknowledge its ringing (100rel, RFC 3262).
    #[serde(skip_serializing_if = "is_on", default = "on")]
    pub reliable: bool,
    /// We ask for session timers (RFC 4028).
    #[serde(skip_serializing_if = "is_on", default = "on")]
    pub session_timer: bool,
    #[serde(skip_serializing_if = "is_default", default)]
    pub speech: TrunkSpeech,
}

/// What is spoken over a trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkSpeech {
    /// Offered and taken, as far as the other side has them; G.711 A-law and µ-law where nothing is named.
    pub codecs: Vec<SpeechCodec>,
    /// Milliseconds in a packet, where the carrier insists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ptime_ms: Option<u16>,
}

impl Default for TrunkSpeech {
    fn default() -> Self {
        Self {
            codecs: vec![SpeechCodec::Pcma, SpeechCodec::Pcmu],
            ptime_ms: None,
        }
    }
}

/// A speech format that we carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpeechCodec {
    Pcma,
    Pcmu,
    G722,
    Opus,
    /// Passed on between two who speak it; neither decoded nor recorded.
    G729,
}

impl SpeechCodec {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "pcma" => Self::Pcma,
            "pcmu" => Self::Pcmu,
            "g722" => Self::G722,
            "opus" => Self::Opus,
            "g729" => Self::G729,
            _ => return None,
        })
    }
}

/// Where a trunk's requests may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkSource {
    pub ip: IpAddr,
    /// `None`: any port of this address.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub port: Option<u16>,
}

impl TrunkPlan {
    pub const CONCURRENT_USUAL: u32 = 30;
    pub const CPS_USUAL: u32 = 10;

    /// One that is told nothing more.
    #[must_use]
    pub fn new(name: TrunkName, address: impl Into<String>) -> Self {
        Self {
            name,
            address: address.into(),
            transport: TrunkTransport::default(),
            domain: None,
            login: None,
            accept_from: Vec::new(),
            concurrent_max: Self::CONCURRENT_USUAL,
            minutes_day_max: None,
            cost_day_max: None,
            cps_max: Self::CPS_USUAL,
            weight: usual_weight(),
            reached_codes: usual_codes(),
            caller: None,
            more_callers: Vec::new(),
            caller_in: CallerIn::default(),
            number_form: NumberForm::default(),
            reliable: true,
            session_timer: true,
            speech: TrunkSpeech::default(),
        }
    }

    /// The numbers of our own that calls may show.
    pub fn callers(&self) -> impl Iterator<Item = &String> {
        self.caller.iter().chain(&self.more_callers)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

const fn usual_weight() -> u16 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
const fn is_usual_weight(weight: &u16) -> bool {
    *weight == usual_weight()
}

/// Busy, declined, and not available at the moment.
fn usual_codes() -> Vec<SipCode> {
    [480, 486, 600, 603].map(SipCode).to_vec()
}

fn are_usual_codes(codes: &[SipCode]) -> bool {
    *codes == *usual_codes()
}

const fn on() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
const fn is_on(value: &bool) -> bool {
    *value
}

#[cfg(test)]
mod tests {
    use super::{CallerIn, TrunkLogin, TrunkPlan, TrunkTransport};
    use crate::command::Secret;
    use crate::{SipCode, TrunkName, wire};

    #[test]
    fn a_plan_passes_through_the_wire_and_its_password_does_not() {
        let name = TrunkName::parse("ims").unwrap();
        let plan = TrunkPlan {
            transport: TrunkTransport::Tls,
            domain: Some("ims.carrier.cn".to_owned()),
            login: Some(TrunkLogin {
                user: "02012345678".to_owned(),
                auth_user: "02012345678@ims.carrier.cn".to_owned(),
                expires_s: 600,
                password: Secret::new("hunter2".to_owned()),
            }),
            weight: 0,
            reached_codes: vec![SipCode(486)],
            more_callers: vec!["02012345679".to_owned()],
            caller_in: CallerIn::Preferred,
            ..TrunkPlan::new(name.clone(), "10.1.1.1:5060")
        };
        let bytes = wire::encode(&plan).unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"));
        let mut back: TrunkPlan = wire::decode(&bytes).unwrap();
        assert_ne!(back, plan);
        if let Some(login) = &mut back.login {
            login.password = Secret::new("hunter2".to_owned());
        }
        assert_eq!(back, plan);
        let plain = TrunkPlan::new(name, "10.1.1.1:5060");
        let back: TrunkPlan = wire::decode(&wire::encode(&plain).unwrap()).unwrap();
        assert_eq!(back, plain);
    }
}
