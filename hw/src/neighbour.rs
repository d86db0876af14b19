//! Whose address the own network knows at an IP address.
use messages::Mac;
use std::net::IpAddr;

/// The kernel's table of neighbours (ARP); `None`: beyond a router, of this machine, or not asked yet.
#[must_use]
pub fn neighbour(ip: IpAddr) -> Option<Mac> {
    let IpAddr::V4(wanted) = ip.to_canonical() else {
        return None;
    };
    let table = std::fs::read_to_string("/proc/net/arp").ok()?;
    in_table(&table, &wanted.to_string())
}

/// `address  type  flags  mac  mask  device`, behind a line of headings; an entry without flags is not known yet.
fn in_table(table: &str, wanted: &str) -> Option<Mac> {
    table.lines().skip(1).find_map(|line| {
        let mut words = line.split_whitespace();
        let (ip, _kind, flags, mac) = (words.next()?, words.next()?, words.next()?, words.next()?);
        (ip == wanted && flags != "0x0")
            .then(|| Mac::parse(mac))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::in_table;

    #[test]
    fn a_line_of_the_kernels_table_is_read() {
        let table = "IP address       HW type     Flags       HW address            Mask     Device\n\
            192.168.1.50     0x1         0x2         00:15:65:74:b1:c2     *        eth0\n\
            192.168.1.51     0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        let found = in_table(table, "192.168.1.50").map(|mac| mac.to_string());
        assert_eq!(found.as_deref(), Some("00156574b1c2"));
        assert_eq!(in_table(table, "192.168.1.51"), None);
        assert_eq!(in_table(table, "192.168.1.5"), None);
    }
}
