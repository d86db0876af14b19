//! `[[trunk]]`: a carrier's line, recognised by its address.
use super::section::{Found, Section};
use super::{Faults, PlanFault};
use messages::command::{TrunkPlan, TrunkSource, TrunkTransport};
use messages::{Digits, TrunkName};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

const CONCURRENT_DEFAULT: u32 = 30;
const CPS_DEFAULT: u32 = 10;
const CONCURRENT_BOUNDS: (i64, i64) = (1, 10_000);
const CPS_BOUNDS: (i64, i64) = (1, 1_000);

pub(super) fn read(sections: Vec<Section<'_>>, faults: &mut Faults<'_>) -> Vec<TrunkPlan> {
    let mut seen = BTreeSet::new();
    let mut trunks = Vec::new();
    for mut section in sections {
        let name = name(&mut section, faults);
        let address = address(&mut section, faults);
        let transport = transport(&mut section, faults);
        let accept_from = sources(&mut section, address, faults);
        let concurrent = section.number("concurrent_max", CONCURRENT_BOUNDS, faults);
        let cps = section.number("cps_max", CPS_BOUNDS, faults);
        let caller = caller(&mut section, faults);
        section.done(faults);
        let (Some(name), Some(address)) = (name, address) else {
            continue;
        };
        if !seen.insert(name.value.clone()) {
            faults.at(name.at, "trunk.name", PlanFault::TrunkTwice);
            continue;
        }
        trunks.push(TrunkPlan {
            name: name.value,
            address: address.to_owned(),
            transport,
            accept_from,
            concurrent_max: limit(concurrent, CONCURRENT_DEFAULT),
            cps_max: limit(cps, CPS_DEFAULT),
            caller,
        });
    }
    trunks
}

fn limit(found: Option<Found<i64>>, otherwise: u32) -> u32 {
    found.map_or(otherwise, |found| {
        u32::try_from(found.value).unwrap_or(otherwise)
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
    faults: &mut Faults<'_>,
) -> Vec<TrunkSource> {
    if !section.has("accept_from") {
        let own = address.and_then(|address| address.parse::<SocketAddr>().ok());
        if own.is_none() && address.is_some() {
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

fn caller(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let found = section.text("caller", faults)?;
    let fits = Digits::parse(found.value).is_ok()
        && found
            .value
            .strip_prefix('+')
            .unwrap_or(found.value)
            .bytes()
            .all(|b| b.is_ascii_digit());
    if !fits {
        faults.at(found.at, "trunk.caller", PlanFault::BadCaller);
        return None;
    }
    Some(found.value.to_owned())
}
