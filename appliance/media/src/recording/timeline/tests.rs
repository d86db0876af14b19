//! Every byte in its place: loss, reordering, lateness, bursts, drifting and jumping clocks.
use super::{Placed, Timeline};
use crate::rtp::RtpHeader;
use crate::{Law, RecordFrame};
use core::time::Duration;
use messages::{Moment, RecordingId};
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

/// A recording under test: what was handed out, what was too late.
struct Take {
    timeline: Timeline,
    content: Vec<u8>,
    too_late: usize,
}

/// The n-th packet of channel 0 or 1: its bytes say which it is and are never the fill.
fn audio(channel: u8, n: u16) -> [u8; 160] {
    let mut state = u32::from(n) * 2 + u32::from(channel) + 1;
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match (state >> 24).to_be_bytes()[3] {
            0xD5 | 0xFF => 0x11,
            other => other,
        }
    })
}

impl Take {
    fn new() -> Self {
        Self {
            timeline: Timeline::new(Moment::START, [Law::A; 2]),
            content: Vec::new(),
            too_late: 0,
        }
    }

    fn hear(&mut self, at_ms: u32, channel: u8, n: u16) {
        self.hear_as(at_ms, channel, n, u32::from(n) * 160, 5, false);
    }

    fn hear_as(
        &mut self,
        at_ms: u32,
        channel: u8,
        n: u16,
        timestamp: u32,
        ssrc: u32,
        marker: bool,
    ) {
        let audio = audio(channel, n);
        let frame = RecordFrame {
            recording: RecordingId::from_bytes([0; 16]),
            channel,
            law: Law::A,
            header: RtpHeader {
                marker,
                payload_type: 8,
                sequence: n,
                timestamp,
                ssrc,
            },
            audio: &audio,
        };
        let content = &mut self.content;
        let placed = self
            .timeline
            .place(Moment::START + MS * at_ms, &frame, &mut |more| {
                content.extend_from_slice(more);
            });
        self.too_late += usize::from(placed == Placed::TooLate);
    }

    /// Ends it; both channels apart.
    fn end(mut self, at_ms: u32) -> [Vec<u8>; 2] {
        let content = &mut self.content;
        self.timeline
            .finish(Moment::START + MS * at_ms, &mut |more| {
                content.extend_from_slice(more);
            });
        [0, 1].map(|channel| {
            self.content
                .iter()
                .skip(channel)
                .step_by(2)
                .copied()
                .collect()
        })
    }
}

/// At which millisecond packet `n` stands in `channel`, bit for bit.
fn found(content: &[u8], channel: u8, n: u16) -> Option<usize> {
    let wanted = audio(channel, n);
    let at = content.windows(160).position(|window| window == wanted)?;
    assert_eq!(at % 8, 0);
    Some(at / 8)
}

#[test]
fn both_channels_are_aligned_by_arrival_and_the_rest_is_silence() {
    let mut take = Take::new();
    for n in 0..10 {
        take.hear(100 + u32::from(n) * 20, 0, n);
        take.hear(250 + u32::from(n) * 20, 1, n);
    }
    let [caller, callee] = take.end(1_000);
    assert_eq!((caller.len(), callee.len()), (8_000, 8_000));
    for n in 0..10 {
        assert_eq!(found(&caller, 0, n), Some(100 + usize::from(n) * 20));
        assert_eq!(found(&callee, 1, n), Some(250 + usize::from(n) * 20));
    }
    assert_eq!(caller.iter().filter(|b| **b == 0xD5).count(), 8_000 - 1_600);
}

#[test]
fn what_was_lost_leaves_its_time() {
    let mut take = Take::new();
    for n in (0..100).filter(|n| !(30..60).contains(n)) {
        take.hear(u32::from(n) * 20, 0, n);
    }
    let [caller, _] = take.end(2_000);
    assert_eq!(found(&caller, 0, 29), Some(580));
    assert!(caller[600 * 8..1_200 * 8].iter().all(|b| *b == 0xD5));
    assert_eq!(found(&caller, 0, 60), Some(1_200));
}

#[test]
fn packets_up_to_the_window_late_and_in_any_order_find_their_place() {
    let mut take = Take::new();
    let mut arrivals: Vec<(u32, u16)> = (0..200)
        .map(|n| {
            let delay = [0, 130, 7, 190, 60, 20, 0, 150][usize::from(n) % 8];
            (u32::from(n) * 20 + delay, n)
        })
        .collect();
    arrivals.sort_unstable();
    for (at, n) in arrivals {
        take.hear(at, 0, n);
    }
    assert_eq!(take.too_late, 0);
    let [caller, _] = take.end(4_000);
    for n in 0..200 {
        assert_eq!(found(&caller, 0, n), Some(usize::from(n) * 20), "{n}");
    }
}

#[test]
fn a_burst_after_a_stall_loses_nothing_and_shifts_what_follows_by_no_more_than_the_stall() {
    for (stall_ms, shifted) in [(180, false), (500, true), (1_000, true)] {
        let mut take = Take::new();
        for n in 0..150_u16 {
            let due = u32::from(n) * 20;
            let stalled = (1_000..1_000 + stall_ms).contains(&due);
            take.hear(if stalled { 1_000 + stall_ms } else { due }, 0, n);
        }
        assert_eq!(take.too_late, 0);
        let [caller, _] = take.end(3_000);
        let places: Vec<_> = (0..150).map(|n| found(&caller, 0, n).unwrap()).collect();
        assert!(places[..50].iter().zip(0..).all(|(at, n)| *at == n * 20));
        assert!(places[50..].windows(2).all(|two| two[1] - two[0] == 20));
        let shift = places[149] - 149 * 20;
        assert_eq!(shift > 0, shifted, "{stall_ms}");
        assert!(shift <= stall_ms as usize, "{stall_ms} {shift}");
    }
}

#[test]
fn one_that_was_overtaken_by_more_than_the_window_is_too_late_and_moves_nothing() {
    let mut take = Take::new();
    let arrivals = (0..60_u16).map(|n| {
        let delay = if n == 20 { 400 } else { 0 };
        (u32::from(n) * 20 + delay, n)
    });
    let mut arrivals: Vec<_> = arrivals.collect();
    arrivals.sort_unstable();
    for (at, n) in arrivals {
        take.hear(at, 0, n);
    }
    assert_eq!(take.too_late, 1);
    let [caller, _] = take.end(1_200);
    for n in (0..60).filter(|n| *n != 20) {
        assert_eq!(found(&caller, 0, n), Some(usize::from(n) * 20), "{n}");
    }
}

#[test]
fn a_source_whose_clock_stood_still_goes_on_where_it_arrives() {
    for (pause_ms, marker) in [(10_000, false), (1_000, true)] {
        let mut take = Take::new();
        for n in 0..20_u16 {
            let pause = if n >= 10 { pause_ms } else { 0 };
            let at = u32::from(n) * 20 + pause;
            take.hear_as(at, 0, n, u32::from(n) * 160, 5, marker && n == 10);
        }
        assert_eq!(take.too_late, 0);
        let [caller, _] = take.end(pause_ms + 400);
        assert_eq!(found(&caller, 0, 9), Some(180));
        let resumed = usize::try_from(pause_ms).unwrap() + 200;
        assert_eq!(found(&caller, 0, 10), Some(resumed));
        assert_eq!(found(&caller, 0, 19), Some(resumed + 180));
    }
}

#[test]
fn another_source_or_a_jump_of_the_timestamp_begins_where_it_arrives_and_loses_nothing() {
    let mut take = Take::new();
    for n in 0..30_u16 {
        let (ssrc, base) = match n {
            0..10 => (5, 0),
            10..20 => (6, 0xFFFF_FF00),
            _ => (6, 77_777_777),
        };
        let timestamp = u32::from(n).wrapping_mul(160).wrapping_add(base);
        take.hear_as(u32::from(n) * 20, 0, n, timestamp, ssrc, false);
    }
    let [caller, _] = take.end(600);
    for n in 0..30 {
        assert_eq!(found(&caller, 0, n), Some(usize::from(n) * 20), "{n}");
    }
}

#[test]
fn a_slow_clock_is_followed_without_losing_a_packet() {
    let mut take = Take::new();
    // 0.5 % slow: 20.1 ms for each 160 samples, 10 minutes.
    let last = 29_000_u16;
    for n in 0..=last {
        take.hear(u32::from(n) * 201 / 10, 0, n);
    }
    assert_eq!(take.too_late, 0);
    let [caller, _] = take.end(u32::from(last) * 201 / 10 + 20);
    let at = found(&caller[caller.len() - 8_000..], 0, last).unwrap() + caller.len() / 8 - 1_000;
    let arrived = usize::from(last) * 201 / 10;
    assert!(arrived.abs_diff(at) <= 150, "{at} {arrived}");
}

#[test]
fn the_other_law_is_converted_and_the_channels_own_is_not_touched() {
    let mut timeline = Timeline::new(Moment::START, [Law::A, Law::Mu]);
    let mut content = Vec::new();
    for (channel, law) in [(0, Law::Mu), (1, Law::Mu)] {
        let frame = RecordFrame {
            recording: RecordingId::from_bytes([0; 16]),
            channel,
            law,
            header: RtpHeader {
                marker: false,
                payload_type: law.payload_type(),
                sequence: 0,
                timestamp: 0,
                ssrc: 1,
            },
            audio: &[0xFF, 0x10],
        };
        timeline.place(Moment::START, &frame, &mut |more| {
            content.extend_from_slice(more)
        });
    }
    timeline.finish(Moment::START, &mut |more| content.extend_from_slice(more));
    let converted = Law::Mu.convert(0x10, Law::A);
    assert_eq!(content, [0xD5, 0xFF, converted, 0x10]);
}

#[test]
fn what_is_handed_in_after_its_time_was_handed_out_begins_at_the_earliest_open_place() {
    let mut take = Take::new();
    let content = &mut take.content;
    take.timeline
        .advance(Moment::START + MS * 1_000, &mut |more| {
            content.extend_from_slice(more);
        });
    take.hear(500, 0, 0);
    take.hear(900, 0, 20);
    assert_eq!(take.too_late, 0);
    let [caller, _] = take.end(1_300);
    assert_eq!(found(&caller, 0, 0), Some(800));
    assert_eq!(found(&caller, 0, 20), Some(1_200));
}

#[test]
fn a_long_silence_takes_its_time_and_little_memory() {
    let mut take = Take::new();
    take.hear(0, 0, 0);
    let hour = 3_600_000;
    let mut largest = 0;
    let mut total = 0;
    take.timeline
        .advance(Moment::START + MS * hour, &mut |more| {
            largest = largest.max(more.len());
            total += more.len();
        });
    assert_eq!(total, (3_600_000 - 200) * 16);
    assert!(largest <= 8_000 && take.timeline.open.capacity() < 64_000);
}

proptest! {
    /// Whatever a source says of its time, the recording is as long as the call, and small in memory.
    #[test]
    fn any_timestamps_keep_the_time(packets in prop::collection::vec((0_u32..500, any::<u32>(), 0_u32..3, any::<bool>(), 0_u8..2), 1..200)) {
        let mut take = Take::new();
        let mut at = 0;
        for (n, (wait, timestamp, ssrc, marker, channel)) in (0..).zip(packets) {
            at += wait;
            take.hear_as(at, channel, n, timestamp, ssrc, marker);
            prop_assert!(take.timeline.open.len() < 64_000);
        }
        let [caller, callee] = take.end(at + 3_000);
        prop_assert_eq!(caller.len(), callee.len());
        prop_assert_eq!(caller.len(), usize::try_from(at + 3_000).unwrap() * 8);
    }
}
