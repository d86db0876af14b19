//! Containers: whole, cut at every byte, and in the hands of a forger.
use super::{Closing, ContainerError, ContainerWriter, Ended, Reader, RecordingHeader};
use crate::Law;
use messages::{PartyId, RecordingId, UtcMs};
use seal::stream::{PLAIN_BYTES, SEGMENT_BYTES};
use std::io::Cursor;

const KEY: [u8; 32] = [7; 32];

fn header() -> RecordingHeader {
    RecordingHeader {
        recording: RecordingId::from_bytes([1; 16]),
        part: 1,
        party: Some(PartyId::from_bytes([2; 16])),
        laws: [Law::A, Law::Mu],
        start: UtcMs(1_772_416_800_000),
        salt: [3; 32],
        prefix: [4; 7],
        wrapped_key: vec![5; 60],
    }
}

fn content(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = core::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24).to_be_bytes()[3]
    });
    next.take(bytes).collect()
}

fn container(content: &[u8]) -> (Vec<u8>, Closing) {
    let mut bytes = Vec::new();
    let mut writer = ContainerWriter::begin(&header(), &KEY, &mut bytes).unwrap();
    for piece in content.chunks(320) {
        writer.push(piece, &mut bytes);
    }
    let closing = writer.finish(&mut bytes);
    assert_eq!(writer.bytes(), bytes.len() as u64);
    (bytes, closing)
}

fn open(bytes: &[u8]) -> Result<Reader<Cursor<&[u8]>>, ContainerError> {
    Reader::open(Cursor::new(bytes), &KEY, None)
}

fn read_all(reader: &mut Reader<Cursor<&[u8]>>) -> Vec<u8> {
    let mut all = vec![0; usize::try_from(reader.content_bytes()).unwrap() + 10];
    let count = reader.read_at(0, &mut all).unwrap();
    all.truncate(count);
    all
}

/// Four full segments and a short one.
fn five() -> (Vec<u8>, Vec<u8>, Closing) {
    let content = content(4 * PLAIN_BYTES + 1_000);
    let (bytes, closing) = container(&content);
    (content, bytes, closing)
}

fn head_bytes() -> usize {
    header().bytes().unwrap().len()
}

#[test]
fn a_header_reads_back_and_refuses_what_it_is_not() {
    let bytes = header().bytes().unwrap();
    let (read, length) = RecordingHeader::parse(&bytes).unwrap();
    assert_eq!((read, length), (header(), bytes.len()));
    let mut other = bytes.clone();
    other[7] = 2;
    let error = RecordingHeader::parse(&other).unwrap_err();
    assert_eq!(error.code(), "recording_version");
    other[0] = b'X';
    let error = RecordingHeader::parse(&other).unwrap_err();
    assert_eq!(error.code(), "recording_not_one");
    for cut in 0..bytes.len() {
        let error = RecordingHeader::parse(&bytes[..cut]).unwrap_err();
        assert_eq!(error.code(), "recording_header_cut", "{cut}");
    }
    let long = RecordingHeader {
        wrapped_key: vec![0; 513],
        ..header()
    };
    assert_eq!(long.bytes().unwrap_err().code(), "recording_key_too_long");
}

#[test]
fn what_goes_in_comes_out_for_every_length_around_a_segment() {
    for length in [
        0,
        2,
        320,
        PLAIN_BYTES - 2,
        PLAIN_BYTES,
        PLAIN_BYTES + 2,
        3 * PLAIN_BYTES,
    ] {
        let content = content(length);
        let (bytes, closing) = container(&content);
        let mut reader = Reader::open(Cursor::new(&bytes[..]), &KEY, Some(&closing)).unwrap();
        assert_eq!(read_all(&mut reader), content, "{length}");
        let info = reader.verify().unwrap();
        assert_eq!(info.ended, Ended::Complete);
        assert_eq!(info.segments, closing.segments);
        assert_eq!(info.bytes, bytes.len() as u64);
        assert_eq!(info.duration_ms, length as u64 / 16);
        assert_eq!(reader.header(), &header());
    }
}

#[test]
fn cut_at_every_byte_the_authentic_prefix_plays_and_says_that_it_was_cut() {
    let (content, bytes, _) = five();
    let head = head_bytes();
    let check = |cuts: core::ops::Range<usize>| {
        for cut in cuts {
            let whole = (cut - head) / SEGMENT_BYTES;
            let mut reader = open(&bytes[..cut]).unwrap();
            let info = reader.info();
            assert_eq!(info.ended, Ended::Cut, "{cut}");
            assert_eq!(info.segments as usize, whole, "{cut}");
            assert_eq!(reader.content_bytes() as usize, whole * PLAIN_BYTES);
            if cut % 4_001 == 0 {
                assert_eq!(read_all(&mut reader), content[..whole * PLAIN_BYTES]);
            }
        }
    };
    let middle = head + 3 * SEGMENT_BYTES + SEGMENT_BYTES / 2;
    std::thread::scope(|scope| {
        scope.spawn(|| check(middle..bytes.len()));
        check(head..middle);
    });
}

#[test]
fn cut_after_it_was_closed_is_tampered() {
    let (_, bytes, closing) = five();
    for cut in [head_bytes(), head_bytes() + SEGMENT_BYTES, bytes.len() - 1] {
        let reader = Reader::open(Cursor::new(&bytes[..cut]), &KEY, Some(&closing)).unwrap();
        assert_eq!(reader.info().ended, Ended::Tampered, "{cut}");
    }
    let other = Closing {
        last_tag: [0; 16],
        ..closing
    };
    let reader = Reader::open(Cursor::new(&bytes[..]), &KEY, Some(&other)).unwrap();
    assert_eq!(reader.info().ended, Ended::Tampered);
}

#[test]
fn swapped_doubled_removed_and_changed_segments_end_what_plays() {
    let (content, bytes, _) = five();
    let head = head_bytes();
    let segment = |n: usize| {
        let from = head + n * SEGMENT_BYTES;
        &bytes[from..bytes.len().min(from + SEGMENT_BYTES)]
    };
    let build = |order: &[usize]| {
        let mut forged = bytes[..head].to_vec();
        order
            .iter()
            .for_each(|n| forged.extend_from_slice(segment(*n)));
        forged
    };
    let table: [(&[usize], usize); 7] = [
        (&[1, 0, 2, 3, 4], 0),
        (&[0, 1, 3, 2, 4], 2),
        (&[0, 1, 1, 2, 3, 4], 2),
        (&[0, 0, 1, 2, 3, 4], 1),
        (&[0, 2, 3, 4], 1),
        (&[0, 1, 2, 4, 3], 3),
        (&[4, 0, 1, 2, 3], 0),
    ];
    for (order, plays) in table {
        let forged = build(order);
        let mut reader = open(&forged).unwrap();
        let info = reader.verify().unwrap();
        assert_eq!(info.ended, Ended::Tampered, "{order:?}");
        assert_eq!(info.segments as usize, plays, "{order:?}");
        assert_eq!(read_all(&mut reader), content[..plays * PLAIN_BYTES]);
    }
    for at in [
        head + 1,
        head + 2 * SEGMENT_BYTES - 1,
        head + 3 * SEGMENT_BYTES + 77,
    ] {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        let plays = (at - head) / SEGMENT_BYTES;
        let mut reader = open(&forged).unwrap();
        let mut piece = [0; 100];
        let place = (plays * PLAIN_BYTES) as u64;
        let error = reader.read_at(place, &mut piece).unwrap_err();
        assert_eq!(error.code(), "recording_not_authentic");
        let info = reader.verify().unwrap();
        assert_eq!(
            (info.ended, info.segments as usize),
            (Ended::Tampered, plays)
        );
        assert_eq!(read_all(&mut reader), content[..plays * PLAIN_BYTES]);
    }
}

#[test]
fn a_changed_header_or_a_wrong_key_opens_nothing() {
    let (_, bytes, _) = five();
    let clear = [10, 12, 30, 50, 54, 70, 90, 100];
    for at in clear {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        match open(&forged) {
            Ok(reader) => assert_eq!(reader.content_bytes(), 0, "{at}"),
            Err(error) => assert!(!error.code().is_empty()),
        }
    }
    let reader = Reader::open(Cursor::new(&bytes[..]), &[8; 32], None).unwrap();
    assert_eq!((reader.content_bytes(), reader.info().segments), (0, 0));
}

#[test]
fn any_place_reads_the_same_as_from_the_start() {
    let (content, bytes, _) = five();
    let mut reader = open(&bytes).unwrap();
    for at in (0..content.len() + 40).step_by(613) {
        for length in [1, 2, 319, PLAIN_BYTES, PLAIN_BYTES + 5] {
            let mut piece = vec![0; length];
            let count = reader.read_at(at as u64, &mut piece).unwrap();
            let expect = &content[at.min(content.len())..content.len().min(at + length)];
            assert_eq!(piece[..count], *expect, "{at} {length}");
        }
    }
    assert_eq!(reader.read_at(u64::MAX, &mut [0; 4]).unwrap(), 0);
}
