//! Somebody else on one side: forks, those who are tried next, transfers, picked-up and moved calls.
use crate::story::*;
use calls::{
    Arrival, Callee, Connect, Input, Join, LegEvent, LegNo, Next, Place, Replace, TakeOver,
};
use core::time::Duration;
use expect_test::expect;
use messages::fact::{Side, TakenBy};
use messages::{CallId, Direction, DivertReason, Extension, HangUpCause, Q850, SipCode};
use std::net::{IpAddr, Ipv4Addr};

pub(crate) const OTHER_CALL: CallId = CallId::from_bytes([9; 16]);
pub(crate) const THIRD: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 30));

fn answers(formats: &str) -> LegEvent {
    LegEvent::Answered {
        sdp: Some(sdp(THIRD, 7_000, formats)),
        source: THIRD,
    }
}

pub(crate) fn ended(by_peer: bool, sip: u16) -> LegEvent {
    LegEvent::Ended {
        by_peer,
        cause: HangUpCause {
            sip: Some(SipCode(sip)),
            q850: None,
        },
    }
}

fn rings() -> LegEvent {
    LegEvent::Progressed {
        code: SipCode(180),
        sdp: None,
        source: THIRD,
    }
}

fn extension(text: &str) -> Extension {
    Extension::parse(text).unwrap()
}

/// 1000 talks with 1001.
fn up() -> Story {
    let callee = phones(&[place("1001", "desk")]);
    let mut story = Story::from_phone(callee, Direction::Internal, offer("0 8 101"));
    story.callee_answers("8 101").forget();
    story
}

fn replace(story: &mut Story, side: Side, callee: Callee, how: TakenBy) -> &mut Story {
    let replace = Replace {
        call: CALL,
        side,
        callee,
        how,
    };
    story.tell("replace", Input::Replace(Box::new(replace)))
}

#[test]
fn all_places_of_a_phone_ring_and_the_first_to_answer_has_the_call() {
    let places = [place("1001", "desk"), place("1001", "browser")];
    let mut story = Story::from_phone(phones(&places), Direction::Internal, offer("0 8 101"));
    story
        .at("desk 180", 1, rings())
        .at("browser 180", 2, rings())
        .at("browser 200", 2, answers("8 101"))
        .at("desk gone", 1, ended(false, 487));
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 0 8 101
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 0 8 9 111 101 sendrecv]
          leg 2: invite phone 1001 at browser auto=false from 1000 [audio 20002 RTP/AVP 0 8 9 111 101 sendrecv]
        > desk 180
          fact call_ringing early_media=false
          Caller: progress 180 
        > browser 180
          Caller: progress 180 
        > browser 200
          Callee: release 200 q850=None
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8 101
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered
        > desk gone
    "#]]);
}

#[test]
fn busy_says_more_than_not_there_and_it_is_said_when_the_last_place_has_spoken() {
    let places = [place("1001", "desk"), place("1001", "browser")];
    let mut story = Story::from_phone(phones(&places), Direction::Internal, offer("8"));
    story
        .at("desk 486", 1, ended(true, 486))
        .at("browser 480", 2, ended(true, 480));
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          Callee: invite phone 1001 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
          leg 2: invite phone 1001 at browser auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > desk 486
        > browser 480
          unreached: 486
          fact call_ended busy by callee sip=Some(486) q850=None talk=0
          media: close
          Caller: release 486 q850=None
    "#]]);
}

#[test]
fn a_place_that_agrees_on_nothing_leaves_the_call_to_the_others() {
    let places = [place("1001", "desk"), place("1001", "browser")];
    let mut story = Story::from_phone(phones(&places), Direction::Internal, offer("8"));
    story
        .forget()
        .at("desk 200", 1, answers("18"))
        .at("browser 200", 2, answers("8"));
    story.is(&expect![[r#"
        > desk 200
          Callee: release 200 q850=None
        > browser 200
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
    "#]]);
}

fn next(callee: Callee, reason: DivertReason) -> Next {
    Next {
        callee,
        ring_for: Some(Duration::from_secs(15)),
        diverted: vec![calls::Diverted {
            by: "1001".to_owned(),
            reason,
        }],
    }
}

#[test]
fn a_call_that_nobody_answers_is_given_on_and_the_new_one_hears_by_whom() {
    let mut story = Story::from_phone(
        phones(&[place("1001", "desk")]),
        Direction::Internal,
        offer("8"),
    );
    let to = phones(&[place("1002", "desk")]);
    story.next.push_back(next(to, DivertReason::NoAnswer));
    story
        .next
        .push_back(next(outside(false), DivertReason::Busy));
    story
        .forget()
        .wait(120)
        .at(
            "1002 is moved",
            2,
            LegEvent::Redirected {
                to: "1007".to_owned(),
            },
        )
        .at("1002 302", 2, ended(true, 302))
        .at("outside 200", 3, answers("8"));
    story.is(&expect![[r#"
        > 120 s pass
          Callee: release 487 q850=None
          unreached: 408
          leg 2: invite phone 1002 at desk auto=false from 1000 by 1001 no_answer [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1002 is moved
        > 1002 302
          unreached: 302, is at 1007
          fact attempt_started
          leg 3: invite TrunkInvite { trunk: TrunkName("carrier"), called: "13800138000", others: false } from 1000 by 1001 busy [audio 20002 RTP/AVP 8 0 101 sendrecv]
        > outside 200
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 sendrecv]
          fact call_answered
    "#]]);
}

#[test]
fn nobody_at_all_is_unreached_at_once() {
    let mut story = Story::from_phone(phones(&[]), Direction::Internal, offer("8"));
    story.is(&expect![[r#"
        > INVITE from 1000
          fact call_started internal
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8
          unreached: 480
          fact call_ended unreachable by system sip=Some(480) q850=None talk=0
          media: close
          Caller: release 480 q850=None
    "#]]);
    story.ends(Side::Caller, false, None, None);
}

#[test]
fn a_blind_transfer_rings_the_new_one_and_lets_the_old_one_go_when_it_answers() {
    let mut story = up();
    let to = phones(&[place("1002", "desk")]);
    replace(&mut story, Side::Callee, to, TakenBy::Transfer)
        .at("1002 180", 2, rings())
        .at("1002 200", 2, answers("8 101"))
        .at("1001 gone", 1, ended(false, 200));
    story.is(&expect![[r#"
        > replace
          media: Callee 20002 <-> 10.0.0.9:6000 hears=false sends=false speaks 8 101
          media: ringback to Caller
          leg 2: invite phone 1002 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1002 180
          Callee: report 180
        > 1002 200
          Callee: report 200
          fact call_taken Callee Transfer from 1001 to 1002
          media: stop tone Caller
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8 101
          Callee: release 200 q850=Some(16)
        > 1001 gone
    "#]]);
}

#[test]
fn a_transfer_that_fails_gives_the_call_back_to_who_asked() {
    let mut story = up();
    let to = phones(&[place("1002", "desk")]);
    replace(&mut story, Side::Callee, to, TakenBy::Transfer).at("1002 486", 2, ended(true, 486));
    story.is(&expect![[r#"
        > replace
          media: Callee 20002 <-> 10.0.0.9:6000 hears=false sends=false speaks 8 101
          media: ringback to Caller
          leg 2: invite phone 1002 at desk auto=false from 1000 [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1002 486
          unreached: 486
          Callee: report 486
          media: Callee 20002 <-> 10.0.0.9:6000 hears=true sends=true speaks 8 101
          media: stop tone Caller
    "#]]);
}

#[test]
fn who_gave_the_call_away_may_leave_before_the_new_one_answers() {
    let mut story = up();
    let to = || phones(&[place("1002", "desk")]);
    replace(&mut story, Side::Callee, to(), TakenBy::Transfer)
        .forget()
        .at("1001 BYE", 1, ended(true, 200))
        .at("1002 200", 2, answers("8"));
    story.is(&expect![[r#"
        > 1001 BYE
        > 1002 200
          fact call_taken Callee Transfer from nobody to 1002
          media: stop tone Caller
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
    "#]]);
    let mut story = up();
    replace(&mut story, Side::Callee, to(), TakenBy::Transfer)
        .forget()
        .at("1001 BYE", 1, ended(true, 200))
        .at("1002 603", 2, ended(true, 603));
    story.is(&expect![[r#"
        > 1001 BYE
        > 1002 603
          unreached: 603
          fact call_ended answered by system sip=Some(603) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
    "#]]);
}

#[test]
fn whom_the_call_was_to_be_given_to_stops_ringing_when_the_other_side_hangs_up() {
    let mut story = up();
    let to = phones(&[place("1002", "desk")]);
    replace(&mut story, Side::Callee, to, TakenBy::Transfer)
        .forget()
        .at("1000 BYE", 0, ended(true, 200));
    story.is(&expect![[r#"
        > 1000 BYE
          fact call_ended answered by caller sip=Some(200) q850=None talk=0
          media: close
          Callee: release 200 q850=Some(16)
          leg 2: release 487 q850=Some(16)
    "#]]);
}

#[test]
fn a_call_moves_to_another_device_without_a_tone_and_without_a_pause() {
    let mut story = up();
    let browser = Place {
        auto_answer: true,
        ..place("1000", "browser")
    };
    replace(&mut story, Side::Caller, phones(&[browser]), TakenBy::Move).at(
        "browser 200",
        2,
        answers("8"),
    );
    story.is(&expect![[r#"
        > replace
          leg 2: invite phone 1000 at browser auto=true from 1000 [audio 20000 RTP/AVP 8 0 9 111 101 sendrecv]
        > browser 200
          Caller: report 200
          fact call_taken Caller Move from 1000 to 1000
          media: stop tone Callee
          media: Caller 20000 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          Caller: release 200 q850=Some(16)
    "#]]);
}

#[test]
fn one_thing_at_a_time_happens_to_a_side() {
    let mut story = up();
    let to = || phones(&[place("1002", "desk")]);
    replace(&mut story, Side::Callee, to(), TakenBy::Transfer).forget();
    replace(&mut story, Side::Callee, to(), TakenBy::Transfer);
    replace(&mut story, Side::Caller, to(), TakenBy::Move);
    story.is(&expect![[r#"
        > replace
          Callee: report 491
        > replace
          Caller: report 491
    "#]]);
}

fn take_over(story: &mut Story, leg: u16, side: Side, formats: &str) {
    assert_eq!(story.calls.mint_leg(&CALL), Some(LegNo(leg)));
    let taking = TakeOver {
        call: CALL,
        leg: LegNo(leg),
        side,
        extension: extension("1002"),
        offer: Some(sdp(THIRD, 7_000, formats)),
        source: THIRD,
        address: OURS,
        how: TakenBy::PickUp,
    };
    story.tell("1002 takes it", Input::TakeOver(Box::new(taking)));
}

#[test]
fn a_ringing_call_is_picked_up_at_another_phone() {
    let callee = phones(&[place("1001", "desk")]);
    let mut story = Story::from_phone(callee, Direction::Internal, offer("0 8 101"));
    story.at("1001 180", 1, rings()).forget();
    take_over(&mut story, 2, Side::Callee, "8 101");
    story.is(&expect![[r#"
        > 1002 takes it
          leg 2: answer [audio 20002 RTP/AVP 8 101 sendrecv]
          Callee: release 200 q850=None
          fact call_taken Callee PickUp from nobody to 1002
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8 101
          media: Caller 20000 <-> 192.168.1.20:4000 hears=true sends=true speaks 8 101
          media: stop tone Caller
          media: bridge
          media: watch
          Caller: answer [audio 20000 RTP/AVP 8 101 sendrecv]
          fact call_answered by 1002
    "#]]);
}

#[test]
fn a_call_that_is_up_is_taken_in_any_codec_that_can_be_decoded() {
    let mut story = up();
    take_over(&mut story, 2, Side::Callee, "18");
    story.at("1002 gone", 2, ended(false, 488));
    take_over(&mut story, 3, Side::Callee, "9 0");
    story.is(&expect![[r#"
        > 1002 takes it
          leg 2: release 488 q850=None
        > 1002 gone
        > 1002 takes it
          leg 3: answer [audio 20002 RTP/AVP 9 sendrecv]
          Callee: report 200
          fact call_taken Callee PickUp from 1001 to 1002
          media: stop tone Caller
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 9
          Callee: release 200 q850=Some(16)
    "#]]);
}

/// Beside the call of 1000 and 1001, 1001 has called 1002.
fn two() -> Story {
    two_that_become(Arrival::InPlace)
}

pub(crate) fn two_that_become(how: Arrival) -> Story {
    let mut story = up();
    let connect = Connect {
        call: OTHER_CALL,
        direction: Direction::Internal,
        from_trunk: None,
        speech: None,
        from_phone: Some(extension("1001")),
        from_number: None,
        shown: "1001".to_owned(),
        display: None,
        private: false,
        called: Some(extension("1002")),
        offer: offer("0 8"),
        source: LAN,
        address: OURS,
        callee: phones(&[place("1002", "desk")]),
        ports: calls::Ports {
            caller: 30_000,
            callee: 30_002,
            guest: None,
        },
    };
    story.tell("1001 consults", Input::Connect(Box::new(connect)));
    story
        .at_call("1002 200", OTHER_CALL, 1, answers("0 8"))
        .forget();
    let join = Join {
        into: CALL,
        side: Side::Callee,
        from: OTHER_CALL,
        comes: Side::Callee,
        how,
    };
    story.tell("join", Input::Join(Box::new(join)));
    story
}

pub(crate) fn reanswers(formats: &str) -> LegEvent {
    LegEvent::Reanswered {
        sdp: Some(sdp(THIRD, 7_000, formats)),
    }
}

#[test]
fn two_calls_of_one_phone_become_one_without_it() {
    let mut story = two();
    story
        .at_call("1002 200", OTHER_CALL, 1, reanswers("8"))
        .at("1001 gone", 1, ended(false, 200))
        .at_call("1001 gone there too", OTHER_CALL, 0, ended(false, 200))
        .at("1002 BYE", 2, ended(true, 200));
    story.is(&expect![[r#"
        > join
          Callee: reoffer [audio 20002 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1002 200
          Caller: report 200
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee of 9 is leg 2 of 7
          Callee: report 200
          fact call_taken Callee AttendedTransfer from 1001 to 1002
          media: stop tone Caller
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          Callee: release 200 q850=Some(16)
        > 1001 gone
        > 1001 gone there too
          closed, frees [30000, 30002]
        > 1002 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
    "#]]);
}

#[test]
fn a_phone_that_hangs_up_both_calls_early_does_not_end_what_it_joined() {
    let mut story = two();
    story
        .at("1001 BYE", 1, ended(true, 200))
        .at_call("1001 BYE there too", OTHER_CALL, 0, ended(true, 200))
        .forget()
        .at_call("1002 200", OTHER_CALL, 1, reanswers("8"));
    story.is(&expect![[r#"
        > 1002 200
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          closed, frees [30000, 30002]
          Callee of 9 is leg 2 of 7
          fact call_taken Callee AttendedTransfer from nobody to 1002
          media: stop tone Caller
          media: Callee 20002 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
    "#]]);
}

#[test]
fn calls_that_cannot_be_joined_stay_as_they_are() {
    let mut story = two();
    let code = SipCode(488);
    story
        .forget()
        .at_call("1002 488", OTHER_CALL, 1, LegEvent::ReofferRefused { code });
    story.is(&expect![[r#"
        > 1002 488
          Caller: report 488
          Callee: report 488
    "#]]);
}

#[test]
fn who_hangs_up_while_calls_are_joined_leaves_nothing_behind() {
    let gone = |cause| LegEvent::Ended {
        by_peer: true,
        cause: HangUpCause {
            sip: None,
            q850: Some(Q850(cause)),
        },
    };
    // the consulted one: the first call goes on
    let mut story = two();
    story.forget().at_call("1002 BYE", OTHER_CALL, 1, gone(16));
    story.is(&expect![[r#"
        > 1002 BYE
          fact call_ended answered by callee sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: report 480
    "#]]);
    // the other side: the consultation goes on alone, and ends with its answer
    let mut story = two();
    story
        .forget()
        .at("1000 BYE", 0, gone(16))
        .at_call("1002 200", OTHER_CALL, 1, reanswers("8"));
    story.is(&expect![[r#"
        > 1000 BYE
          fact call_ended answered by caller sip=None q850=Some(16) talk=0
          media: close
          Callee: release 200 q850=Some(16)
        > 1002 200
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: release 200 q850=Some(16)
    "#]]);
}
