//! What a page is sent of the board: masked by role, cut to the rows that the role sees.
use super::board::{Board, CallState, Phase, PhoneState, TrunkState};
use super::event::LinkHealth;
use crate::web::coded;
use messages::command::Profile;
use messages::lane::HwSample;
use messages::{CallId, CustomerId, Direction, Extension, SipCode, TrunkName, UtcMs};
use rights::{Row, Subject, Viewer, Visible, sees, view};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One message of the live socket. After a snapshot the deltas carry `seq` + 1, + 2 …; a gap means: take a new snapshot.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    Snapshot {
        seq: u64,
        /// ms UTC
        server_time: i64,
        board: Box<BoardView>,
    },
    Delta {
        seq: u64,
        /// ms UTC
        server_time: i64,
        changes: Vec<Change>,
    },
    /// Every 15 s, so that both sides know that the other one is there. `seq` of the last delta.
    Heartbeat {
        seq: u64,
        /// ms UTC
        server_time: i64,
    },
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Board)]
pub struct BoardView {
    #[schema(schema_with = coded::profile)]
    pub profile: Profile,
    pub phones: Vec<PhoneView>,
    pub trunks: Vec<TrunkView>,
    pub calls: Vec<LiveCallView>,
    pub link: LinkHealth,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineView>,
}

/// What one thing is now. The whole thing, never a part of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
#[schema(as = BoardChange)]
pub enum Change {
    Phone {
        phone: PhoneView,
    },
    Trunk {
        trunk: TrunkView,
    },
    Call {
        call: Box<LiveCallView>,
    },
    CallGone {
        #[schema(value_type = String)]
        id: CallId,
    },
    Link {
        link: LinkHealth,
    },
    Machine {
        machine: MachineView,
    },
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Phone)]
pub struct PhoneView {
    #[schema(value_type = String)]
    pub extension: Extension,
    pub label: String,
    pub registered: bool,
    pub in_call: bool,
    /// Where it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Registered there since; ms UTC.
    #[schema(value_type = Option<i64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<UtcMs>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Trunk)]
pub struct TrunkView {
    #[schema(value_type = String)]
    pub name: TrunkName,
    /// Its answer to OPTIONS; missing while it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// Our registration there; missing where it wants none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<bool>,
    #[schema(value_type = Option<u16>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_code: Option<SipCode>,
    /// Calls at this moment, both directions.
    pub in_use: u32,
    pub concurrent_max: u32,
    pub cps_max: u32,
    /// Final SIP codes of the calls that ended within the last hour: code → count.
    pub codes: BTreeMap<String, u32>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LiveCall)]
pub struct LiveCallView {
    #[schema(value_type = String)]
    pub id: CallId,
    #[schema(schema_with = coded::direction)]
    pub direction: Direction,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_extension: Option<Extension>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk: Option<TrunkName>,
    /// As the viewer may see it.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Visible<String>>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    pub phase: Phase,
    /// ms UTC
    #[schema(value_type = i64)]
    pub phase_since: UtcMs,
    /// ms UTC
    #[schema(value_type = i64)]
    pub since: UtcMs,
    pub recorded: bool,
    /// There is a third one in it.
    pub three: bool,
}

/// One look at the machine.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Machine)]
pub struct MachineView {
    /// When it was taken; ms UTC.
    #[schema(value_type = i64)]
    pub at: UtcMs,
    pub cpu_percent: f32,
    pub memory_used_bytes: u64,
    pub memory_total_bytes: u64,
    pub disk_used_bytes: u64,
    pub disk_total_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_celsius: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled: Option<bool>,
    pub network_received_bytes: u64,
    pub network_sent_bytes: u64,
}

impl From<&HwSample> for MachineView {
    fn from(sample: &HwSample) -> Self {
        Self {
            at: sample.utc,
            cpu_percent: sample.cpu_percent,
            memory_used_bytes: sample.memory_used_bytes,
            memory_total_bytes: sample.memory_total_bytes,
            disk_used_bytes: sample.disk_used_bytes,
            disk_total_bytes: sample.disk_total_bytes,
            temperature_celsius: sample.temperature_celsius,
            throttled: sample.throttled,
            network_received_bytes: sample.network_received_bytes,
            network_sent_bytes: sample.network_sent_bytes,
        }
    }
}

/// The board as one viewer sees it.
#[derive(Clone, Copy)]
pub(in crate::web) struct Showing<'a> {
    pub board: &'a Board,
    pub viewer: &'a Viewer,
    pub now: UtcMs,
}

impl Showing<'_> {
    pub(in crate::web) fn whole(self) -> BoardView {
        BoardView {
            profile: self.board.profile,
            phones: self.phones(),
            trunks: self.trunks(),
            calls: self
                .board
                .calls
                .keys()
                .filter_map(|id| self.call(*id))
                .collect(),
            link: self.board.link.clone(),
            machine: self.machine(),
        }
    }

    pub(in crate::web) fn phones(self) -> Vec<PhoneView> {
        let phones = self.board.phones.keys();
        phones
            .filter_map(|extension| self.phone(extension))
            .collect()
    }

    pub(in crate::web) fn trunks(self) -> Vec<TrunkView> {
        let trunks = self.board.trunks.keys();
        trunks.filter_map(|name| self.trunk(name)).collect()
    }

    pub(in crate::web) fn phone(self, extension: &Extension) -> Option<PhoneView> {
        let seen = sees(self.viewer, Subject::Branch, Row::default());
        let phone = self.board.phones.get(extension).filter(|_| seen)?;
        Some(shown_phone(extension, phone))
    }

    pub(in crate::web) fn trunk(self, name: &TrunkName) -> Option<TrunkView> {
        let seen = sees(self.viewer, Subject::Branch, Row::default());
        let trunk = self.board.trunks.get(name).filter(|_| seen)?;
        Some(shown_trunk(name, trunk, self.now))
    }

    pub(in crate::web) fn call(self, id: CallId) -> Option<LiveCallView> {
        let call = self.board.calls.get(&id)?;
        let row = Row {
            extension: call.call.extension.as_ref(),
            other_extension: call.call.other_extension.as_ref(),
        };
        sees(self.viewer, Subject::Calls, row).then(|| shown_call(self.viewer, call))
    }

    pub(in crate::web) fn machine(self) -> Option<MachineView> {
        let seen = sees(self.viewer, Subject::Machine, Row::default());
        self.board
            .machine
            .as_ref()
            .filter(|_| seen)
            .map(MachineView::from)
    }
}

fn shown_phone(extension: &Extension, phone: &PhoneState) -> PhoneView {
    let latest = phone.bindings.iter().max_by_key(|(_, bound)| bound.since);
    PhoneView {
        extension: extension.clone(),
        label: phone.label.clone(),
        registered: latest.is_some(),
        in_call: phone.calls > 0,
        source: latest.map(|(source, _)| source.to_string()),
        user_agent: latest.map(|(_, bound)| bound.user_agent.clone()),
        since: latest.map(|(_, bound)| bound.since),
    }
}

fn shown_trunk(name: &TrunkName, trunk: &TrunkState, now: UtcMs) -> TrunkView {
    let codes = trunk.codes_of_last_hour(now);
    TrunkView {
        name: name.clone(),
        reachable: trunk.reachable,
        registered: trunk.registered,
        last_code: trunk.last_code,
        in_use: trunk.in_use,
        concurrent_max: trunk.concurrent_max,
        cps_max: trunk.cps_max,
        codes: codes
            .into_iter()
            .map(|(code, count)| (code.0.to_string(), count))
            .collect(),
    }
}

fn shown_call(viewer: &Viewer, state: &CallState) -> LiveCallView {
    let call = &state.call;
    LiveCallView {
        id: call.id,
        direction: call.direction,
        extension: call.extension.clone(),
        other_extension: call.other_extension.clone(),
        trunk: call.trunk.clone(),
        number: call.number.as_ref().map(|number| view(viewer, number)),
        customer: call.customer,
        phase: state.phase,
        phase_since: state.phase_since,
        since: call.since,
        recorded: state.recorded,
        three: state.three,
    }
}
