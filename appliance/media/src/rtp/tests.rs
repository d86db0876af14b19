//! What is read from a packet, and that nothing from outside can break the reading.
use super::{NotRtp, RtpHeader, RtpPacket, is_rtcp};
use proptest::prelude::*;

const HEADER: RtpHeader = RtpHeader {
    marker: true,
    payload_type: 8,
    sequence: 0xABCD,
    timestamp: 0x0102_0304,
    ssrc: 0xDEAD_BEEF,
};

fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = HEADER.bytes().to_vec();
    bytes[0] = first;
    bytes.extend_from_slice(rest);
    bytes
}

#[test]
fn the_content_is_found_behind_sources_extension_and_padding() {
    type Case = (u8, &'static [u8], Result<&'static [u8], NotRtp>);
    let cases: [Case; 12] = [
        (0x80, b"abc", Ok(b"abc")),
        (0x80, b"", Ok(b"")),
        (0x82, b"11112222abc", Ok(b"abc")),
        (0x82, b"1111222", Err(NotRtp::Short)),
        (0x90, b"\xBE\xDE\0\x01xxxxabc", Ok(b"abc")),
        (0x90, b"\xBE\xDE\0\x02xxxxabc", Err(NotRtp::Short)),
        (0x90, b"\xBE\xDE\xFF\xFFxxxx", Err(NotRtp::Short)),
        (0x91, b"1111\xBE\xDE\0\0abc", Ok(b"abc")),
        (0xA0, b"abc\0\x02", Ok(b"abc")),
        (0xA0, b"abc\0", Err(NotRtp::Padding)),
        (0xA0, b"abc\x09", Err(NotRtp::Padding)),
        (0x40, b"abc", Err(NotRtp::Version)),
    ];
    for (first, rest, expect) in cases {
        let bytes = packet(first, rest);
        let got = RtpPacket::parse(&bytes);
        assert_eq!(got.map(|p| p.payload), expect, "{first:x} {rest:?}");
        if let Ok(got) = got {
            assert_eq!(got.header, HEADER);
        }
    }
    assert_eq!(RtpPacket::parse(&[0x80; 11]), Err(NotRtp::Short));
}

#[test]
fn rtcp_on_the_port_of_rtp_is_told_apart() {
    let mut report = packet(0x81, b"");
    report[1] = 201;
    assert!(is_rtcp(&report));
    assert_eq!(RtpPacket::parse(&report), Err(NotRtp::Rtcp));
    assert!(!is_rtcp(&packet(0x80, b"abc")));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(packet) = RtpPacket::parse(&bytes) {
            prop_assert!(packet.payload.len() <= bytes.len() - super::HEADER_BYTES);
            prop_assert!(packet.header.payload_type < 128);
        }
    }

    #[test]
    fn a_header_reads_back(marker: bool, payload_type in 0_u8..64, sequence: u16, timestamp: u32, ssrc: u32) {
        let header = RtpHeader { marker, payload_type, sequence, timestamp, ssrc };
        prop_assert_eq!(RtpPacket::parse(&header.bytes()).unwrap().header, header);
    }
}
