//! Known answers (computed with a second implementation), and what must not open.
use super::{PLAIN_BYTES, Place, SEGMENT_BYTES, SegmentCipher, StreamError, TAG_BYTES};
use proptest::prelude::*;

const BOUND: &[u8] = b"header of a recording";

fn counted<const N: usize>(from: u8) -> [u8; N] {
    core::array::from_fn(|i| from + u8::try_from(i).unwrap())
}

fn cipher(bound: &[u8]) -> SegmentCipher {
    SegmentCipher::derive(&counted(0), &counted(100), counted(200), bound)
}

fn sealed(cipher: &SegmentCipher, place: Place, content: &[u8]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    let tag = cipher.seal(place, &mut bytes).unwrap();
    bytes.extend_from_slice(&tag);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn segments_have_the_known_bytes() {
    let known = [
        (
            0,
            false,
            &b"first segment"[..],
            "a183aba1d6fb24f8cb14c60a6e0512f6f81d9be2296490c97ab45027b1",
        ),
        (1, false, b"", "fc0b12bbce75cf9fad2ce66546f7c50b"),
        (
            0x0102_0304,
            true,
            b"the last one",
            "b68532ef0503f198eadbb930e6e605b9d2e5b313ee35163d0d42254a",
        ),
    ];
    let cipher = cipher(BOUND);
    for (index, last, content, expect) in known {
        let place = Place { index, last };
        let mut bytes = sealed(&cipher, place, content);
        assert_eq!(hex(&bytes), expect);
        assert_eq!(cipher.open(place, &mut bytes).unwrap(), content);
    }
}

#[test]
fn a_segment_opens_nowhere_but_in_its_place_and_under_its_header() {
    let place = Place {
        index: 3,
        last: false,
    };
    let bytes = sealed(&cipher(BOUND), place, b"content");
    let elsewhere = [
        (BOUND, 2, false),
        (BOUND, 4, false),
        (BOUND, 3, true),
        (b"another header".as_slice(), 3, false),
    ];
    for (bound, index, last) in elsewhere {
        let mut copy = bytes.clone();
        let result = cipher(bound).open(Place { index, last }, &mut copy);
        assert_eq!(result, Err(StreamError::NotAuthentic));
        assert!(copy[..7].iter().all(|b| *b == 0), "nothing forged is left");
    }
}

#[test]
fn sizes_out_of_range_are_refused() {
    let cipher = cipher(BOUND);
    let place = Place {
        index: 0,
        last: true,
    };
    let mut long = vec![0; PLAIN_BYTES + 1];
    assert_eq!(cipher.seal(place, &mut long), Err(StreamError::TooLong));
    for size in [0, TAG_BYTES - 1, SEGMENT_BYTES + 1] {
        let result = cipher.open(place, &mut vec![0; size]).map(|_| ());
        assert_eq!(result, Err(StreamError::NotAuthentic), "{size}");
    }
}

proptest! {
    #[test]
    fn any_changed_bit_is_found(content in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let cipher = cipher(BOUND);
        let place = Place { index: 7, last: true };
        let mut bytes = sealed(&cipher, place, &content);
        let mut whole = bytes.clone();
        prop_assert_eq!(cipher.open(place, &mut whole).unwrap(), &content[..]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(cipher.open(place, &mut bytes).map(|_| ()), Err(StreamError::NotAuthentic));
    }
}
