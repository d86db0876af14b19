//! The peers' commands, as they leave for the gateway; their registrations and when they are refreshed.
use super::switch::{Arriving, End, Switch};
use crate::form::Peer;
use messages::{Extension, Moment, Now, Q850, SipCode};
use sansio::TimerTable;
use sip::{Command, LegId};
use std::collections::BTreeMap;
use std::time::Duration;

/// Which phones keep themselves registered, and when they do it next.
#[derive(Default)]
pub(super) struct Registrations {
    every: BTreeMap<Extension, Duration>,
    due: TimerTable<Extension>,
}

impl Registrations {
    pub(super) fn next_at(&self) -> Option<Moment> {
        self.due.deadline()
    }

    fn keep(&mut self, now: Now, extension: Extension, expires: Duration) {
        self.due
            .set(extension.clone(), now.mono + expires.mul_f32(0.8));
        self.every.insert(extension, expires);
    }

    fn forget(&mut self, extension: &Extension) {
        self.due.cancel(extension);
        self.every.remove(extension);
    }

    pub(super) fn refresh(&mut self, switch: &mut Switch, now: Now) {
        while let Some(extension) = self.due.pop_due(now.mono) {
            if let Some(expires) = self.every.get(&extension).copied() {
                self.keep(now, extension.clone(), expires);
                switch.post_to_gateway(Arriving::Register(extension, expires));
            }
        }
    }
}

#[allow(clippy::too_many_lines)] // one short arm for each command
pub(super) fn act(
    switch: &mut Switch,
    registrations: &mut Registrations,
    now: Now,
    peer: Peer,
    command: Command,
) {
    match command {
        Command::Invite(invite) => switch.peer_invites(peer, invite),
        Command::Progress { leg, code, sdp } => {
            if let Some(leg) = called(switch, peer, leg) {
                switch.post_to_gateway(Arriving::Progress(leg, code, sdp));
            }
        }
        Command::Answer { leg, sdp } => answer(switch, peer, leg, sdp),
        Command::Release {
            leg, code, cause, ..
        } => release(switch, peer, leg, code, cause),
        Command::Reoffer { leg, sdp } => {
            let Some(leg) = switch.leg_of(peer, leg) else {
                return;
            };
            if switch
                .pair(leg)
                .is_some_and(|pair| pair.peer_end == End::Up)
            {
                switch.post_to_gateway(Arriving::Reoffer(leg, sdp));
            }
        }
        Command::Register(with) => {
            let Some(extension) = Extension::parse(&with.user) else {
                return;
            };
            registrations.keep(now, extension.clone(), with.expires);
            switch.post_to_gateway(Arriving::Register(extension, with.expires));
        }
        Command::Unregister { user } => {
            if let Some(extension) = Extension::parse(&user) {
                registrations.forget(&extension);
                switch.post_to_gateway(Arriving::Unregister(extension));
            }
        }
        Command::AcceptReoffer { .. }
        | Command::RefuseReoffer { .. }
        | Command::ReportReferral { .. }
        | Command::ByeOrphan { .. }
        | Command::SignOff
        | Command::Light { .. }
        | Command::OfferProfile { .. }
        | Command::Resync { .. }
        | Command::Unban { .. } => {}
    }
}

/// The leg, where the peer was called and has not answered yet.
fn called(switch: &mut Switch, peer: Peer, leg: LegId) -> Option<LegId> {
    let leg = switch.leg_of(peer, leg)?;
    let pair = switch.pair(leg)?;
    (pair.by_gateway && pair.peer_end == End::Ringing).then_some(leg)
}

fn answer(switch: &mut Switch, peer: Peer, peer_leg: LegId, sdp: bytes::Bytes) {
    let Some(leg) = switch.leg_of(peer, peer_leg) else {
        return;
    };
    let Some(pair) = switch.pair(leg) else {
        return;
    };
    if pair.late {
        pair.late = false;
        return switch.post_to_gateway(Arriving::Acked(leg, Some(sdp)));
    }
    if pair.by_gateway && pair.peer_end == End::Ringing {
        pair.peer_end = End::Up;
        switch.post_to_gateway(Arriving::Answer(leg, Some(sdp)));
    }
}

fn release(switch: &mut Switch, peer: Peer, peer_leg: LegId, code: SipCode, cause: Option<Q850>) {
    let Some(leg) = switch.leg_of(peer, peer_leg) else {
        return switch.peer_alone(peer, peer_leg);
    };
    let Some(pair) = switch.pair(leg) else {
        return;
    };
    let arriving = match (pair.peer_end, pair.by_gateway) {
        (End::Gone, _) => return,
        (End::Up, _) => Arriving::Bye(leg, cause),
        (End::Ringing, true) => Arriving::Refuse(leg, code, cause),
        (End::Ringing, false) => Arriving::Cancel(leg, cause),
    };
    switch.peer_gone(leg);
    switch.post_to_gateway(arriving);
}
