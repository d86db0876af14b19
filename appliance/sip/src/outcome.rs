//! What becomes of our requests, told to whoever asked; and a new configuration.
use crate::api::{Config, Event, LegId};
use crate::leg::{ClosingBye, LegState};
use crate::machine::Sip;
use crate::message::Response;
use crate::settings::Settings;
use crate::timer::TxId;
use crate::transaction::Owner;
use crate::transaction::client::ClientTx;
use crate::transaction::client_side::Unanswered;
use messages::SipCode;

impl Sip {
    /// Calls go on; bindings of phones that are gone do not.
    pub(crate) fn configure(&mut self, config: Config) {
        self.config = Settings::new(config);
        self.unbind_unknown();
        self.end_unknown_watches();
        self.plan_pings();
        self.plan_registrations();
    }

    pub(crate) fn on_answer(&mut self, tx: TxId, owner: &Owner, response: &Response) {
        match owner {
            Owner::Invite(leg) => self.on_invite_answer(tx, *leg, response),
            Owner::Abandoned => {
                if (200..300).contains(&response.code) {
                    self.end_fork(tx, response);
                }
            }
            Owner::Reoffer(leg) => self.on_reoffer_answer(tx, *leg, response),
            Owner::Refresh(leg) => self.on_refresh_answer(*leg, response),
            Owner::Bye(leg) => {
                let challenged = matches!(response.code, 401 | 407);
                if !(challenged && self.retry_with_credentials(tx, *leg, response)) {
                    self.on_bye_done(*leg);
                }
            }
            Owner::Orphan(orphan) => self.tell(Event::OrphanEnded(*orphan)),
            Owner::Nobody => {}
            Owner::Register(who) => self.on_register_answer(tx, who, response),
            Owner::Unregister(who) => self.on_unregister_answer(tx, who, response),
            Owner::Ping(trunk) => self.on_pinged(trunk, Some(SipCode(response.code))),
            Owner::Watch(id) => self.on_shown(*id, response),
            Owner::Resync(extension) => self.on_resync_answer(tx, extension, response),
        }
    }

    pub(crate) fn on_unanswered(&mut self, tx: &ClientTx, why: Unanswered) {
        match &tx.owner {
            Owner::Invite(leg) => self.on_invite_unanswered(*leg, why),
            Owner::Watch(id) => self.on_not_shown(*id),
            Owner::Abandoned | Owner::Nobody | Owner::Resync(_) => {}
            Owner::Reoffer(leg) => self.on_reoffer_unanswered(*leg),
            Owner::Refresh(leg) => self.on_refresh_unanswered(*leg),
            Owner::Bye(leg) => self.on_bye_done(*leg),
            Owner::Orphan(orphan) => self.tell(Event::OrphanEnded(*orphan)),
            Owner::Register(who) => self.on_register_failed(who, None),
            Owner::Unregister(who) => self.forget_registration(who),
            Owner::Ping(trunk) => self.on_pinged(trunk, None),
        }
    }

    fn on_bye_done(&mut self, id: LegId) {
        let done = self.legs.get(id).is_some_and(|leg| {
            matches!(
                leg.state,
                LegState::Closing {
                    bye: ClosingBye::Sent
                }
            )
        });
        if done {
            self.forget_leg(id);
            self.tell(Event::DialogClosed { leg: id });
        }
    }
}
