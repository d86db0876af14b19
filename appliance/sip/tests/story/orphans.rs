//! What an earlier run left behind is ended: confirmed dialogs, calls that only rang, requests for what is gone.
use crate::calls::{OFFER, ringing, sdp, up};
use crate::world::{CARRIER, GATEWAY, World};
use sip::{Command, Event};

#[test]
fn an_orphan_of_an_earlier_run_is_ended_at_the_peer() {
    let (mut world, _, _) = up();
    let record = world
        .events(GATEWAY)
        .into_iter()
        .find_map(|event| match event {
            Event::DialogOpened { record, .. } => Some(record.clone()),
            _ => None,
        })
        .unwrap();
    let fresh = World::new(99).nodes.remove(GATEWAY);
    world.nodes[GATEWAY] = fresh;
    world.input(
        GATEWAY,
        sip::Input::Configure(crate::world::config(GATEWAY)),
    );
    let orphan = sip::Orphan {
        boot: messages::BootId::from_bytes([7; 16]),
        leg: 5,
    };
    world.command(GATEWAY, Command::ByeOrphan { orphan, record });
    assert_eq!(world.words(GATEWAY), Vec::<String>::new(), "not yet");
    world.seconds(60);
    assert_eq!(world.words(CARRIER).last().unwrap(), "ended by peer q41");
    assert_eq!(world.words(GATEWAY), ["orphan 5 ended"]);
    world.assert_empty();
}

#[test]
fn an_answer_to_an_invite_of_an_earlier_run_is_acknowledged_and_ended() {
    let (mut world, _, incoming) = ringing();
    let fresh = World::new(99).nodes.remove(GATEWAY);
    world.nodes[GATEWAY] = fresh;
    world.input(
        GATEWAY,
        sip::Input::Configure(crate::world::config(GATEWAY)),
    );
    let answer = Command::Answer {
        leg: incoming,
        sdp: sdp(OFFER),
    };
    world.command(CARRIER, answer);
    world.seconds(60);
    assert_eq!(world.words(CARRIER).last().unwrap(), "ended by peer q41");
    world.assert_empty();
}

#[test]
fn a_request_of_a_dialog_that_is_gone_gets_481() {
    let (mut world, _, incoming) = up();
    world.nodes[GATEWAY] = World::new(98).nodes.remove(GATEWAY);
    world.input(
        GATEWAY,
        sip::Input::Configure(crate::world::config(GATEWAY)),
    );
    world.command(
        CARRIER,
        Command::Reoffer {
            leg: incoming,
            sdp: sdp(OFFER),
        },
    );
    world.seconds(1);
    assert_eq!(world.count_sent(GATEWAY, "SIP/2.0 481"), 2);
    let words = world.words(CARRIER);
    assert_eq!(words[words.len() - 2..], ["ended by us 481", "closed"]);
    world.seconds(60);
    world.assert_empty();
}
