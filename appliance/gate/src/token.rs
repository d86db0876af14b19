//! The proof that the gate has let a call out. Only the gate makes it, and it cannot be copied.
use messages::{Destination, Extension, PartyNumber, Purpose, TrunkName};

/// Good for one INVITE to one trunk. It holds one of the trunk's channels until `Gate::release`.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a token holds a channel of its trunk"]
pub struct Token {
    trunk: TrunkName,
    dial: String,
    party: PartyNumber,
    purpose: Purpose,
    record: bool,
    caller: Option<String>,
    others: bool,
    wanted_by: Option<Extension>,
}

impl Token {
    pub(crate) const fn new(
        trunk: TrunkName,
        dial: String,
        party: PartyNumber,
        purpose: Purpose,
        record: bool,
        caller: Option<String>,
    ) -> Self {
        Self {
            trunk,
            dial,
            party,
            purpose,
            record,
            caller,
            others: false,
            wanted_by: None,
        }
    }

    /// Other trunks are left for the same try.
    pub(crate) const fn beside(mut self, others: bool) -> Self {
        self.others = others;
        self
    }

    pub(crate) fn wanted(mut self, by: Option<&Extension>) -> Self {
        self.wanted_by = by.cloned();
        self
    }

    /// The phone that wanted the call.
    #[must_use]
    pub const fn wanted_by(&self) -> Option<&Extension> {
        self.wanted_by.as_ref()
    }

    /// Could another trunk bring it through?
    #[must_use]
    pub const fn has_others(&self) -> bool {
        self.others
    }

    #[must_use]
    pub const fn trunk(&self) -> &TrunkName {
        &self.trunk
    }

    /// The digits to send, as the dial rule made them.
    #[must_use]
    pub fn dial(&self) -> &str {
        &self.dial
    }

    #[must_use]
    pub const fn party(&self) -> &PartyNumber {
        &self.party
    }

    /// What kind of number it is; `None`: no public one.
    #[must_use]
    pub fn destination(&self) -> Option<Destination> {
        match &self.party {
            PartyNumber::Phone(number) => Some(Destination::of(number)),
            PartyNumber::Private(_) => None,
        }
    }

    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    #[must_use]
    pub const fn record(&self) -> bool {
        self.record
    }

    /// The number to show, where the trunk has one of its own.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }
}
