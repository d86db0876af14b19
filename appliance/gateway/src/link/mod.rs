//! The link task: carries the journal to the cloud over MQTT.
mod back_off;
mod broker_address;
mod effects;
mod journal;
mod pipe;
mod rumqtt;
mod setup;
mod task;
mod tls;
mod trust;

pub(crate) use effects::{effects, urgent};

pub use broker_address::{BadBroker, BrokerAddress};
pub use journal::{Journal, JournalRead, JournalTrouble};
pub use setup::{CannotStart, LinkConfig, LinkHandle, LinkSetup, SyncHealth};
pub use task::LinkTask;
pub(crate) use tls::client_config;
pub use trust::{given_keys, tenant_blind, trust};

#[cfg(test)]
mod tests;
