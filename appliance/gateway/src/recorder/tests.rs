//! Recordings on disk: bit-exact, sealed, whole after a stop, honest after a crash, coded when they fail.
use super::{FeedWriter, Recorder, RecorderConfig, RecorderThreads, RecordingKey};
use super::{export, header_of, path_of, recovered};
use crate::io::media::TellTime;
use media::recording::{Closing, Ended, RecordingInfo};
use media::rtp::RtpHeader;
use media::wav::WavForm;
use media::{Law, RecordFrame, RecordOrder, RecorderReport};
use messages::{CallId, Moment, Now, PartyId, RecordingId, UtcMs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
const KEY: [u8; 32] = [9; 32];
const MS: Duration = Duration::from_millis(1);

/// A recorder, a media thread's end of its feed, and who hears it.
struct Studio {
    recorder: Recorder,
    threads: Option<RecorderThreads>,
    feed: FeedWriter,
    reports: Receiver<RecorderReport>,
    dir: PathBuf,
    start: Now,
    _folder: tempfile::TempDir,
}

impl Studio {
    fn new(frames_max: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let time: TellTime = Arc::new(move || Now {
            mono: Moment::from_micros(u64::try_from(start.elapsed().as_micros()).unwrap()),
            utc: UtcMs(1_772_416_800_000),
            utc_trusted: true,
        });
        let (heard, reports) = sync_channel(10_000);
        let dir = folder.path().join("recordings");
        let config = RecorderConfig {
            dir: dir.clone(),
            frames_max,
        };
        let tell = move |report| drop(heard.send(report));
        let (recorder, threads) = Recorder::start(config, Arc::clone(&time), tell).unwrap();
        Self {
            feed: FeedWriter::new(Some(recorder.feed())),
            recorder,
            threads: Some(threads),
            reports,
            dir,
            start: time(),
            _folder: folder,
        }
    }

    fn open(&self, n: u8) -> RecordingId {
        let recording = RecordingId::from_bytes([n; 16]);
        let order = RecordOrder {
            call: CallId::from_bytes([n; 16]),
            recording,
            party: Some(PartyId::from_bytes([7; 16])),
            laws: [Law::A; 2],
        };
        let key = RecordingKey {
            recording,
            key: KEY.into(),
            wrapped: b"wrapped".to_vec(),
        };
        self.recorder.open(order, key, self.start);
        recording
    }

    /// Packets of both channels, each at its own time.
    fn talk(&mut self, recording: RecordingId, packets: core::ops::Range<u16>) {
        for n in packets {
            for channel in 0..2 {
                let header = RtpHeader {
                    marker: false,
                    payload_type: 8,
                    sequence: n,
                    timestamp: u32::from(n) * 160,
                    ssrc: 1,
                };
                let frame = RecordFrame {
                    recording,
                    channel,
                    law: Law::A,
                    header,
                    audio: &audio(channel, n),
                };
                self.feed.frame(self.at(n), &frame);
            }
        }
    }

    fn at(&self, n: u16) -> Moment {
        self.start.mono + MS * 20 * u32::from(n)
    }

    fn over(&mut self, recording: RecordingId, n: u16) {
        self.feed.over(recording, self.at(n));
    }

    fn next(&mut self) -> RecorderReport {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            // The end of a recording waits at the media thread until there is room.
            self.feed.retry();
            if let Ok(report) = self.reports.recv_timeout(MS * 20) {
                return report;
            }
        }
        panic!("no report came");
    }

    /// The next report is that `recording` was closed.
    fn closed(&mut self, recording: RecordingId) -> (Closing, u64) {
        let report = self.next();
        let RecorderReport::Closed {
            recording: closed,
            segments,
            last_tag,
            duration_ms,
            bytes,
        } = report
        else {
            panic!("{report:?}");
        };
        assert_eq!(closed, recording);
        let size = std::fs::metadata(path_of(&self.dir, recording))
            .unwrap()
            .len();
        assert_eq!(size, bytes);
        let last_tag = last_tag.try_into().unwrap();
        (Closing { segments, last_tag }, duration_ms)
    }

    /// Everything given so far has been written when this returns.
    fn settle(&mut self) {
        for n in [200, 201] {
            let other = self.open(n);
            self.over(other, 0);
            self.closed(other);
        }
    }

    fn wav(&self, recording: RecordingId, closing: Option<&Closing>) -> (RecordingInfo, Vec<u8>) {
        let mut wav = Vec::new();
        let form = WavForm::AsRecorded;
        let info = export(&self.dir, recording, &KEY, closing, form, &mut wav).unwrap();
        (info, wav[58..].to_vec())
    }
}

fn audio(channel: u8, n: u16) -> [u8; 160] {
    let mut state = u32::from(n) * 2 + u32::from(channel) + 1;
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24).to_be_bytes()[3] & 0x7F
    })
}

fn interleaved(packets: core::ops::Range<u16>) -> Vec<u8> {
    let both = |n| audio(0, n).into_iter().zip(audio(1, n));
    packets.flat_map(both).flat_map(|(a, b)| [a, b]).collect()
}

#[test]
fn both_channels_are_kept_bit_for_bit_and_nothing_in_clear() {
    let mut studio = Studio::new(16_384);
    let id = studio.open(1);
    studio.talk(id, 0..150);
    studio.over(id, 150);
    let (closing, duration_ms) = studio.closed(id);
    assert_eq!((closing.segments, duration_ms), (3, 3_000));
    let (info, content) = studio.wav(id, Some(&closing));
    assert_eq!((info.ended, info.duration_ms), (Ended::Complete, 3_000));
    assert_eq!(content, interleaved(0..150));
    let head = header_of(&studio.dir, id).unwrap();
    assert_eq!(head.party, Some(PartyId::from_bytes([7; 16])));
    assert_eq!(
        (head.wrapped_key, head.start),
        (b"wrapped".to_vec(), studio.start.utc)
    );
    let stored = std::fs::read(path_of(&studio.dir, id)).unwrap();
    let spoken = &interleaved(0..1)[..16];
    assert!(!stored.windows(16).any(|bytes| bytes == spoken));
}

#[test]
fn after_a_crash_all_but_the_last_segment_plays_and_says_that_it_was_cut() {
    let mut studio = Studio::new(16_384);
    let id = studio.open(1);
    studio.talk(id, 0..200);
    studio.settle();
    // What is on the disk now is what a killed process leaves.
    let info = recovered(&path_of(&studio.dir, id), &KEY).unwrap();
    assert_eq!(info.ended, Ended::Cut);
    assert!(info.duration_ms > 2_700, "of 4 s: {info:?}");
    let (exported, content) = studio.wav(id, None);
    assert_eq!(exported, info);
    assert_eq!(content, interleaved(0..200)[..content.len()]);
    assert_eq!(content.len() as u64 / 16, info.duration_ms);
}

#[test]
fn what_finds_no_room_is_a_gap_that_keeps_its_time() {
    let mut studio = Studio::new(8);
    let id = studio.open(1);
    studio.talk(id, 0..500);
    studio.over(id, 500);
    let mut lost = 0;
    let duration_ms = loop {
        match studio.next() {
            RecorderReport::Gap { lost_frames, .. } => {
                lost += usize::try_from(lost_frames).unwrap()
            }
            RecorderReport::Closed { duration_ms, .. } => break duration_ms,
            RecorderReport::Failed { code, .. } => panic!("{code}"),
        }
    };
    assert_eq!(duration_ms, 10_000);
    let (_, content) = studio.wav(id, None);
    let is_fill = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0xD5);
    let mut silent = 0;
    for (n, block) in (0..).zip(content.chunks(320)) {
        for channel in 0..2_u8 {
            let heard: Vec<_> = block
                .iter()
                .skip(channel.into())
                .step_by(2)
                .copied()
                .collect();
            if is_fill(&heard) {
                silent += 1;
            } else {
                assert_eq!(heard, audio(channel, n), "{n} {channel}");
            }
        }
    }
    assert!(lost > 0);
    assert_eq!(lost, silent);
}

#[test]
fn a_recording_that_cannot_be_opened_is_told_with_its_code_and_breaks_nothing() {
    let mut studio = Studio::new(1_024);
    let first = studio.open(1);
    studio.over(first, 10);
    assert_eq!(studio.closed(first).1, 200);
    let again = studio.open(1);
    studio.feed.begun(again);
    let report = studio.next();
    let RecorderReport::Failed {
        recording,
        code,
        call,
    } = report
    else {
        panic!("{report:?}");
    };
    assert_eq!((recording, code), (again, "recording_exists"));
    assert_eq!(call, CallId::from_bytes([1; 16]));
    // A file where the folder should be.
    let id = RecordingId::from_bytes([255; 16]);
    let year = studio.dir.join("1970");
    std::fs::write(&year, "").unwrap();
    studio.open(255);
    studio.feed.begun(id);
    let report = studio.next();
    let code = "recording_disk_error";
    assert!(
        matches!(report, RecorderReport::Failed { recording, code: told, .. } if recording == id && told == code),
        "{report:?}"
    );
}

#[test]
fn recordings_that_are_given_up_are_told_and_play_up_to_there() {
    let mut studio = Studio::new(16_384);
    let running = studio.open(1);
    studio.talk(running, 0..200);
    studio.settle();
    let waiting = studio.open(2);
    studio.recorder.give_up();
    let told = [studio.next(), studio.next()];
    for (report, id) in told.iter().zip([running, waiting]) {
        assert!(
            matches!(report, RecorderReport::Failed { recording, code: "recording_disk_full", .. } if *recording == id),
            "{report:?}"
        );
    }
    studio.over(running, 200);
    studio.threads = None;
    assert!(studio.reports.try_recv().is_err(), "each ends once");
    assert!(recovered(&path_of(&studio.dir, running), &KEY).is_ok());
}

#[test]
fn a_recording_that_never_begins_leaves_nothing() {
    let mut studio = Studio::new(1_024);
    let id = studio.open(1);
    studio.settle();
    assert!(!path_of(&studio.dir, id).exists());
    studio.threads = None;
    assert!(studio.reports.try_recv().is_err());
    assert!(!path_of(&studio.dir, id).exists());
}

#[test]
fn a_stop_closes_what_is_open() {
    let mut studio = Studio::new(16_384);
    let id = studio.open(1);
    studio.talk(id, 0..20);
    studio.threads = None;
    let (closing, _) = studio.closed(id);
    let (info, content) = studio.wav(id, Some(&closing));
    assert_eq!(info.ended, Ended::Complete);
    assert!(content.starts_with(&interleaved(0..20)));
}
