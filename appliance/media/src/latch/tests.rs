//! Who may lock, who never redirects.
use super::{Heard, Latch, SOURCE_QUIET};
use core::time::Duration;
use messages::Moment;
use std::net::{IpAddr, SocketAddr};

const SDP: &str = "10.0.0.5:4000";
const NAT: &str = "203.0.113.9:61000";
const STRANGER: &str = "198.51.100.66:4000";

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn latch() -> Latch {
    Latch::new(Some(at(SDP)), at(NAT).ip())
}

#[test]
fn the_first_of_the_expected_two_locks_and_nobody_else() {
    let table = [
        (SDP, Heard::Locking),
        (NAT, Heard::Locking),
        ("203.0.113.9:1", Heard::Locking),
        ("10.0.0.5:4001", Heard::Stranger),
        (STRANGER, Heard::Stranger),
    ];
    for (from, expect) in table {
        let mut latch = latch();
        assert_eq!(latch.hear(Moment::START, at(from), 1), expect, "{from}");
        let to = if expect == Heard::Locking { from } else { SDP };
        assert_eq!(latch.rtp_to(), Some(at(to)));
    }
}

#[test]
fn once_locked_no_stranger_redirects() {
    for (locked, others) in [
        (NAT, [STRANGER, "203.0.113.9:61002"]),
        (SDP, [STRANGER, NAT]),
    ] {
        let mut latch = latch();
        let now = Moment::START;
        latch.hear(now, at(locked), 7);
        for from in others {
            for ssrc in [7, 8] {
                let later = now + Duration::from_secs(60);
                assert_eq!(latch.hear(later, at(from), ssrc), Heard::Stranger);
                assert_eq!(latch.rtp_to(), Some(at(locked)));
            }
        }
        assert_eq!(latch.hear(now, at(locked), 7), Heard::Known);
    }
}

#[test]
fn a_stray_packet_from_the_signalling_address_does_not_lock_out_the_agreed_one() {
    let mut latch = latch();
    let now = Moment::START;
    assert_eq!(latch.hear(now, at(NAT), 7), Heard::Locking);
    assert_eq!(latch.hear(now, at(SDP), 8), Heard::NewSource);
    assert_eq!(latch.rtp_to(), Some(at(SDP)));
    assert_eq!(latch.hear(now, at(NAT), 7), Heard::Stranger, "only once");
}

#[test]
fn another_source_of_the_same_address_waits_until_the_old_one_is_quiet() {
    let mut latch = latch();
    let start = Moment::START;
    latch.hear(start, at(SDP), 7);
    let early = start + (SOURCE_QUIET - Duration::from_micros(1));
    assert_eq!(latch.hear(early, at(SDP), 8), Heard::Stranger);
    let quiet = start + SOURCE_QUIET;
    assert_eq!(latch.hear(quiet, at(SDP), 8), Heard::NewSource);
    assert_eq!(latch.hear(quiet, at(SDP), 7), Heard::Stranger);
    assert_eq!(latch.ssrc(), Some(8));
}

#[test]
fn new_sdp_opens_the_lock_only_where_the_address_changed() {
    let mut latch = latch();
    latch.hear(Moment::START, at(NAT), 7);
    latch.set(Some(at(SDP)), at(NAT).ip());
    assert_eq!(latch.rtp_to(), Some(at(NAT)), "same address: still locked");
    latch.set(Some(at("10.0.0.6:5000")), at(NAT).ip());
    assert_eq!(latch.rtp_to(), Some(at("10.0.0.6:5000")));
    assert_eq!(latch.hear(Moment::START, at(STRANGER), 7), Heard::Stranger);
    assert_eq!(
        latch.hear(Moment::START, at("10.0.0.6:5000"), 9),
        Heard::Locking
    );
}

#[test]
fn an_address_that_says_send_nothing_gets_nothing() {
    for remote in ["0.0.0.0:4000", "10.0.0.5:0"] {
        let latch = Latch::new(Some(at(remote)), at(NAT).ip());
        assert_eq!((latch.rtp_to(), latch.rtcp_to()), (None, None));
    }
}

#[test]
fn rtcp_is_taken_from_the_locked_party_and_goes_back_where_it_came_from() {
    let mut latch = latch();
    assert_eq!(latch.rtcp_to(), Some(at("10.0.0.5:4001")));
    latch.hear(Moment::START, at(NAT), 7);
    assert_eq!(latch.rtcp_to(), Some(at("203.0.113.9:61001")));
    assert!(!latch.hear_rtcp(at(STRANGER)));
    assert!(latch.hear_rtcp(at("203.0.113.9:62000")));
    assert_eq!(latch.rtcp_to(), Some(at("203.0.113.9:62000")));
    assert!(
        !latch.hear_rtcp(at("203.0.113.9:62002")),
        "learned only once"
    );
    let v6: IpAddr = "2001:db8::1".parse().unwrap();
    assert!(!latch.hear_rtcp(SocketAddr::new(v6, 1)));
}

#[test]
fn after_a_new_sdp_the_same_address_may_begin_anew_at_once_and_only_once() {
    let mut latch = latch();
    let now = Moment::START;
    latch.hear(now, at(SDP), 7);
    assert_eq!(latch.hear(now, at(SDP), 8), Heard::Stranger);
    latch.set(Some(at(SDP)), at(NAT).ip());
    assert_eq!(latch.hear(now, at(STRANGER), 8), Heard::Stranger);
    assert_eq!(latch.hear(now, at(SDP), 7), Heard::Known);
    assert_eq!(latch.hear(now, at(SDP), 8), Heard::NewSource);
    assert_eq!(latch.hear(now, at(SDP), 9), Heard::Stranger);
}
