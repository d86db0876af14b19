//! What is spoken: alike where that can be, decoded where not, in packets as long as wished, encrypted where agreed.
use crate::story::{CARRIER, LAN, OURS, Story, offer, phones, place, sdp, token};
use bytes::Bytes;
use calls::{Callee, LegEvent, Place};
use expect_test::expect;
use messages::command::{SpeechCodec, TrunkSpeech};
use messages::fact::Side;
use messages::{AttemptId, Direction};

const OPUS: &str = "a=rtpmap:109 opus/48000/2\r\n";
const KEY: &str = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

fn with(sdp: &Bytes, lines: &str) -> Option<Bytes> {
    Some(Bytes::from(
        String::from_utf8_lossy(sdp).into_owned() + lines,
    ))
}

fn over(codecs: &[SpeechCodec], ptime_ms: Option<u16>, record: bool) -> Callee {
    Callee::Outside {
        attempt: AttemptId::from_bytes([8; 16]),
        token: token(record),
        address: OURS,
        speech: TrunkSpeech {
            codecs: codecs.to_vec(),
            ptime_ms,
        },
    }
}

fn answers(sdp: Option<Bytes>) -> LegEvent {
    LegEvent::Answered {
        sdp,
        source: CARRIER,
    }
}

fn said_by_caller(formats: &str, lines: &str) -> Option<Bytes> {
    with(&sdp(LAN, 4_000, formats), lines)
}

fn said_by_callee(formats: &str, lines: &str) -> LegEvent {
    answers(with(&sdp(CARRIER, 6_000, formats), lines))
}

fn outbound(callee: Callee, offer: Option<Bytes>) -> Story {
    Story::from_phone(callee, Direction::Outbound, offer)
}

const G711: [SpeechCodec; 2] = [SpeechCodec::Pcma, SpeechCodec::Pcmu];

#[test]
fn what_both_speak_is_spoken_and_nothing_is_decoded() {
    let mut story = outbound(over(&G711, None, false), offer("9 0 8 101"));
    story.callee_answers("8 101");
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 9 0 8 101
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 0 8 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 101
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered
    "#]]);
}

#[test]
fn where_nothing_is_common_each_speaks_what_it_likes_best() {
    let caller = said_by_caller("109 101", OPUS);
    let mut story = outbound(over(&G711, None, true), caller);
    story.callee_answers("8 101");
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 109 101
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 109 101 sendrecv]
          fact call_answered
          record [Opus, ALaw]
    "#]]);
}

#[test]
fn a_callee_that_likes_another_format_better_is_spoken_to_in_the_common_one() {
    let callee = phones(&[place("1001", "desk")]);
    let mut story = Story::from_phone(callee, Direction::Internal, offer("8 101"));
    story.leg(
        "1001 200",
        Side::Callee,
        said_by_callee("111 8 101", "a=rtpmap:111 opus/48000/2\r\n"),
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 101
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1001 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 111 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered
    "#]]);
}

#[test]
fn what_is_recorded_is_what_is_spoken_and_not_what_was_liked_best() {
    let mut story = outbound(over(&G711, None, true), offer("0 101"));
    story.leg("200", Side::Callee, said_by_callee("8 0 101", ""));
    assert!(
        story.told.contains("record [MuLaw, MuLaw]"),
        "{}",
        story.told
    );
}

#[test]
fn packets_are_as_long_as_each_side_wishes() {
    let caller = said_by_caller("8", "a=ptime:30\r\n");
    let mut story = outbound(over(&G711, Some(20), false), caller);
    story.leg(
        "callee 200",
        Side::Callee,
        said_by_callee("8", "a=ptime:40\r\n"),
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 30 ms
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv ptime:30]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 20 ms
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv ptime:20]
          fact call_answered
    "#]]);
}

#[test]
fn g729_passes_over_a_trunk_that_speaks_it_unless_the_call_is_recorded() {
    let codecs = [SpeechCodec::Pcma, SpeechCodec::G729];
    let mut story = outbound(over(&codecs, None, false), offer("18 8"));
    story.callee_answers("18");
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 18 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 18 8 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 18
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 18
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 18 sendrecv]
          fact call_answered
    "#]]);
    let recorded = outbound(over(&codecs, None, true), offer("18 8"));
    recorded.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 18 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 101 sendrecv]
    "#]]);
}

#[test]
fn a_phone_that_wants_its_packets_encrypted_gets_a_key() {
    let caller = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n");
    let caller = String::from_utf8_lossy(&said_by_caller("8", &caller).unwrap())
        .replace("RTP/AVP", "RTP/SAVP");
    let mut story = outbound(over(&G711, None, false), Some(Bytes::from(caller)));
    story.callee_answers("8");
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 in AES_CM_128_HMAC_SHA1_80
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/SAVP 8 sendrecv key 1 AES_CM_128_HMAC_SHA1_80]
          fact call_answered
    "#]]);
}

#[test]
fn keys_that_we_do_not_understand_are_refused_where_it_insists_on_one() {
    let lines = format!("a=crypto:1 F8_128_HMAC_SHA1_80 {KEY}\r\n");
    let clear = said_by_caller("8", &lines).unwrap();
    let secret = String::from_utf8_lossy(&clear).replace("RTP/AVP", "RTP/SAVP");
    let story = outbound(over(&G711, None, false), Some(Bytes::from(secret)));
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          fact call_ended no_common_codec by system sip=Some(488) q850=None talk=0
          media: close
          channel of carrier is free
          Caller: release 488 q850=None
    "#]]);
    let story = outbound(over(&G711, None, false), Some(clear));
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
    "#]]);
}

/// 1000 calls a phone whose messages nobody else reads.
fn private_call() -> Story {
    let private = Place {
        private_way: true,
        ..place("1001", "desk")
    };
    let callee = phones(&[private]);
    Story::from_phone(callee, Direction::Internal, offer("8"))
}

#[test]
fn keys_that_are_offered_may_be_left() {
    let mut leaves = private_call();
    leaves.leg("1001 200 without", Side::Callee, said_by_callee("8", ""));
    leaves.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv key 1 AEAD_AES_256_GCM key 2 AES_256_CM_HMAC_SHA1_80 key 3 AES_CM_128_HMAC_SHA1_80]
        > 1001 200 without
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
    "#]]);
}

#[test]
fn a_phone_that_speaks_with_us_in_private_is_offered_keys() {
    let mut takes = private_call();
    let key = format!("a=crypto:3 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n");
    takes.leg(
        "1001 200 with a key",
        Side::Callee,
        said_by_callee("8", &key),
    );
    takes.leg("it holds", Side::Callee, LegEvent::Reoffered { sdp: None });
    takes.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv key 1 AEAD_AES_256_GCM key 2 AES_256_CM_HMAC_SHA1_80 key 3 AES_CM_128_HMAC_SHA1_80]
        > 1001 200 with a key
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 in AES_CM_128_HMAC_SHA1_80
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
        > it holds
          Callee: accept [audio 20002 RTP/AVP 8 sendrecv key 3 AES_CM_128_HMAC_SHA1_80]
    "#]]);
    let mut invents = private_call();
    let key = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 {KEY}\r\n");
    invents.leg(
        "1001 200 with a key of no offer",
        Side::Callee,
        said_by_callee("8", &key),
    );
    invents.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv key 1 AEAD_AES_256_GCM key 2 AES_256_CM_HMAC_SHA1_80 key 3 AES_CM_128_HMAC_SHA1_80]
        > 1001 200 with a key of no offer
          Callee: release 200 q850=None
          unreached: 488
          fact call_ended no_common_codec by system sip=Some(488) q850=None talk=0
          media: close
          Caller: release 488 q850=None
    "#]]);
}
