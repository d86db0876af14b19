//! 三方通话: two calls of one phone become one of three; whoever goes, two are left.
use crate::story::Story;
use crate::taking::{OTHER_CALL, ended, reanswers, two_that_become};
use calls::{Arrival, Input, LegEvent};
use expect_test::expect;
use messages::{ReleasedBy, SipCode};

const PORT: u16 = 20_004;

/// 1000 and 1001 talk; 1001 has asked that 1002, whom it has called, comes in.
fn asked() -> Story {
    two_that_become(Arrival::AsGuest { port: PORT })
}

/// All three are in it, and the other call is gone.
fn three() -> Story {
    let mut story = asked();
    story
        .at_call("1002 200", OTHER_CALL, 1, reanswers("8"))
        .at_call("1001 gone there", OTHER_CALL, 0, ended(false, 200))
        .forget();
    story
}

#[test]
fn the_one_who_was_consulted_sits_down_beside_the_phone() {
    let mut story = asked();
    story
        .at_call("1002 200", OTHER_CALL, 1, reanswers("8"))
        .at_call("1001 gone there", OTHER_CALL, 0, ended(false, 200))
        .tell(
            "the call is hung up at a screen",
            Input::HangUp {
                call: crate::story::CALL,
                by: ReleasedBy::System,
            },
        )
        .at("1000 gone", 0, ended(false, 200))
        .at("1001 gone", 1, ended(false, 200))
        .at("1002 gone", 2, ended(false, 200));
    story.is(&expect![[r#"
        > join
          Callee: reoffer [audio 20004 RTP/AVP 8 0 9 111 101 sendrecv]
        > 1002 200
          Caller: report 200
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee of 9 is leg 2 of 7
          fact call_guest_came beside Callee: 1002
          media: Guest 20004 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          media: mix, guest beside Callee
        > 1001 gone there
          closed, frees [30000, 30002]
        > the call is hung up at a screen
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: release 200 q850=Some(16)
          leg 2: release 200 q850=Some(16)
        > 1000 gone
        > 1001 gone
        > 1002 gone
          closed, frees [20000, 20002, 20004]
    "#]]);
}

#[test]
fn the_guest_goes_and_two_are_left() {
    let mut story = three();
    story
        .at("1002 BYE", 2, ended(true, 200))
        .at("1001 BYE", 1, ended(true, 200))
        .at("1000 gone", 0, ended(false, 200));
    story.is(&expect![[r#"
        > 1002 BYE
          media: unmix, guest goes
          fact call_guest_left
        > 1001 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
        > 1000 gone
          closed, frees [20000, 20002, 20004]
    "#]]);
}

#[test]
fn the_phone_that_brought_the_guest_goes_and_the_guest_goes_on_in_its_place() {
    let mut story = three();
    story
        .at("1001 BYE", 1, ended(true, 200))
        .at("1002 BYE", 2, ended(true, 200))
        .at("1000 gone", 0, ended(false, 200));
    story.is(&expect![[r#"
        > 1001 BYE
          media: unmix, guest takes Callee
          fact call_taken Callee Conference from 1001 to 1002
          fact call_guest_left
        > 1002 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
        > 1000 gone
          closed, frees [20000, 20004, 20004]
    "#]]);
}

#[test]
fn the_other_side_goes_and_the_two_go_on() {
    let mut story = three();
    story
        .at("1000 BYE", 0, ended(true, 200))
        .at("1001 BYE", 1, ended(true, 200))
        .at("1002 gone", 2, ended(false, 200));
    story.is(&expect![[r#"
        > 1000 BYE
          media: unmix, guest takes Caller
          fact call_taken Caller Conference from 1000 to 1002
          fact call_guest_left
        > 1001 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          leg 2: release 200 q850=Some(16)
        > 1002 gone
          closed, frees [20004, 20002, 20004]
    "#]]);
}

#[test]
fn a_guest_that_cannot_come_changes_nothing() {
    let mut story = asked();
    let code = SipCode(488);
    story
        .forget()
        .at_call("1002 488", OTHER_CALL, 1, LegEvent::ReofferRefused { code })
        .at("1001 BYE", 1, ended(true, 200));
    story.is(&expect![[r#"
        > 1002 488
          Caller: report 488
          Callee: report 488
        > 1001 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
    "#]]);
}

#[test]
fn the_phone_that_hangs_up_before_the_guest_is_there_ends_its_calls() {
    let mut story = asked();
    story.forget().at("1001 BYE", 1, ended(true, 200)).at_call(
        "1002 200",
        OTHER_CALL,
        1,
        reanswers("8"),
    );
    story.is(&expect![[r#"
        > 1001 BYE
          fact call_ended answered by callee sip=Some(200) q850=None talk=0
          media: close
          Caller: release 200 q850=Some(16)
        > 1002 200
          fact call_ended answered by system sip=None q850=Some(16) talk=0
          media: close
          Caller: release 200 q850=Some(16)
          Callee: release 200 q850=Some(16)
    "#]]);
}

#[test]
fn the_guest_holds_and_comes_back() {
    let mut story = three();
    let reoffer = |way: &str| {
        let text = String::from_utf8(crate::story::sdp(crate::taking::THIRD, 7_000, "8").to_vec());
        let text = text.unwrap() + "a=" + way + "\r\n";
        LegEvent::Reoffered {
            sdp: Some(text.into()),
        }
    };
    story
        .at("1002 holds", 2, reoffer("sendonly"))
        .at("1002 resumes", 2, reoffer("sendrecv"));
    story.is(&expect![[r#"
        > 1002 holds
          media: Guest 20004 <-> 192.168.1.30:7000 hears=false sends=true speaks 8
          leg 2: accept [audio 20004 RTP/AVP 8 recvonly]
        > 1002 resumes
          media: Guest 20004 <-> 192.168.1.30:7000 hears=true sends=true speaks 8
          leg 2: accept [audio 20004 RTP/AVP 8 sendrecv]
    "#]]);
}

#[test]
fn nobody_takes_a_seat_while_there_are_three() {
    let story = three();
    let call = crate::story::CALL;
    for side in [messages::fact::Side::Caller, messages::fact::Side::Callee] {
        assert!(!story.calls.may_change(&call, side));
    }
    assert_eq!(story.calls.hearers(&call, calls::LegNo(2)).len(), 2);
    assert_eq!(story.calls.hearers(&call, calls::LegNo(9)).len(), 0);
}
