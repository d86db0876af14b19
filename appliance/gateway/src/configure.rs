//! What is committed becomes what the branch machine goes by: phones, trunks with their addresses, rules, refusals of contact.
use crate::config::Config;
use crate::drive::Door;
use crate::io::sip::SipSockets;
use crate::web::LiveHub;
use crate::web::live::{BranchShape, LiveEvent, TrunkShape};
use branch::{BranchConfig, Input};
use branch_store::{CommittedFact, Store, StoreError};
use core::time::Duration;
use messages::Extension;
use messages::command::{BranchPlan, CallHandling, HuntGroup, TrunkPlan, TrunkTransport};
use messages::fact::Body;
use sip::{Flow, Transport};
use std::collections::BTreeMap;
use std::io;
use std::net::ToSocketAddrs as _;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// How often the trunks' names are looked up again.
const LOOK_UP_EVERY: Duration = Duration::from_secs(60);

/// Rings when something was committed that changes the configuration. Cheap to clone, never waits.
#[derive(Clone)]
pub(crate) struct Bell(SyncSender<Ring>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ring {
    Changed,
    Stop,
}

impl Bell {
    pub(crate) fn ring(&self) {
        // One ring that waits is enough for all.
        let _ = self.0.try_send(Ring::Changed);
    }

    pub(crate) fn stop(&self) {
        let _ = self.0.send(Ring::Stop);
    }
}

/// What becomes of calls to phones and groups.
struct CallSettings {
    handling: BTreeMap<Extension, CallHandling>,
    groups: BTreeMap<Extension, HuntGroup>,
}

/// Keeps the branch machine's configuration fresh.
pub(crate) struct Configurator {
    pub(crate) store: Store,
    pub(crate) door: Door,
    pub(crate) live: LiveHub,
    pub(crate) config: Config,
    pub(crate) sockets: SipSockets,
    /// The last good ways: a name server that is away takes no trunk down.
    pub(crate) ways: BTreeMap<(String, TrunkTransport), Flow>,
}

impl Configurator {
    /// Configures once, then at every ring and as names change.
    pub(crate) fn start(mut self) -> io::Result<(Bell, JoinHandle<()>)> {
        let (sender, rings) = sync_channel(1);
        let bell = Bell(sender);
        self.apply();
        let of_store = bell.clone();
        self.store.subscribe(Box::new(move |facts| {
            if facts.iter().any(changes_configuration) {
                of_store.ring();
            }
        }));
        let thread = std::thread::Builder::new().name("configure".to_owned());
        let thread = thread.spawn(move || {
            loop {
                match rings.recv_timeout(LOOK_UP_EVERY) {
                    Ok(Ring::Changed) | Err(RecvTimeoutError::Timeout) => self.apply(),
                    Ok(Ring::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        Ok((bell, thread))
    }

    fn apply(&mut self) {
        let read = self.store.reader().and_then(|reader| {
            let settings = CallSettings {
                handling: reader.call_handling()?,
                groups: reader.hunt_groups()?,
            };
            Ok((reader.plan()?, settings))
        });
        match read {
            Ok((plan, settings)) => self.put(plan, settings),
            Err(error) => tracing::warn!(
                code = error.code(),
                "the configuration cannot be read; the one before stands"
            ),
        }
    }

    fn put(&mut self, plan: BranchPlan, settings: CallSettings) {
        self.live
            .tell(LiveEvent::Configured(Box::new(shape(&plan))));
        let trunks = plan.trunks.into_iter().map(|trunk| {
            let address = self.look_up(&trunk);
            (trunk, address)
        });
        let trunks: Vec<_> = trunks.collect();
        let phones = plan.phones.into_iter().map(|phone| sip::PhoneAccount {
            extension: phone.extension,
            password: phone.password.expose().to_owned(),
        });
        let every = self.config.sip.trunk_options_every_s;
        let realm = self.config.sip.realm.clone();
        let config = BranchConfig {
            realm: realm.unwrap_or_else(|| BranchConfig::realm_of(&self.config.box_id)),
            user_agent: format!("zhunkehu-gateway/{}", env!("CARGO_PKG_VERSION")),
            media_address: self.config.media.address,
            profile: plan.profile,
            phones: phones.collect(),
            trunks,
            rules: plan.rules,
            dids: plan.dids,
            destinations: plan.destinations,
            ceilings: plan.ceilings,
            handling: settings.handling,
            groups: settings.groups,
            trunk_options_every: (every > 0).then(|| Duration::from_secs(u64::from(every))),
            sip_limits: sip::Limits::default(),
        };
        self.door.put(Input::Configure(Box::new(config)));
        let refusals = self
            .store
            .refusals_of_contact()
            .into_iter()
            .chain(self.store.tenant_refusals())
            .map(|index| *index.as_bytes())
            .collect();
        self.door.put(Input::ContactRefusals(refusals));
    }

    /// Off the call path; the last good answer stands while the name server is away.
    fn look_up(&mut self, trunk: &TrunkPlan) -> Option<Flow> {
        let found = trunk.address.to_socket_addrs().ok();
        let way = found.and_then(|mut all| all.find_map(|remote| self.sockets.udp.towards(remote)));
        let of_trunk = (trunk.address.clone(), trunk.transport);
        match way.map(|flow| self.over(trunk, flow)) {
            Some(flow) => {
                self.ways.insert(of_trunk.clone(), flow);
            }
            None => tracing::warn!(trunk = %trunk.name, "the trunk's address is not known"),
        }
        self.ways.get(&of_trunk).copied()
    }

    /// The same way over what the trunk speaks.
    fn over(&self, trunk: &TrunkPlan, way: Flow) -> Flow {
        let transport = match trunk.transport {
            TrunkTransport::Udp => return way,
            TrunkTransport::Tcp => Transport::Tcp,
            TrunkTransport::Tls => Transport::Tls,
        };
        let host = trunk.address.rsplit_once(':').map_or("", |(host, _)| host);
        self.sockets
            .streams
            .name(way.remote, host.trim_matches(['[', ']']));
        let mut local = way.local;
        if let (Transport::Tls, Some(own)) = (transport, self.config.sip.tls.first()) {
            local.set_port(own.port());
        }
        Flow {
            transport,
            local,
            ..way
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // most facts change no configuration
const fn changes_configuration(committed: &CommittedFact) -> bool {
    matches!(
        &committed.fact.body,
        Body::BranchConfigured(_)
            | Body::PolicySet(_)
            | Body::PhoneConfigured(_)
            | Body::PhoneRemoved(_)
            | Body::DeviceReleased(_)
            | Body::CallHandlingSet(_)
            | Body::HuntGroupSet(_)
            | Body::HuntGroupRemoved(_)
            | Body::TrunkConfigured(_)
            | Body::TrunkRemoved(_)
            | Body::DialRulesSet(_)
            | Body::DidsSet(_)
            | Body::DestinationsSet(_)
            | Body::CeilingsSet(_)
            | Body::DncAdded(_)
            | Body::DncLifted(_)
            | Body::TenantDncChanged(_)
    )
}

fn shape(plan: &BranchPlan) -> BranchShape {
    BranchShape {
        profile: plan.profile,
        phones: plan
            .phones
            .iter()
            .map(|phone| (phone.extension.clone(), phone.label.clone()))
            .collect(),
        trunks: plan
            .trunks
            .iter()
            .map(|trunk| TrunkShape {
                name: trunk.name.clone(),
                concurrent_max: trunk.concurrent_max,
                cps_max: trunk.cps_max,
            })
            .collect(),
    }
}

/// The plan cannot be read at the start: the gateway says so and dials nothing.
pub(crate) fn readable(store: &Store) -> Result<(), StoreError> {
    store.reader()?.plan().map(drop)
}
