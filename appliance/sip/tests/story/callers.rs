//! Who is shown as the caller, who vouches for it (RFC 3325), and whom the call was meant for (RFC 5806, RFC 7044).
use crate::by_hand::{alone, last, line, request, tell};
use crate::calls::OFFER;
use crate::world::{GATEWAY, World};
use messages::{DivertReason, TrunkName};
use sip::{Diversion, Event, Invite, Target};

fn caller(world: &World) -> Option<(String, bool, usize)> {
    world
        .events(GATEWAY)
        .into_iter()
        .find_map(|event| match event {
            Event::Invited {
                caller,
                private,
                diversions,
                ..
            } => Some((caller.clone(), *private, *diversions)),
            _ => None,
        })
}

#[test]
fn the_network_vouches_for_the_caller_of_a_trunk() {
    let table = [
        ("", ("138", false, 0)),
        (
            "P-Asserted-Identity: \"王\" <sip:+8613800138000@c>\r\n",
            ("+8613800138000", false, 0),
        ),
        (
            "P-Asserted-Identity: <tel:+8613800138000>\r\nPrivacy: id\r\n",
            ("+8613800138000", true, 0),
        ),
        (
            "P-Asserted-Identity: <sip:c>, <tel:139>\r\n",
            ("139", false, 0),
        ),
        ("Privacy: none\r\n", ("138", false, 0)),
        (
            "Diversion: <sip:1@c>;reason=user-busy, <sip:2@c>;reason=no-answer\r\nDiversion: <sip:3@c>\r\n",
            ("138", false, 3),
        ),
    ];
    for (lines, (number, private, diversions)) in table {
        let mut world = alone();
        tell(&mut world, &request("INVITE", 1, lines, OFFER, ""));
        let expected = (number.to_owned(), private, diversions);
        assert_eq!(caller(&world), Some(expected), "{lines}");
    }
}

fn invite(private: bool, diverted: Vec<Diversion>) -> String {
    let mut world = alone();
    let leg = world.nodes[GATEWAY].sip.mint_leg();
    let invite = Invite {
        leg,
        to: Target::Trunk(TrunkName::parse("carrier").unwrap()),
        called: "13800138000".to_owned(),
        caller: "01088".to_owned(),
        display: None,
        sdp: None,
        private,
        diverted,
        auto_answer: false,
        silence_max: None,
    };
    world.invite(GATEWAY, invite);
    last(&world, "INVITE ")
}

#[test]
fn who_hides_is_known_to_the_network_alone() {
    let open = invite(false, Vec::new());
    assert!(
        line(&open, "From").starts_with("<sip:01088@10.0.0.1"),
        "{open}"
    );
    assert_eq!(line(&open, "Privacy"), "");
    let hidden = invite(true, Vec::new());
    let from = line(&hidden, "From");
    assert!(
        from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="),
        "{from}"
    );
    assert_eq!(line(&hidden, "Privacy"), "id");
    let vouched = line(&hidden, "P-Asserted-Identity");
    assert!(vouched.starts_with("<sip:01088@10.0.0.1"), "{hidden}");
}

#[test]
fn a_call_that_was_given_on_says_by_whom_and_why_in_both_ways() {
    let by = |by: &str, reason| Diversion {
        by: by.to_owned(),
        reason,
    };
    let last_first = vec![
        by("1002", DivertReason::NoAnswer),
        by("1001", DivertReason::Busy),
    ];
    let text = invite(false, last_first);
    let all = |name: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        lines
            .map(|rest| rest.trim_start_matches(": ").to_owned())
            .collect()
    };
    assert_eq!(
        all("Diversion"),
        [
            "<sip:1002@10.0.0.1:5060>;reason=no-answer;counter=1",
            "<sip:1001@10.0.0.1:5060>;reason=user-busy;counter=1",
        ]
    );
    assert_eq!(
        all("History-Info"),
        [
            "<sip:1001@10.0.0.1:5060?Reason=SIP%3Bcause%3D486>;index=1",
            "<sip:1002@10.0.0.1:5060?Reason=SIP%3Bcause%3D408>;index=1.1",
            "<sip:13800138000@10.0.0.1:5060>;index=1.1.1",
        ]
    );
}
