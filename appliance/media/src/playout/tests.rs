//! Sources that are even, early, late, fast, slow, or begin anew: what is played of them.
use super::Playout;
use crate::coder::Rate;

type Frame = [i16; 160];

/// The sound of a source: each sample tells its place.
fn sound(timestamp: u32, length: u32) -> Vec<i16> {
    (timestamp..timestamp + length).map(wave).collect()
}

fn wave(at: u32) -> i16 {
    i16::try_from(at % 4_001).unwrap() * 8 - 16_000
}

fn put(playout: &mut Playout, timestamp: u32, length: u32) {
    if playout.expect(timestamp, length) {
        playout.fill(timestamp, &sound(timestamp, length));
    }
}

fn take(playout: &mut Playout) -> Option<Frame> {
    let mut frame = [0; 160];
    playout.take(&mut frame).then_some(frame)
}

fn expected(first: u32) -> Frame {
    core::array::from_fn(|at| {
        let at = first + u32::try_from(at).unwrap();
        wave(at)
    })
}

/// The sample at which a frame begins, where it is the source's own.
fn begins(frame: Option<Frame>, near: u32) -> Option<u32> {
    let frame = frame?;
    (near.saturating_sub(2_000)..near + 2_000)
        .find(|first| wave(*first) == frame[0] && expected(*first) == frame)
}

/// What is played of packets that come as `arrivals` says: at each 20 ms some.
fn played(arrivals: &[&[(u32, u32)]]) -> Vec<Option<u32>> {
    let mut playout = Playout::new(Rate::Narrow);
    let mut starts = Vec::new();
    for packets in arrivals {
        for (timestamp, length) in *packets {
            put(&mut playout, *timestamp, *length);
        }
        starts.push(begins(
            take(&mut playout),
            packets.first().map_or(0, |one| one.0),
        ));
    }
    starts
}

#[test]
fn an_even_source_is_played_40_ms_later_bit_for_bit_with_any_packet_time() {
    for length in [80, 160, 240, 320, 480] {
        let mut playout = Playout::new(Rate::Narrow);
        let (mut sent, mut heard) = (8_000_u32, 0);
        for beat in 1..500_u32 {
            while sent < 8_000 + beat * 160 {
                put(&mut playout, sent, length);
                sent += length;
            }
            let Some(frame) = take(&mut playout).filter(|_| beat > 3) else {
                continue;
            };
            heard += 1;
            assert_eq!(frame, expected(8_000 + (beat - 3) * 160), "{length} {beat}");
        }
        assert_eq!(heard, 496);
    }
}

#[test]
fn packets_out_of_order_are_played_in_order() {
    let starts = played(&[
        &[(1_000, 160)],
        &[],
        &[(1_320, 160), (1_160, 160)],
        &[(1_480, 160)],
        &[(1_640, 160)],
        &[(1_800, 160)],
    ]);
    let own = [1_000, 1_160, 1_320, 1_480].map(Some);
    assert_eq!(starts[2..], own);
}

#[test]
fn late_packets_are_waited_for_and_the_wait_goes_away_when_they_come_in_time() {
    let mut playout = Playout::new(Rate::Narrow);
    let delay_at = |beat: u32, playout: &mut Playout| {
        let start = begins(take(playout), beat * 160)?;
        Some(beat * 160 - start)
    };
    let mut delays = Vec::new();
    for beat in 10..1_500_u32 {
        // for two seconds every packet comes up to 100 ms late, in bursts
        match beat {
            100..200 if beat % 5 != 0 => {}
            100..200 => (0..5).for_each(|n| put(&mut playout, (beat - 4 + n) * 160, 160)),
            _ => put(&mut playout, beat * 160, 160),
        }
        delays.push(delay_at(beat, &mut playout));
    }
    assert_eq!(delays[50], Some(320));
    let rough = delays[150];
    assert!(
        rough.is_some_and(|delay| (640..=960).contains(&delay)),
        "{rough:?}"
    );
    let end = delays[1_480];
    assert!(end.is_some_and(|delay| delay <= 560), "{end:?}");
}

#[test]
fn a_faster_and_a_slower_clock_are_followed() {
    for beats_per_packet_1000 in [998_u32, 1_002] {
        let mut playout = Playout::new(Rate::Narrow);
        let (mut sent, mut worst) = (0_u32, 0_i64);
        for beat in 1..30_000_u32 {
            while u64::from(sent) * u64::from(beats_per_packet_1000) < u64::from(beat) * 1_000 {
                put(&mut playout, sent * 160, 160);
                sent += 1;
            }
            take(&mut playout);
            let clock = playout.clock.unwrap();
            let delay = i64::from(super::ahead(clock.end, clock.next));
            worst = worst.max(delay.abs());
        }
        assert!(worst <= 960, "{beats_per_packet_1000}: {worst}");
    }
}

#[test]
fn a_new_clock_is_taken_after_three_packets_and_a_stray_one_is_not() {
    let mut playout = Playout::new(Rate::Narrow);
    for beat in 0..20 {
        put(&mut playout, beat * 160, 160);
        if beat == 10 {
            put(&mut playout, 3_000_000_000, 160);
        }
        let start = begins(take(&mut playout), beat * 160);
        assert!(
            beat < 3 || start == Some((beat - 2) * 160),
            "{beat} {start:?}"
        );
    }
    let mut starts = Vec::new();
    for beat in 0..20 {
        put(&mut playout, 90_000 + beat * 160, 160);
        starts.push(begins(take(&mut playout), 90_000 + beat * 160));
    }
    assert_eq!(starts[10], Some(90_000 + 8 * 160));
}

#[test]
fn after_the_sound_ends_there_is_silence_and_nothing_else() {
    let mut playout = Playout::new(Rate::Narrow);
    for beat in 0..20 {
        put(&mut playout, beat * 160, 160);
        take(&mut playout);
    }
    let after: Vec<bool> = (0..20).map(|_| take(&mut playout).is_some()).collect();
    assert!(after[..4].iter().all(|sounds| *sounds));
    assert!(after[6..].iter().all(|sounds| !sounds), "{after:?}");
}

#[test]
fn timestamps_wrap() {
    let mut playout = Playout::new(Rate::Narrow);
    let first = u32::MAX - 400;
    for beat in 0..10_u32 {
        let timestamp = first.wrapping_add(beat * 160);
        assert!(playout.expect(timestamp, 160));
        playout.fill(timestamp, &[-1_234; 160]);
        let frame = take(&mut playout);
        assert!(beat < 3 || frame == Some([-1_234; 160]), "{beat}");
    }
}
