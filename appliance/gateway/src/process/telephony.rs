//! SIP sockets, branch machine, media threads and recorder: started together, ended together.
use super::Ground;
use crate::drive::{self, Door};
use crate::hands::GatewayHands;
use crate::io::media::{MediaConfig, MediaPlane, Reports};
use crate::io::sip::{SipSockets, StreamLimits, Streams, UdpSockets};
use crate::ladder::Ladders;
use crate::provision::{self, Plugged, Provision};
use crate::recorder::{Recorder, RecorderConfig, RecorderThreads};
use crate::secrets::{self, OsSecrets};
use crate::self_test::Looped;
use anyhow::Context as _;
use branch::{Branch, Input, Seeds};
use media::MediaReport;
use messages::PartyNumber;
use std::sync::Arc;
use std::thread::JoinHandle;

pub(crate) struct Telephony {
    pub(crate) door: Door,
    pub(crate) sockets: SipSockets,
    pub(crate) provision: Provision,
    pub(crate) ladders: Ladders,
    pub(crate) looped: Looped,
    branch: JoinHandle<()>,
    media: MediaPlane,
    /// For orders to all recordings.
    pub(crate) recording: Recorder,
    recorder: RecorderThreads,
    reports: Reports,
    reporting: JoinHandle<()>,
}

pub(super) fn start(ground: &Ground) -> anyhow::Result<Telephony> {
    let config = &ground.config;
    let (door, threshold) = drive::door();
    let sockets = SipSockets {
        udp: UdpSockets::new(door.clone()),
        streams: Streams::new(door.clone(), StreamLimits::default()),
    };
    let to_branch = door.clone();
    let (reports, reporting) =
        Reports::start(move |report| tell_branch(&to_branch, report)).context("media reports")?;
    let clock = ground.clock.clone();
    let time: crate::io::media::TellTime = Arc::new(move || clock.now());
    let to_reports = reports.clone();
    let (recorder, recorder_threads) = Recorder::start(
        RecorderConfig::new(config.recordings_dir()),
        Arc::clone(&time),
        move |report| to_reports.push(MediaReport::Recorder(report)),
    )
    .context("the recorder")?;
    let media_config = MediaConfig {
        bind: config.media_bind(),
        port_first: config.media.port_first,
        port_pairs: config.media.port_count,
        threads: config.media.threads,
    };
    let media = MediaPlane::start(&media_config, time, Some(recorder.feed()), &reports)?;
    let (provision, plugged) = provisioning(ground, &sockets, &door);
    let (ladders, looped) = (Ladders::default(), Looped::default());
    let hands = GatewayHands {
        sockets: sockets.clone(),
        media: media.orders(),
        sound: media.counters(),
        recorder: recorder.clone(),
        store: ground.store.clone(),
        live: ground.live.clone(),
        door: door.clone(),
        clock: ground.clock.clone(),
        plugged,
        ladders: ladders.clone(),
        looped: looped.clone(),
        had_room: true,
    };
    let branch = drive::start(threshold, machine(ground), hands, ground.clock.clone())?;
    Ok(Telephony {
        door,
        sockets,
        provision,
        ladders,
        looped,
        branch,
        media,
        recording: recorder,
        recorder: recorder_threads,
        reports,
        reporting,
    })
}

fn provisioning(ground: &Ground, sockets: &SipSockets, door: &Door) -> (Provision, Plugged) {
    let (plugged, asked) = Plugged::channel();
    let provision = Provision::new(
        ground.store.clone(),
        ground.portal_clock.clone(),
        sockets.udp.clone(),
        ground.config.provisioning.clone(),
        ground.config.web.clone(),
    );
    provision::answer(&provision, asked, door, &ground.tasks);
    (provision, plugged)
}

fn machine(ground: &Ground) -> Branch {
    let store = ground.store.clone();
    // enrolment may bring that index's key at any time
    Branch::new(seeds(ground)).also_indexed_by(Box::new(move |number: &PartyNumber| {
        store.tenant_index(number).map(|index| *index.as_bytes())
    }))
}

fn seeds(ground: &Ground) -> Seeds {
    let blind = ground.store.blind_key();
    Seeds {
        id_prefix: secrets::random(),
        secrets: Box::new(OsSecrets),
        indexer: Box::new(move |number: &PartyNumber| *blind.index(number).as_bytes()),
        call_limits: calls::Limits::default(),
    }
}

fn tell_branch(door: &Door, report: MediaReport) {
    match report {
        // For the pages to come: nothing is decided by them.
        MediaReport::Stats { .. } | MediaReport::FirstPacket { .. } => {}
        MediaReport::Ports(_)
        | MediaReport::PortFree(_)
        | MediaReport::OneWay { .. }
        | MediaReport::Silent { .. }
        | MediaReport::Recorder(_) => door.put(Input::Media(report)),
    }
}

impl Telephony {
    /// Ends all calls, then the threads: each one only when nothing can come from the one before.
    pub(super) fn end(self) {
        let (told, over) = std::sync::mpsc::sync_channel(1);
        self.door.farewell(Box::new(move |result| {
            let _nobody_waits = told.send(result);
        }));
        let _ = over.recv();
        self.sockets.streams.close_all();
        let read = self.sockets.udp.close_all();
        drop(self.media);
        drop(self.recorder);
        self.reports.close();
        let reported = self.reporting.join();
        self.door.finish();
        let driven = self.branch.join();
        if !read || reported.is_err() || driven.is_err() {
            tracing::error!("a thread of telephony panicked");
        }
    }
}
