//! What a page sees of the board, and when.
use super::{Eye, Urgency};
use crate::web::live::board::Board;
use crate::web::live::event::{BranchShape, CallChange, LiveEvent, OpenCall, TrunkShape};
use crate::web::live::view::{Change, LiveMessage};
use messages::command::{Profile, Role};
use messages::{
    CallId, Direction, Extension, PartyNumber, Personal, SipCode, TrunkName, UserName, UtcMs,
};
use rights::Viewer;

const CLEAR: &str = "13800138000";

fn extension(text: &str) -> Extension {
    Extension::parse(text).unwrap()
}

fn viewer(role: Role, own: &str) -> Viewer {
    Viewer::of_branch(role, UserName::parse("li").unwrap(), Some(extension(own)))
}

fn board() -> Board {
    let mut board = Board::default();
    board.apply(LiveEvent::Configured(Box::new(BranchShape {
        profile: Profile::Lab,
        phones: vec![
            (extension("1000"), "前台".to_owned()),
            (extension("1001"), "后台".to_owned()),
        ],
        trunks: vec![TrunkShape {
            name: TrunkName::parse("carrier").unwrap(),
            concurrent_max: 2,
            cps_max: 1,
        }],
    })));
    board
}

fn open(id: u8, from: &str) -> LiveEvent {
    LiveEvent::CallOpened(Box::new(OpenCall {
        id: CallId::from_bytes([id; 16]),
        direction: Direction::Outbound,
        extension: Some(extension(from)),
        other_extension: None,
        trunk: TrunkName::parse("carrier"),
        number: Some(Personal::Clear(PartyNumber::parse(CLEAR).unwrap())),
        customer: None,
        since: UtcMs(1_000),
    }))
}

fn close(id: u8) -> LiveEvent {
    LiveEvent::CallClosed {
        call: CallId::from_bytes([id; 16]),
        code: Some(SipCode(486)),
        at: UtcMs(2_000),
    }
}

/// Applies an event and lets the eye note it.
fn happens(board: &mut Board, eye: &mut Eye, event: LiveEvent) -> Urgency {
    let touched = board.apply(event);
    eye.note(&touched, board)
}

fn text(message: &LiveMessage) -> String {
    serde_json::to_string(message).unwrap()
}

#[test]
fn the_own_call_is_told_at_once_and_the_calls_of_others_are_not_told_to_an_agent() {
    let (mut board, mut eye) = (board(), Eye::new(viewer(Role::Agent, "1000")));
    eye.snapshot(&board, UtcMs(0));
    assert_eq!(happens(&mut board, &mut eye, open(1, "1000")), Urgency::Now);
    assert!(text(&eye.delta(&board, UtcMs(0)).unwrap()).contains(r#""what":"call""#));
    assert_eq!(
        happens(&mut board, &mut eye, open(2, "1001")),
        Urgency::Soon
    );
    let delta = text(&eye.delta(&board, UtcMs(0)).unwrap());
    assert!(!delta.contains(r#""what":"call""#), "{delta}");
    assert_eq!(happens(&mut board, &mut eye, close(1)), Urgency::Now);
    assert!(text(&eye.delta(&board, UtcMs(0)).unwrap()).contains("call_gone"));
    happens(&mut board, &mut eye, close(2));
    assert!(!text(&eye.delta(&board, UtcMs(0)).unwrap()).contains("call_gone"));
}

#[test]
fn a_supervisor_is_told_of_all_calls_with_the_next_batch() {
    let (mut board, mut eye) = (board(), Eye::new(viewer(Role::Supervisor, "1009")));
    assert_eq!(
        happens(&mut board, &mut eye, open(1, "1000")),
        Urgency::Soon
    );
    assert!(eye.is_dirty());
}

#[test]
fn nobody_but_an_admin_is_sent_a_clear_number() {
    for role in [Role::Agent, Role::Supervisor, Role::Admin] {
        let (mut board, mut eye) = (board(), Eye::new(viewer(role, "1000")));
        happens(&mut board, &mut eye, open(1, "1000"));
        let both =
            text(&eye.delta(&board, UtcMs(0)).unwrap()) + &text(&eye.snapshot(&board, UtcMs(0)));
        assert_eq!(both.contains(CLEAR), role == Role::Admin, "{role:?}");
        assert_eq!(both.contains("138****8000"), role != Role::Admin);
    }
}

#[test]
fn seq_counts_without_gap_and_many_changes_of_one_thing_are_one() {
    let (mut board, mut eye) = (board(), Eye::new(viewer(Role::Admin, "1000")));
    let LiveMessage::Snapshot { seq, .. } = eye.snapshot(&board, UtcMs(0)) else {
        panic!("no snapshot");
    };
    happens(&mut board, &mut eye, open(1, "1000"));
    for change in [
        CallChange::Ringing,
        CallChange::Answered,
        CallChange::Recorded,
    ] {
        let call = CallId::from_bytes([1; 16]);
        let at = UtcMs(5_000);
        happens(
            &mut board,
            &mut eye,
            LiveEvent::CallChanged { call, change, at },
        );
    }
    let Some(LiveMessage::Delta {
        seq: next, changes, ..
    }) = eye.delta(&board, UtcMs(0))
    else {
        panic!("no delta");
    };
    assert_eq!(next, seq + 1);
    let calls: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Call { call } => Some((call.recorded, call.phase_since)),
            Change::Phone { .. }
            | Change::Trunk { .. }
            | Change::CallGone { .. }
            | Change::Link { .. }
            | Change::Machine { .. } => None,
        })
        .collect();
    assert_eq!(calls, [(true, UtcMs(5_000))]);
    assert!(eye.delta(&board, UtcMs(0)).is_none());
}

#[test]
fn phones_and_trunks_count_their_calls_and_codes() {
    let mut board = board();
    for id in 1..=3 {
        board.apply(open(id, "1000"));
    }
    board.apply(close(3));
    let trunk = &board.trunks[&TrunkName::parse("carrier").unwrap()];
    assert_eq!(trunk.in_use, 2);
    assert_eq!(trunk.codes_of_last_hour(UtcMs(3_000))[&SipCode(486)], 1);
    assert!(trunk.codes_of_last_hour(UtcMs(3_700_000)).is_empty());
    assert_eq!(board.phones[&extension("1000")].calls, 2);
    board.apply(close(3));
    assert_eq!(board.phones[&extension("1000")].calls, 2);
}
