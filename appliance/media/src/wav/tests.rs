//! The WAV says what was recorded, whole or in ranges.
use super::{Wav, WavForm};
use crate::Law;
use crate::recording::{ContainerWriter, Reader, RecordingHeader};
use messages::{RecordingId, UtcMs};
use std::io::Cursor;

const KEY: [u8; 32] = [7; 32];

fn wav(laws: [Law; 2], content: &[u8], form: WavForm) -> Wav<Cursor<Vec<u8>>> {
    let header = RecordingHeader {
        recording: RecordingId::from_bytes([1; 16]),
        part: 1,
        party: None,
        laws,
        start: UtcMs(0),
        salt: [3; 32],
        prefix: [4; 7],
        wrapped_key: Vec::new(),
    };
    let mut bytes = Vec::new();
    let mut writer = ContainerWriter::begin(&header, &KEY, &mut bytes).unwrap();
    writer.push(content, &mut bytes);
    writer.finish(&mut bytes);
    let reader = Reader::open(Cursor::new(bytes), &KEY, None).unwrap();
    Wav::new(reader, form)
}

fn whole(wav: &mut Wav<Cursor<Vec<u8>>>) -> Vec<u8> {
    let mut all = vec![0; usize::try_from(wav.bytes()).unwrap() + 9];
    let count = wav.read_at(0, &mut all).unwrap();
    assert_eq!(count as u64, wav.bytes());
    all.truncate(count);
    all
}

fn le(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn content() -> Vec<u8> {
    (0..40_000_u32)
        .map(|n| (n * 7 % 251).to_be_bytes()[3])
        .collect()
}

#[test]
fn one_law_on_both_sides_is_kept_byte_for_byte() {
    for (law, tag) in [(Law::A, 6), (Law::Mu, 7)] {
        let all = whole(&mut wav([law; 2], &content(), WavForm::AsRecorded));
        assert_eq!(&all[..4], b"RIFF");
        assert_eq!(le(&all, 4) as usize, all.len() - 8);
        assert_eq!(&all[8..16], b"WAVEfmt ");
        assert_eq!((le(&all, 16), all[20], all[22]), (18, tag, 2));
        assert_eq!((le(&all, 24), le(&all, 28)), (8_000, 16_000));
        assert_eq!((all[32], all[34]), (2, 8));
        assert_eq!((&all[38..42], le(&all, 46)), (&b"fact"[..], 20_000));
        assert_eq!((&all[50..54], le(&all, 54)), (&b"data"[..], 40_000));
        assert_eq!(all[58..], content());
    }
}

#[test]
fn two_laws_or_a_wish_give_16_bit_samples() {
    let mixed = [Law::A, Law::Mu];
    for (laws, form) in [(mixed, WavForm::AsRecorded), ([Law::A; 2], WavForm::Linear)] {
        let all = whole(&mut wav(laws, &content(), form));
        assert_eq!((le(&all, 16), all[20], all[34]), (16, 1, 16));
        assert_eq!((le(&all, 28), le(&all, 40)), (32_000, 80_000));
        let samples = all[44..]
            .chunks(2)
            .map(|two| i16::from_le_bytes([two[0], two[1]]));
        for (n, (sample, byte)) in samples.zip(content()).enumerate() {
            assert_eq!(sample, laws[n % 2].decode(byte), "{n}");
        }
    }
}

#[test]
fn any_range_is_the_same_as_the_whole() {
    for form in [WavForm::AsRecorded, WavForm::Linear] {
        let mut wav = wav([Law::A, Law::Mu], &content(), form);
        let all = whole(&mut wav);
        for at in (0..all.len() + 50).step_by(977).chain(0..70) {
            for length in [1, 3, 44, 45, 5_001] {
                let mut piece = vec![0; length];
                let count = wav.read_at(at as u64, &mut piece).unwrap();
                let expect = &all[at.min(all.len())..all.len().min(at + length)];
                assert_eq!(piece[..count], *expect, "{at} {length}");
            }
        }
    }
}
