//! What the branch machine needs of the layer that speaks with phones and trunks. The product's is `sip::Sip`.
use messages::{Extension, Moment};
use sansio::Machine;
use sip::{BoundAt, Flow, Input, LegId, Output, Sip};

/// Legs and registrations in `sip`'s words. Only the simulation puts something else behind it: peers without text.
pub trait Signalling: Machine<Input = Input, Output = Output> {
    /// The id of the next leg, for `sip::Command::Invite`.
    fn mint_leg(&mut self) -> LegId;

    /// The places where a phone can be reached now.
    fn bindings(&self, extension: &Extension) -> Vec<BoundAt>;

    /// A binding of the last run; false where it cannot be one.
    fn restore_binding(
        &mut self,
        extension: &Extension,
        contact: &str,
        flow: Flow,
        user_agent: &str,
        expires_at: Moment,
    ) -> bool;

    /// Legs that are not over, and transactions that are not forgotten.
    fn open_count(&self) -> usize;

    /// Registrations of ours that are being taken back.
    fn signing_off(&self) -> usize {
        0
    }

    /// The name of a leg on the wire, where there is a wire.
    fn name_of(&self, _leg: LegId) -> Option<String> {
        None
    }
}

impl Signalling for Sip {
    fn mint_leg(&mut self) -> LegId {
        Self::mint_leg(self)
    }

    fn bindings(&self, extension: &Extension) -> Vec<BoundAt> {
        Self::bindings(self, extension)
    }

    fn restore_binding(
        &mut self,
        extension: &Extension,
        contact: &str,
        flow: Flow,
        user_agent: &str,
        expires_at: Moment,
    ) -> bool {
        Self::restore_binding(self, extension, contact, flow, user_agent, expires_at)
    }

    fn open_count(&self) -> usize {
        self.legs_count() + self.transactions_count()
    }

    fn signing_off(&self) -> usize {
        Self::signing_off(self)
    }

    fn name_of(&self, leg: LegId) -> Option<String> {
        Self::name_of(self, leg).map(str::to_owned)
    }
}
