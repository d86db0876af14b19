//! The configuration, indexed for the call path.
use crate::api::{Config, Limits, PhoneAccount, TrunkAccount};
use messages::TrunkName;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

#[derive(Debug)]
pub(crate) struct Settings {
    pub realm: String,
    pub user_agent: String,
    pub limits: Limits,
    phones: BTreeMap<String, PhoneAccount>,
    trunks: BTreeMap<TrunkName, TrunkAccount>,
    /// `None`: any port of the address.
    sources: BTreeMap<(IpAddr, Option<u16>), TrunkName>,
}

impl Settings {
    pub(crate) fn new(config: Config) -> Self {
        let mut sources = BTreeMap::new();
        for trunk in &config.trunks {
            let mut accept = |ip: IpAddr, port| {
                sources
                    .entry((ip.to_canonical(), port))
                    .or_insert_with(|| trunk.name.clone());
            };
            for from in &trunk.accept_from {
                accept(from.ip, from.port);
            }
            if let Some(flow) = trunk.flow.filter(|_| trunk.accept_from.is_empty()) {
                accept(flow.remote.ip(), Some(flow.remote.port()));
            }
        }
        let phones = config.phones.into_iter();
        let trunks = config.trunks.into_iter();
        Self {
            realm: config.realm.replace(['"', '\\'], ""),
            user_agent: config.user_agent,
            limits: config.limits,
            phones: phones
                .map(|p| (p.extension.as_str().to_owned(), p))
                .collect(),
            trunks: trunks.map(|t| (t.name.clone(), t)).collect(),
            sources,
        }
    }

    pub(crate) fn phone(&self, user: &str) -> Option<&PhoneAccount> {
        self.phones.get(user)
    }

    pub(crate) fn trunk(&self, name: &TrunkName) -> Option<&TrunkAccount> {
        self.trunks.get(name)
    }

    pub(crate) fn trunks(&self) -> impl Iterator<Item = &TrunkAccount> {
        self.trunks.values()
    }

    /// The trunk that may call from here: its exact port first, then any port of the address.
    pub(crate) fn trunk_at(&self, source: SocketAddr) -> Option<&TrunkName> {
        self.trunk_at_port(source)
            .or_else(|| self.sources.get(&(source.ip().to_canonical(), None)))
    }

    /// The trunk whose address and port are named.
    pub(crate) fn trunk_at_port(&self, source: SocketAddr) -> Option<&TrunkName> {
        self.sources
            .get(&(source.ip().to_canonical(), Some(source.port())))
    }
}
