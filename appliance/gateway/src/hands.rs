//! Carries out what the branch machine wants: sockets, media threads, journal, live board.
use crate::clock::Clock;
use crate::drive::{Door, Hands};
use crate::io::media::{MediaCounters, MediaOrders};
use crate::io::sip::SipSockets;
use crate::ladder::Ladders;
use crate::provision::Plugged;
use crate::recorder::{Recorder, RecordingKey};
use crate::self_test::Looped;
use crate::web::LiveHub;
use branch::{BindingNote, Input, KeyAnswer};
use branch_store::{BindingKept, DialogId, KeyOwner, RecordingKeyOrder, Store};
use bytes::Bytes;
use core::time::Duration;
use media::{MediaCommand, RecordOrder};
use messages::fact::Fact;
use messages::{CallId, PartyNumber, UtcMs};
use sip::{DialogRecord, Flow, LegId, Orphan, ProfileAsked, Refused, Traced};
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) struct GatewayHands {
    pub(crate) sockets: SipSockets,
    pub(crate) media: MediaOrders,
    pub(crate) sound: Arc<MediaCounters>,
    pub(crate) recorder: Recorder,
    pub(crate) store: Store,
    pub(crate) live: LiveHub,
    pub(crate) door: Door,
    pub(crate) clock: Clock,
    /// Phones that were just plugged in.
    pub(crate) plugged: Plugged,
    pub(crate) ladders: Ladders,
    pub(crate) looped: Looped,
    /// Was there room in the journal when it was last asked?
    pub(crate) had_room: bool,
}

impl GatewayHands {
    /// Facts of calls that were let in always fit the reserved room: no room at all is a fault of ours.
    fn append(&self, facts: Vec<Fact>) {
        let count = facts.len();
        if self.store.append_admitted(facts).is_err() {
            metrics::counter!("zhunkehu_facts_refused_total").increment(count as u64);
            tracing::error!(count, "the journal's reserved room is full");
        }
    }

    /// Told once for each change: new calls wait until the journal has room again.
    fn tell_room(&mut self) {
        let has_room = self.store.has_room_for_new_call();
        if has_room != self.had_room {
            self.had_room = has_room;
            self.door.offer(Input::JournalRoom(has_room));
            if !has_room {
                tracing::warn!(
                    waiting = self.store.waiting(),
                    "the journal is behind: no new calls"
                );
            }
        }
    }

    fn keep_binding(&self, kept: BindingKept) {
        if self.store.binding_kept(kept).is_err() {
            tracing::debug!("a registration's refresh was not kept");
        }
    }

    fn until(&self, expires: Duration) -> UtcMs {
        let millis = i64::try_from(expires.as_millis()).unwrap_or(i64::MAX);
        UtcMs(self.clock.now().utc.0.saturating_add(millis))
    }
}

impl Hands for GatewayHands {
    fn send(&mut self, flow: Flow, bytes: &Bytes) {
        self.sockets.send(flow, bytes);
    }

    fn close(&mut self, flow: Flow) {
        self.sockets.close(flow);
    }

    fn media(&mut self, command: MediaCommand) {
        if self.media.give(command).is_err() {
            tracing::error!("the media threads have ended");
        }
    }

    fn sound_was_late(&self) -> Duration {
        self.sound.take_late()
    }

    fn facts(&mut self, facts: &mut Vec<Fact>) {
        for fact in facts.iter() {
            self.live.tell_fact(fact);
        }
        self.append(core::mem::take(facts));
        self.tell_room();
    }

    fn need_recording_key(&mut self, order: RecordOrder, number: Option<PartyNumber>) {
        let recording = order.recording;
        let owner = number.map_or(KeyOwner::Box, KeyOwner::Number);
        let (recorder, door, clock) =
            (self.recorder.clone(), self.door.clone(), self.clock.clone());
        let asked = RecordingKeyOrder {
            recording,
            call: order.call,
            owner,
        };
        let reply = Box::new(
            move |answer: Result<branch_store::RecordingKey, messages::Refusal>| {
                let answer = answer.map(|key| {
                    let order = RecordOrder {
                        party: key.party,
                        ..order
                    };
                    let opened = RecordingKey {
                        recording,
                        key: Zeroizing::new(*key.key.expose()),
                        wrapped: key.wrapped,
                    };
                    recorder.open(order, opened, clock.now());
                    KeyAnswer { party: key.party }
                });
                door.put(Input::RecordingKey { recording, answer });
            },
        );
        self.store.recording_key(asked, reply);
    }

    fn dialog_opened(&mut self, leg: LegId, _call: CallId, record: DialogRecord) {
        if self.store.dialog_opened(leg.0, &record.0).is_err() {
            tracing::warn!("a dialog was not kept: a crash would leave its channel taken");
        }
    }

    fn dialog_closed(&mut self, leg: LegId) {
        // One that stays is ended again after the next start, which harms nobody.
        let _ = self.store.dialog_closed(self.store.dialog(leg.0));
    }

    fn orphan_ended(&mut self, orphan: Orphan) {
        let Orphan { boot, leg } = orphan;
        let _ = self.store.dialog_closed(DialogId { boot, leg });
    }

    fn looped_back(&mut self, call: CallId) {
        self.looped.tell(call);
    }

    fn traced(&mut self, traced: &Traced) {
        self.ladders.heard(self.clock.now().utc, traced);
    }

    fn leg_named(&mut self, call: CallId, call_id: String) {
        self.ladders.named(self.clock.now().utc, call, call_id);
    }

    fn profile_asked(&mut self, asked: Box<ProfileAsked>) {
        self.plugged.ask(asked);
    }

    fn binding(&mut self, note: BindingNote) {
        match note {
            BindingNote::Bound {
                extension,
                source,
                contact,
                expires,
                ..
            } => {
                let expires = self.until(expires);
                self.keep_binding(BindingKept {
                    extension,
                    source,
                    contact: Some(contact),
                    expires,
                });
            }
            BindingNote::Refreshed {
                extension,
                source,
                expires,
            } => {
                let expires = self.until(expires);
                self.keep_binding(BindingKept {
                    extension,
                    source,
                    contact: None,
                    expires,
                });
            }
            // The fact has moved the table.
            BindingNote::Unbound { .. } => {}
        }
    }

    fn refused(&mut self, flow: Flow, why: Refused) {
        let why = why.code();
        metrics::counter!("zhunkehu_sip_refused_total", "why" => why).increment(1);
        tracing::debug!(source = %flow.remote, why, "a SIP request was not let in");
    }
}
