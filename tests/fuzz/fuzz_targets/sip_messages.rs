//! Any datagrams and stream pieces, with time between them: no panic, bounded memory, everything drains.
#![no_main]

#[path = "../../../appliance/sip/tests/story/play.rs"]
mod play;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    play::play(data);
});
