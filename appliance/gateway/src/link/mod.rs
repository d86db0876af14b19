//! The link task: carries the journal to the cloud over MQTT.
mod back_off;
mod journal;
mod pipe;
mod rumqtt;
mod task;

pub use journal::{Journal, JournalRead, JournalTrouble};
pub use rumqtt::{BadBroker, BrokerAddress};
pub use task::{LinkConfig, LinkHandle, LinkSetup, LinkTask, SyncHealth};

#[cfg(test)]
mod tests;
