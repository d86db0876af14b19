//! Who was answered: every order of the API once, every leg that came up connected or let go.
use crate::relay::Relay;
use crate::watch::{Rule, Watch};
use branch::Ask;
use messages::BootId;
use messages::CallId;
use sip::{DialogRecord, LegId, Orphan};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(crate) struct Answers {
    asked: BTreeSet<Ask>,
    asks: u64,
    /// Dialogs that are open: what a restart has to end.
    dialogs: BTreeMap<(u64, u64), DialogRecord>,
    run: u64,
    /// Opened in this step.
    fresh: Vec<CallId>,
    /// Calls that began at a screen, until their own phone is up.
    clicked: BTreeSet<CallId>,
}

impl Answers {
    pub(crate) fn ask(&mut self) -> Ask {
        self.asks += 1;
        let ask = Ask(self.asks);
        self.asked.insert(ask);
        ask
    }

    pub(crate) fn answered(&mut self, ask: Ask, watch: &mut Watch) {
        let once = self.asked.remove(&ask);
        watch.hold(Rule::AskedOnceAnsweredOnce, once, || {
            format!("{ask:?} is answered again")
        });
    }

    pub(crate) fn opened(
        &mut self,
        leg: LegId,
        call: CallId,
        record: DialogRecord,
        watch: &mut Watch,
    ) {
        let first = self.dialogs.insert((self.run, leg.0), record).is_none();
        watch.hold(Rule::OutputsInOrder, first, || {
            format!("{leg:?} opens twice")
        });
        self.fresh.push(call);
    }

    pub(crate) fn clicked(&mut self, call: CallId) {
        self.clicked.insert(call);
    }

    pub(crate) fn closed(&mut self, leg: LegId) {
        self.dialogs.remove(&(self.run, leg.0));
    }

    pub(crate) fn orphan_ended(&mut self, orphan: Orphan) {
        let mut run = [0; 8];
        run.copy_from_slice(&orphan.boot.as_bytes()[8..]);
        self.dialogs.remove(&(u64::from_be_bytes(run), orphan.leg));
    }

    /// Dialogs that a restart would have to end.
    pub(crate) fn dialogs_open(&self) -> usize {
        self.dialogs.len()
    }

    /// A new run begins: what it has to end.
    pub(crate) fn orphans(&mut self) -> Vec<(Orphan, DialogRecord)> {
        self.run += 1;
        let orphan = |(run, leg): &(u64, u64)| {
            let mut boot = [0; 16];
            boot[8..].copy_from_slice(&run.to_be_bytes());
            Orphan {
                boot: BootId::from_bytes(boot),
                leg: *leg,
            }
        };
        self.dialogs
            .iter()
            .map(|(name, record)| (orphan(name), record.clone()))
            .collect()
    }

    /// After each step: who came up is connected, or its call is over, or the other side is being called.
    pub(crate) fn after_step(&mut self, relay: &Relay, watch: &mut Watch) {
        let left = self.asked.is_empty();
        watch.hold(Rule::AskedOnceAnsweredOnce, left, || {
            "an order waits for its answer".to_owned()
        });
        for call in core::mem::take(&mut self.fresh) {
            let own_phone = self.clicked.remove(&call);
            let heard = relay.is_bridged(&call)
                || watch.is_over(&call)
                || (own_phone && watch.is_calling(&call));
            watch.hold(Rule::NobodyInSilence, heard, || {
                format!("{call:?} is up and not connected")
            });
        }
    }

    /// The process is gone: what it was asked is answered by nobody.
    pub(crate) fn died(&mut self) {
        self.asked.clear();
        self.fresh.clear();
        self.clicked.clear();
    }
}
