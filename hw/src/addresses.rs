//! Which addresses the machine has now.
use crate::linux::opened;
use std::net::IpAddr;
use sysinfo::Networks;

/// Of all interfaces, each once; `None` where the system does not say.
#[must_use]
pub fn addresses() -> Option<Vec<IpAddr>> {
    let cards = opened("network", Networks::new_with_refreshed_list())?;
    let all = cards.values().flat_map(sysinfo::NetworkData::ip_networks);
    let mut found: Vec<IpAddr> = all.map(|network| network.addr).collect();
    found.sort_unstable();
    found.dedup();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::addresses;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn every_machine_has_itself() {
        let own = addresses().unwrap();
        assert!(own.contains(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
}
