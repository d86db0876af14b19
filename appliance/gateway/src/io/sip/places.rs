//! Which addresses SIP is listened on. A machine may have several: each gets its own socket, so that what we say of
//! ourselves (Via, Contact, session description) is the address that the peer reached.
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// `wanted`: as configured, where an unspecified address stands for all of its family that the machine has. Of those, the
/// ones that the world can reach are left out unless `wan`.
#[must_use]
pub fn places(wanted: &[SocketAddr], own: &[IpAddr], wan: bool) -> BTreeSet<SocketAddr> {
    let mut found = BTreeSet::new();
    for place in wanted {
        if !place.ip().is_unspecified() {
            found.insert(*place);
            continue;
        }
        let family = |ip: &&IpAddr| ip.is_ipv4() == place.is_ipv4();
        let usable = |ip: &&IpAddr| is_usable(**ip) && (wan || is_lan(**ip));
        let of_machine = own.iter().filter(family).filter(usable);
        found.extend(of_machine.map(|ip| SocketAddr::new(*ip, place.port())));
    }
    found
}

/// The configured addresses that the world can reach.
#[must_use]
pub fn beyond_lan(wanted: &[SocketAddr]) -> Option<SocketAddr> {
    let named = |place: &&SocketAddr| !place.ip().is_unspecified() && !is_lan(place.ip());
    wanted.iter().find(named).copied()
}

/// The one of our places that requests to `remote` leave from: `routed` is the address that the kernel would take.
#[must_use]
pub(super) fn towards(
    places: &[SocketAddr],
    routed: Option<IpAddr>,
    remote: SocketAddr,
) -> Option<SocketAddr> {
    let family = |place: &&SocketAddr| place.is_ipv4() == remote.is_ipv4();
    let exact = |place: &&SocketAddr| Some(place.ip()) == routed;
    let found = places.iter().find(exact);
    found.or_else(|| places.iter().find(family)).copied()
}

/// A link-local address of IPv6 needs its interface beside it, and phones that are told only the address have none.
fn is_usable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_unspecified(),
        IpAddr::V6(ip) => !ip.is_unspecified() && !ip.is_unicast_link_local(),
    }
}

/// Addresses of the own network: RFC 1918, RFC 3927, RFC 4193, RFC 6598, and the machine itself.
#[must_use]
pub fn is_lan(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let shared = matches!(ip.octets(), [100, 64..=127, ..]);
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || is_own_v6(&ip),
    }
}

const fn is_own_v6(ip: &Ipv6Addr) -> bool {
    ip.is_unique_local() || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::{beyond_lan, places, towards};
    use std::net::{IpAddr, SocketAddr};

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn machine() -> Vec<IpAddr> {
        let all = [
            "127.0.0.1",
            "192.168.1.10",
            "10.8.0.1",
            "100.100.1.1",
            "203.0.113.9",
            "::1",
            "fd00::10",
            "fe80::1",
            "2001:db8::9",
        ];
        all.iter().map(|ip| ip.parse().unwrap()).collect()
    }

    #[track_caller]
    fn expect(wanted: &[&str], wan: bool, expected: &[&str]) {
        let wanted: Vec<SocketAddr> = wanted.iter().map(|text| at(text)).collect();
        let found: Vec<SocketAddr> = places(&wanted, &machine(), wan).into_iter().collect();
        let mut expected: Vec<SocketAddr> = expected.iter().map(|text| at(text)).collect();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_address_of_the_own_network_and_none_of_the_world() {
        let lan = [
            "127.0.0.1:5060",
            "192.168.1.10:5060",
            "10.8.0.1:5060",
            "100.100.1.1:5060",
        ];
        expect(&["0.0.0.0:5060"], false, &lan);
        expect(&["[::]:5060"], false, &["[::1]:5060", "[fd00::10]:5060"]);
        let all = [&lan[..], &["203.0.113.9:5060"]].concat();
        expect(&["0.0.0.0:5060"], true, &all);
        let six = ["[::1]:5060", "[fd00::10]:5060", "[2001:db8::9]:5060"];
        expect(&["[::]:5060"], true, &six);
    }

    #[test]
    fn a_named_address_is_taken_as_it_is_and_once() {
        let named = ["192.168.1.10:5060", "[fd00::10]:5062"];
        expect(&named, false, &named);
        let both = [
            "127.0.0.1:5060",
            "192.168.1.10:5060",
            "10.8.0.1:5060",
            "100.100.1.1:5060",
        ];
        expect(&["0.0.0.0:5060", "192.168.1.10:5060"], false, &both);
    }

    #[test]
    fn a_trunk_is_called_from_the_address_that_it_can_answer_to() {
        let places = ["10.8.0.1:5060", "192.168.1.10:5060", "[fd00::10]:5060"].map(at);
        let routed = |ip: &str| Some(ip.parse().unwrap());
        let carrier = at("198.51.100.1:5060");
        let found = towards(&places, routed("192.168.1.10"), carrier);
        assert_eq!(found, Some(places[1]));
        assert_eq!(towards(&places, None, carrier), Some(places[0]));
        let six = at("[2001:db8::1]:5060");
        assert_eq!(towards(&places, None, six), Some(places[2]));
        assert_eq!(towards(&places[..2], None, six), None);
    }

    #[test]
    fn a_named_address_of_the_world_is_pointed_out() {
        assert_eq!(beyond_lan(&[at("0.0.0.0:5060"), at("10.0.0.1:5060")]), None);
        let world = at("203.0.113.9:5060");
        assert_eq!(beyond_lan(&[at("10.0.0.1:5060"), world]), Some(world));
        let mapped = at("[::ffff:192.168.1.1]:5060");
        assert_eq!(beyond_lan(&[mapped]), None);
    }
}
