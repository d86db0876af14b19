//! A registry of plain tables.
use crate::Rules;
use messages::command::{BranchPlan, Command, HuntGroup, Profile, Role, Secret};
use messages::fact::{Actor, Body, BoxSealed};
use messages::registry::{
    Asked, CustomerState, Decider as _, Decision, PartyState, RecordingState, Registry, UserState,
};
use messages::{
    CallId, CustomerId, Device, Extension, IdMint, Mac, Moment, Now, PartyId, PartyNumber,
    RecordingId, Refusal, Stage, UserName, UtcMs,
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const CUSTOMER: CustomerId = CustomerId::from_bytes([1; 16]);
pub(super) const STRANGER: CustomerId = CustomerId::from_bytes([2; 16]);
pub(super) const PARTY: PartyId = PartyId::from_bytes([3; 16]);
/// Met on a call, no customer of the branch.
pub(super) const CALLER: PartyId = PartyId::from_bytes([4; 16]);
pub(super) const CALL: CallId = CallId::from_bytes([5; 16]);
pub(super) const RECORDING: RecordingId = RecordingId::from_bytes([6; 16]);

/// One customer (13800138000), one caller (13900139000), one recorded call of phone 1000.
pub(super) struct Fake {
    pub(super) plan: BranchPlan,
    pub(super) refusing: BTreeSet<String>,
    pub(super) broken: bool,
    /// Of `PARTY` and `CALLER`.
    pub(super) erased: bool,
    pub(super) in_call: bool,
    pub(super) group: Option<HuntGroup>,
    pub(super) device: Option<Device>,
}

impl Fake {
    pub(super) fn new() -> Self {
        Self {
            plan: BranchPlan {
                profile: Profile::Production,
                phones: Vec::new(),
                trunks: Vec::new(),
                destinations: Vec::new(),
                ceilings: messages::ceilings::Ceilings::default(),
                dids: Vec::new(),
                rules: Vec::new(),
            },
            refusing: BTreeSet::new(),
            broken: false,
            erased: false,
            in_call: false,
            group: None,
            device: None,
        }
    }

    pub(super) fn asks(&self, actor: &str, command: &Command) -> Result<Decision, Refusal> {
        let actor = Actor::parse(actor).unwrap();
        let now = Now {
            mono: Moment::START,
            utc: UtcMs(1_790_000_000_000),
            utc_trusted: true,
        };
        let asked = Asked {
            command,
            actor: &actor,
            now,
        };
        Rules.decide(&asked, self, &mut IdMint::new([7; 6]))
    }

    /// The kinds of facts that it becomes.
    pub(super) fn kinds(
        &self,
        actor: &str,
        command: &Command,
    ) -> Result<Vec<&'static str>, Refusal> {
        let decision = self.asks(actor, command)?;
        Ok(decision.facts.iter().map(Body::kind).collect())
    }

    fn read<T>(&self, value: T) -> Result<T, Refusal> {
        if self.broken {
            Err(Refusal::JournalUnavailable)
        } else {
            Ok(value)
        }
    }
}

pub(super) fn number(text: &str) -> PartyNumber {
    PartyNumber::parse(text).unwrap()
}

pub(super) fn user(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

impl Registry for Fake {
    fn party_of(&self, number: &PartyNumber) -> Result<Option<PartyId>, Refusal> {
        let known = BTreeMap::from([("13800138000", PARTY), ("13900139000", CALLER)]);
        self.read(known.get(number.to_dial().as_str()).copied())
    }

    fn party(&self, id: PartyId) -> Result<Option<PartyState>, Refusal> {
        let text = if id == PARTY {
            "13800138000"
        } else {
            "13900139000"
        };
        let state = PartyState {
            blind: Some(self.blind_index(&number(text))),
            erased: self.erased,
            in_call: self.in_call,
            refuses_contact: self.refusing.contains(text),
        };
        self.read((id == PARTY || id == CALLER).then_some(state))
    }

    fn customer(&self, id: CustomerId) -> Result<Option<CustomerState>, Refusal> {
        let state = CustomerState {
            party: PARTY,
            stage: Stage::Lead,
        };
        self.read((id == CUSTOMER).then_some(state))
    }

    fn customer_of(&self, party: PartyId) -> Result<Option<CustomerId>, Refusal> {
        self.read((party == PARTY).then_some(CUSTOMER))
    }

    /// `agent` at 1000, `agent2` at 1001, `supervisor`, `admin`, `hq`.
    fn user(&self, name: &UserName) -> Result<Option<UserState>, Refusal> {
        let (role, extension) = match name.as_str() {
            "agent" => (Role::Agent, Some("1000")),
            "agent2" => (Role::Agent, Some("1001")),
            "supervisor" => (Role::Supervisor, None),
            "admin" => (Role::Admin, None),
            "hq" => (Role::HqAdmin, None),
            _ => return self.read(None),
        };
        let extension = extension.and_then(Extension::parse);
        self.read(Some(UserState { role, extension }))
    }

    fn has_extension(&self, extension: &Extension) -> Result<bool, Refusal> {
        self.read(extension.as_str() == "1000")
    }

    fn device(&self, mac: Mac) -> Result<Option<Device>, Refusal> {
        self.read(self.device.clone().filter(|one| one.mac == mac))
    }

    fn has_call(&self, call: CallId) -> Result<bool, Refusal> {
        self.read(call == CALL)
    }

    fn recording(&self, recording: RecordingId) -> Result<Option<RecordingState>, Refusal> {
        let state = RecordingState {
            extension: Extension::parse("1000"),
            other_extension: None,
        };
        self.read((recording == RECORDING).then_some(state))
    }

    fn refuses_contact(&self, number: &PartyNumber) -> Result<bool, Refusal> {
        self.read(self.refusing.contains(&number.to_dial()))
    }

    fn hunt_group(&self, number: &Extension) -> Result<Option<HuntGroup>, Refusal> {
        self.read(self.group.clone().filter(|group| group.number == *number))
    }

    fn plan(&self) -> Result<BranchPlan, Refusal> {
        self.read(self.plan.clone())
    }

    fn blind_index(&self, number: &PartyNumber) -> Vec<u8> {
        vec![u8::try_from(number.to_dial().len()).unwrap(); 16]
    }

    fn seal_secret(&self, place: &str, _: &Secret) -> BoxSealed {
        BoxSealed(place.as_bytes().to_vec())
    }
}
