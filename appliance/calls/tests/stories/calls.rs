//! From the first INVITE to the last word.
use crate::story::*;
use bytes::Bytes;
use calls::{ClickToCall, Input, LegEvent, Place};
use expect_test::expect;
use messages::fact::Side;
use messages::{Direction, Extension, ReleasedBy, SipCode};

#[test]
fn a_recorded_call_to_the_trunk_from_ring_to_hang_up() {
    let mut story = Story::from_phone(outside(true), Direction::Outbound, offer("9 8 0 101"));
    story.callee_rings().wait(3).callee_answers("8 101").wait(5);
    story
        .ends(Side::Callee, true, None, Some(16))
        .ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 9 8 0 101
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 180
          fact call_ringing early_media=false
          Caller: progress 180 
        > 3 s pass
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 101
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered
          record [ALaw, ALaw]
        > 5 s pass
        > Callee ended
          fact attempt_ended
          channel of carrier is free
          fact call_ended answered by callee sip=None q850=Some(16) talk=5000
          media: close
          Caller: release 200 q850=Some(16)
        > Caller ended
          closed, frees [20000, 20002]
    "#]]);
}

#[test]
fn early_media_is_passed_and_a_refusal_reaches_the_caller_with_its_cause() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    let event = LegEvent::Progressed {
        code: SipCode(183),
        sdp: Some(sdp(CARRIER, 6_000, "8")),
        source: CARRIER,
    };
    story.leg("callee 183 with audio", Side::Callee, event);
    story
        .ends(Side::Callee, true, Some(404), Some(1))
        .ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 183 with audio
          fact call_ringing early_media=true
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          Caller: progress 183 [audio 20000 RTP/AVP 8 sendrecv]
        > Callee ended
          channel of carrier is free
          unreached: 404
          fact attempt_ended
          fact call_ended vacant by callee sip=Some(404) q850=Some(1) talk=0
          media: close
          Caller: release 404 q850=Some(1)
        > Caller ended
          closed, frees [20000, 20002]
    "#]]);
}

#[test]
fn the_own_phone_rings_first_then_the_customer() {
    let mut story = Story::new();
    let click = ClickToCall {
        call: CALL,
        extension: Extension::parse("1000").unwrap(),
        own: vec![Place {
            auto_answer: true,
            ..place("1000", "desk")
        }],
        customer: None,
        callee: outside(true),
        ports: ports_of_call(),
    };
    story.tell("click", Input::ClickToCall(Box::new(click)));
    let answered = LegEvent::Answered {
        sdp: Some(sdp(LAN, 4_000, "8 0 101")),
        source: LAN,
    };
    story.leg("own phone 200", Side::Caller, answered);
    story.callee_rings().callee_answers("8");
    story.tell(
        "hang up",
        Input::HangUp {
            call: CALL,
            by: ReleasedBy::Caller,
        },
    );
    story
        .ends(Side::Caller, false, None, None)
        .ends(Side::Callee, false, None, None);
    story.is(&expect![[r#"
        > click
          fact call_started outbound
          Caller: invite phone 1000 at desk auto=true from 1000 [audio 20000 RTP/AVP 8 0 9 111 13 101 sendrecv]
        > own phone 200
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 0 101
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 180
          fact call_ringing early_media=false
          media: ringback to Caller
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          fact call_answered
          record [ALaw, ALaw]
        > hang up
          fact attempt_ended
          fact call_ended answered by caller sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: release 200 q850=Some(16)
        > Caller ended
        > Callee ended
          channel of carrier is free
          closed, frees [20000, 20002]
    "#]]);
}

#[test]
fn hold_and_resume_stay_on_the_side_that_asks() {
    let callee = phones(&[place("1001", "desk")]);
    let mut story = Story::from_phone(callee, Direction::Internal, offer("0 8 101"));
    story.callee_answers("0 101");
    let hold = String::from_utf8_lossy(&sdp(LAN, 4_000, "0 8 101")).into_owned() + "a=sendonly\r\n";
    story.leg(
        "hold",
        Side::Caller,
        LegEvent::Reoffered {
            sdp: Some(Bytes::from(hold)),
        },
    );
    story.leg(
        "resume",
        Side::Caller,
        LegEvent::Reoffered {
            sdp: offer("0 8 101"),
        },
    );
    story.leg(
        "a codec that we do not carry",
        Side::Caller,
        LegEvent::Reoffered { sdp: offer("18") },
    );
    story.leg(
        "no offer at all",
        Side::Callee,
        LegEvent::Reoffered { sdp: None },
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 0 8 101
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 0 8 9 111 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 0 101
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 0 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_answered
        > hold
          media: Caller 20000 <-> 192.168.1.20:4000 hears=false sends=true speaks 0 101
          Caller: accept [audio 20000 RTP/AVP 0 101 recvonly]
          fact call_held by Caller
        > resume
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 0 101
          Caller: accept [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_resumed by Caller
        > a codec that we do not carry
          Caller: refuse 488
        > no offer at all
          Callee: accept [audio 20002 RTP/AVP 0 101 sendrecv]
    "#]]);
}

#[test]
fn speech_that_nobody_can_pass_on_or_decode_is_not_dialled() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("3 18"));
    story.ends(Side::Caller, false, None, None);
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 18
          fact call_ended no_common_codec by system sip=Some(488) q850=None talk=0
          media: close
          channel of carrier is free
          Caller: release 488 q850=None
        > Caller ended
          closed, frees [20000, 20002]
    "#]]);
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, None);
    story.callee_answers("0 101");
    story.leg(
        "ACK with the answer",
        Side::Caller,
        LegEvent::Acked {
            sdp: offer("0 101"),
        },
    );
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 13 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 0 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 0 101 sendrecv]
          fact call_answered
        > ACK with the answer
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 0 101
    "#]]);
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn every_way_to_stop_waiting_frees_the_channel() {
    let mut cancelled = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    cancelled
        .ends(Side::Caller, true, Some(487), None)
        .ends(Side::Callee, false, Some(487), None);
    cancelled.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > Caller ended
          fact attempt_ended
          fact call_ended cancelled by caller sip=Some(487) q850=None talk=0
          media: close
          Callee: release 487 q850=None
        > Callee ended
          channel of carrier is free
          closed, frees [20000, 20002]
    "#]]);

    let mut rung_out = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    rung_out.wait(121);
    rung_out.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > 121 s pass
          fact attempt_ended
          Callee: release 487 q850=None
          unreached: 408
          fact call_ended no_answer by system sip=Some(408) q850=None talk=0
          media: close
          Caller: release 408 q850=None
    "#]]);

    let mut silent = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    silent.callee_answers("8");
    silent
        .tell("silence", Input::Silent { call: CALL })
        .wait(71);
    silent.is(&expect![[r#"
        > INVITE from 1000
          fact call_started outbound
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          fact attempt_started
          Callee: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > callee 200
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
        > silence
          fact attempt_ended
          fact call_ended media_timeout by system sip=None q850=None talk=0
          media: close
          Caller: release 200 q850=None
          Callee: release 200 q850=None
        > 71 s pass
          channel of carrier is free
          closed, frees [20000, 20002]
    "#]]);
    assert!(silent.calls.is_empty());
}

#[test]
fn a_call_ends_at_its_longest_length() {
    let mut story = Story::from_phone(outside(false), Direction::Outbound, offer("8"));
    story.callee_answers("8").wait(4 * 3_600 + 1);
    assert!(
        story.told.contains("fact call_ended max_length by system"),
        "{}",
        story.told
    );
}

#[test]
fn a_fax_is_refused_and_the_talk_goes_on() {
    let callee = phones(&[place("1001", "desk")]);
    let mut story = Story::from_phone(callee, Direction::Internal, offer("8 101"));
    story.callee_answers("8 101").forget();
    let t38 = |first: &str| {
        let text = format!(
            "v=0\r\no=- 1 2 IN IP4 {LAN}\r\ns=-\r\nc=IN IP4 {LAN}\r\nt=0 0\r\n{first}m=image 4004 udptl t38\r\na=T38FaxVersion:0\r\n"
        );
        LegEvent::Reoffered {
            sdp: Some(Bytes::from(text)),
        }
    };
    story
        .leg("T.38 alone", Side::Callee, t38(""))
        .leg(
            "T.38 in the place of the talk",
            Side::Callee,
            t38("m=audio 0 RTP/AVP 8\r\n"),
        )
        .leg(
            "T.38 beside the talk",
            Side::Callee,
            t38("m=audio 6000 RTP/AVP 8\r\n"),
        );
    story.is(&expect![[r#"
        > T.38 alone
          Callee: refuse 488
        > T.38 in the place of the talk
          Callee: refuse 488
        > T.38 beside the talk
          media: Callee 20002 <-> 192.168.1.20:6000 hears=true sends=true speaks 8
          Callee: accept [audio 20002 RTP/AVP 8 sendrecv]
    "#]]);
}
