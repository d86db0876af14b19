//! The relay and the recorder, as the branch machine sees them: which port is whose, and what they report.
use crate::agenda::{Act, Agenda};
use crate::site::FIRST_PORT;
use crate::watch::{Rule, Watch};
use media::{LegMedia, MediaCommand, MediaReport, PortPair, RecordOrder, RecorderReport};
use messages::fact::Side;
use messages::{CallId, Moment};
use sansio::SeededRng;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a port rests after its call.
const REST: Duration = Duration::from_millis(500);

pub(crate) struct Relay {
    owners: Vec<Option<CallId>>,
    /// Ports with an owner.
    held: usize,
    open: BTreeMap<CallId, Line>,
    rng: SeededRng,
}

#[derive(Default)]
struct Line {
    ports: [Option<u16>; 3],
    bridged: bool,
    recorded: Option<RecordOrder>,
}

impl Relay {
    pub(crate) fn new(seed: u64, ports: u16) -> Self {
        Self {
            owners: vec![None; usize::from(ports)],
            held: 0,
            open: BTreeMap::new(),
            rng: SeededRng::new(seed ^ 0x5e1a),
        }
    }

    /// The pool as it is bound at the start of a run.
    pub(crate) fn start(&mut self) -> MediaReport {
        self.owners.fill(None);
        self.held = 0;
        self.open.clear();
        let ports = (0..self.owners.len()).map(|n| PortPair {
            rtp: FIRST_PORT + 2 * u16::try_from(n).unwrap_or(0),
        });
        MediaReport::Ports(ports.collect())
    }

    pub(crate) fn is_bridged(&self, call: &CallId) -> bool {
        self.open.get(call).is_some_and(|line| line.bridged)
    }

    /// Calls that the relay has not been told to close.
    pub(crate) fn open_count(&self) -> usize {
        self.open.len()
    }

    /// Ports that are open or rest.
    pub(crate) const fn held_count(&self) -> usize {
        self.held
    }

    pub(crate) fn freed(&mut self, port: PortPair) {
        if let Some(owner) = self.owners.get_mut(place(port.rtp)) {
            self.held -= usize::from(owner.take().is_some());
        }
    }

    pub(crate) fn order(
        &mut self,
        now: Moment,
        command: &MediaCommand,
        watch: &mut Watch,
        agenda: &mut Agenda,
    ) {
        match command {
            MediaCommand::Set(set) => self.set(set, watch),
            MediaCommand::Bridge { call } => {
                if let Some(line) = self.open.get_mut(call)
                    && !line.bridged
                {
                    line.bridged = true;
                    self.hear(now, *call, agenda);
                }
            }
            MediaCommand::Record(order) => {
                let line = self.open.get_mut(&order.call);
                let ready = line.as_ref().is_some_and(|line| line.bridged);
                watch.hold(Rule::OutputsInOrder, ready, || {
                    format!("{:?} is recorded but not bridged", order.call)
                });
                if let Some(line) = line {
                    line.recorded = Some(order.clone());
                }
            }
            MediaCommand::Close { call } => self.close(now, *call, agenda),
            MediaCommand::Tone { .. }
            | MediaCommand::StopTone { .. }
            | MediaCommand::Digit { .. }
            | MediaCommand::Watch { .. }
            // nobody asks for a conference in this world
            | MediaCommand::Mix { .. }
            | MediaCommand::Unmix { .. }
            | MediaCommand::StopRecording { .. } => {}
        }
    }

    fn set(&mut self, set: &LegMedia, watch: &mut Watch) {
        let (call, seat) = (set.leg.call, set.leg.seat);
        let owner = self.owners.get_mut(place(set.port.rtp));
        let free = owner
            .as_ref()
            .is_some_and(|owner| owner.is_none_or(|one| one == call));
        watch.hold(Rule::PortsOfOpenCalls, free, || {
            format!("port {} is given to a second call", set.port.rtp)
        });
        if let Some(owner) = owner {
            self.held += usize::from(owner.replace(call).is_none());
        }
        let line = self.open.entry(call).or_default();
        let known = &mut line.ports[seat.index()];
        let same = known.is_none_or(|port| port == set.port.rtp);
        watch.hold(Rule::PortsOfOpenCalls, same, || {
            format!("{seat:?} of {call:?} changes its port")
        });
        *known = Some(set.port.rtp);
    }

    /// Once both are connected something may go wrong with what they hear.
    fn hear(&mut self, now: Moment, call: CallId, agenda: &mut Agenda) {
        match self.rng.below(100) {
            0..2 => agenda.put(
                now + Duration::from_secs(30),
                Act::Report(MediaReport::Silent { call }),
            ),
            2..5 => {
                let silent = if self.rng.below(2) == 0 {
                    Side::Caller
                } else {
                    Side::Callee
                };
                let report = MediaReport::OneWay { call, silent };
                agenda.put(now + Duration::from_secs(3), Act::Report(report));
            }
            _ => {}
        }
    }

    fn close(&mut self, now: Moment, call: CallId, agenda: &mut Agenda) {
        let Some(line) = self.open.remove(&call) else {
            return;
        };
        for port in line.ports.into_iter().flatten() {
            agenda.put(now + REST, Act::PortFree(PortPair { rtp: port }));
        }
        let Some(order) = line.recorded else {
            return;
        };
        let recording = order.recording;
        let report = if self.rng.below(50) == 0 {
            RecorderReport::Failed {
                call,
                recording,
                code: "disk_full",
            }
        } else {
            RecorderReport::Closed {
                recording,
                segments: 3,
                last_tag: vec![7; 16],
                duration_ms: 5_000,
                bytes: 40_000,
            }
        };
        agenda.put(now + Duration::from_millis(40), Act::Recorder(report));
    }
}

fn place(port: u16) -> usize {
    usize::from(port.saturating_sub(FIRST_PORT) / 2)
}
