//! `[[trunk]]`: a carrier's line, recognised by its address; where it has a login, we register there.
use super::policy::{COST_BOUNDS, yuan};
use super::section::{Found, Section};
use super::{Faults, PlanFault};
use messages::command::{
    CallerIn, NumberForm, Secret, SpeechCodec, TrunkLogin, TrunkPlan, TrunkSource, TrunkSpeech,
    TrunkTransport,
};
use messages::{Digits, SipCode, TrunkName};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

const CONCURRENT_BOUNDS: (i64, i64) = (1, 10_000);
const CPS_BOUNDS: (i64, i64) = (1, 1_000);
const MINUTES_BOUNDS: (i64, i64) = (1, 10_000_000);
const WEIGHT_BOUNDS: (i64, i64) = (0, 1_000);
const CODE_BOUNDS: (i64, i64) = (300, 699);
const PTIME_BOUNDS: (i64, i64) = (10, 60);
const EXPIRES_BOUNDS: (i64, i64) = (60, 7_200);
const EXPIRES_USUAL: u32 = 600;
const WORD_MAX: usize = 253;

pub(super) fn read(sections: Vec<Section<'_>>, faults: &mut Faults<'_>) -> Vec<TrunkPlan> {
    let mut seen = BTreeSet::new();
    let mut trunks = Vec::new();
    for section in sections {
        let Some(trunk) = trunk(section, faults) else {
            continue;
        };
        if seen.insert(trunk.value.name.clone()) {
            trunks.push(trunk.value);
        } else {
            faults.at(trunk.at, "trunk.name", PlanFault::TrunkTwice);
        }
    }
    trunks
}

fn trunk(mut section: Section<'_>, faults: &mut Faults<'_>) -> Option<Found<TrunkPlan>> {
    let name = name(&mut section, faults);
    let address = address(&mut section, faults);
    let transport = transport(&mut section, faults);
    let login = login(&mut section, faults);
    let accept_from = sources(&mut section, address, login.is_some(), faults);
    let concurrent = section.number("concurrent_max", CONCURRENT_BOUNDS, faults);
    let cps = section.number("cps_max", CPS_BOUNDS, faults);
    let minutes = section.number("minutes_day_max", MINUTES_BOUNDS, faults);
    let cost = section.number("cost_day_max", COST_BOUNDS, faults);
    let weight = section.number("weight", WEIGHT_BOUNDS, faults);
    let reached_codes = codes(&mut section, faults);
    let domain = word(&mut section, "domain", faults);
    let caller_in = caller_in(&mut section, faults);
    let number_form = number_form(&mut section, faults);
    let reliable = section.flag("reliable", faults);
    let session_timer = section.flag("session_timer", faults);
    let speech = speech(&mut section, faults);
    let (caller, more_callers) = callers(&mut section, faults);
    section.done(faults);
    let (name, address) = (name?, address?);
    let usual = TrunkPlan::new(name.value, address);
    Some(Found {
        at: name.at,
        value: TrunkPlan {
            transport,
            domain,
            login,
            accept_from,
            concurrent_max: limit(concurrent, usual.concurrent_max),
            cps_max: limit(cps, usual.cps_max),
            minutes_day_max: minutes.and_then(|found| u32::try_from(found.value).ok()),
            cost_day_max: cost.map(yuan),
            weight: weight.map_or(usual.weight, |found| {
                u16::try_from(found.value).unwrap_or(usual.weight)
            }),
            reached_codes: reached_codes.unwrap_or_else(|| usual.reached_codes.clone()),
            caller,
            more_callers,
            caller_in,
            number_form,
            reliable: reliable.is_none_or(|found| found.value),
            session_timer: session_timer.is_none_or(|found| found.value),
            speech,
            ..usual
        },
    })
}

fn limit(found: Option<Found<i64>>, otherwise: u32) -> u32 {
    found.map_or(otherwise, |found| {
        u32::try_from(found.value).unwrap_or(otherwise)
    })
}

/// `user` and `password` together make a login; `auth_user` where it is another one.
fn login(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Option<TrunkLogin> {
    let user = word(section, "user", faults);
    let auth_user = word(section, "auth_user", faults);
    let password = section.text("password", faults);
    let expires = section.number("expires_s", EXPIRES_BOUNDS, faults);
    match (user, password) {
        (Some(user), Some(password)) => Some(TrunkLogin {
            auth_user: auth_user.unwrap_or_else(|| user.clone()),
            user,
            expires_s: limit(expires, EXPIRES_USUAL),
            password: Secret::new(password.value.to_owned()),
        }),
        (None, None) if auth_user.is_none() && expires.is_none() => None,
        _ => {
            faults.at(section.at, "trunk.user", PlanFault::LoginIncomplete);
            None
        }
    }
}

/// A name as it stands in a SIP address: no spaces, no brackets.
fn word(section: &mut Section<'_>, key: &'static str, faults: &mut Faults<'_>) -> Option<String> {
    let found = section.text(key, faults)?;
    let fits = found
        .value
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"<>\"\\;,?".contains(&b));
    if !fits || found.value.is_empty() || found.value.len() > WORD_MAX {
        faults.at(found.at, &format!("trunk.{key}"), PlanFault::BadWord);
        return None;
    }
    Some(found.value.to_owned())
}

fn codes(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Option<Vec<SipCode>> {
    let numbers = section.numbers("reached_codes", CODE_BOUNDS, faults)?;
    let codes = numbers
        .into_iter()
        .filter_map(|found| u16::try_from(found.value).ok());
    Some(codes.map(SipCode).collect())
}

/// `codecs = ["pcma", "g729"]` and `ptime_ms = 20`; G.711 where nothing is named.
fn speech(section: &mut Section<'_>, faults: &mut Faults<'_>) -> TrunkSpeech {
    let usual = TrunkSpeech::default();
    let ptime = section.number("ptime_ms", PTIME_BOUNDS, faults);
    let named = section.texts("codecs", faults);
    let mut codecs = Vec::new();
    for found in named.iter().flatten() {
        match SpeechCodec::parse(found.value) {
            Some(codec) => codecs.push(codec),
            None => faults.at(found.at, "trunk.codecs", PlanFault::BadCodec),
        }
    }
    if named.is_some() && codecs.is_empty() {
        faults.at(section.at, "trunk.codecs", PlanFault::BadCodec);
    }
    TrunkSpeech {
        codecs: if codecs.is_empty() {
            usual.codecs
        } else {
            codecs
        },
        ptime_ms: ptime.and_then(|found| u16::try_from(found.value).ok()),
    }
}

/// `as_sent`, `national`, `e164` or `country`.
fn number_form(section: &mut Section<'_>, faults: &mut Faults<'_>) -> NumberForm {
    let Some(found) = section.text("number_form", faults) else {
        return NumberForm::default();
    };
    NumberForm::parse(found.value).unwrap_or_else(|| {
        faults.at(found.at, "trunk.number_form", PlanFault::BadNumberForm);
        NumberForm::default()
    })
}

/// `from`, `preferred` or `asserted`; From alone where the file does not say.
fn caller_in(section: &mut Section<'_>, faults: &mut Faults<'_>) -> CallerIn {
    let Some(found) = section.text("caller_in", faults) else {
        return CallerIn::default();
    };
    CallerIn::parse(found.value).unwrap_or_else(|| {
        faults.at(found.at, "trunk.caller_in", PlanFault::BadCallerIn);
        CallerIn::default()
    })
}

fn name(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Option<Found<TrunkName>> {
    let found = section.needed_text("name", faults)?;
    let Some(value) = TrunkName::parse(found.value) else {
        faults.at(found.at, "trunk.name", PlanFault::BadTrunkName);
        return None;
    };
    Some(Found {
        value,
        at: found.at,
    })
}

fn address<'a>(section: &mut Section<'a>, faults: &mut Faults<'_>) -> Option<&'a str> {
    let found = section.needed_text("address", faults)?;
    if is_address(found.value) {
        return Some(found.value);
    }
    faults.at(found.at, "trunk.address", PlanFault::BadAddress);
    None
}

/// `udp`, `tcp` or `tls`; UDP where the file does not say.
fn transport(section: &mut Section<'_>, faults: &mut Faults<'_>) -> TrunkTransport {
    let Some(found) = section.text("transport", faults) else {
        return TrunkTransport::default();
    };
    TrunkTransport::parse(found.value).unwrap_or_else(|| {
        faults.at(found.at, "trunk.transport", PlanFault::BadTransport);
        TrunkTransport::default()
    })
}

/// `10.0.0.1:5060`, `[::1]:5060`, `sip.example.cn:5060`.
fn is_address(text: &str) -> bool {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return address.port() != 0;
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let named = !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    named && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// Who may call from the trunk; the trunk's own address where the file does not say.
fn sources(
    section: &mut Section<'_>,
    address: Option<&str>,
    logs_in: bool,
    faults: &mut Faults<'_>,
) -> Vec<TrunkSource> {
    if !section.has("accept_from") {
        let own = address.and_then(|address| address.parse::<SocketAddr>().ok());
        // where we log in, calls come from where the name leads: that is looked up again and again
        if own.is_none() && address.is_some() && !logs_in {
            faults.at(section.at, "trunk.accept_from", PlanFault::SourceMissing);
        }
        return own
            .map(|own| TrunkSource {
                ip: own.ip(),
                port: Some(own.port()),
            })
            .into_iter()
            .collect();
    }
    let mut sources = Vec::new();
    for found in section.texts("accept_from", faults).unwrap_or_default() {
        match source(found.value) {
            Some(source) => sources.push(source),
            None => faults.at(found.at, "trunk.accept_from", PlanFault::BadSource),
        }
    }
    sources
}

fn source(text: &str) -> Option<TrunkSource> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return (address.port() != 0).then(|| TrunkSource {
            ip: address.ip(),
            port: Some(address.port()),
        });
    }
    let ip = text.strip_suffix(":*").unwrap_or(text);
    let ip = ip
        .strip_prefix('[')
        .and_then(|ip| ip.strip_suffix(']'))
        .unwrap_or(ip);
    let ip: IpAddr = ip.parse().ok()?;
    Some(TrunkSource { ip, port: None })
}

/// `caller` and `callers`: the numbers of our own that calls may show.
fn callers(section: &mut Section<'_>, faults: &mut Faults<'_>) -> (Option<String>, Vec<String>) {
    let one = section.text("caller", faults);
    let more = section.texts("callers", faults).unwrap_or_default();
    let mut numbers = Vec::new();
    for found in one.into_iter().chain(more) {
        if is_number(found.value) {
            numbers.push(found.value.to_owned());
        } else {
            faults.at(found.at, "trunk.caller", PlanFault::BadCaller);
        }
    }
    let mut numbers = numbers.into_iter();
    (numbers.next(), numbers.collect())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    Digits::parse(text).is_ok() && digits.bytes().all(|b| b.is_ascii_digit())
}
