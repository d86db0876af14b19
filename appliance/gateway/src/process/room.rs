//! Keeps room on the disk: looks every second, gives things up in their order, takes them back when there is room again.
use super::Ground;
use super::ballast::{Ballast, Space};
use super::telephony::Telephony;
use crate::config::Config;
use crate::drive::Door;
use crate::recorder::Recorder;
use crate::web::DiskView;
use branch::{Input, RoomRule};
use branch_store::Store;
use core::time::Duration;
use messages::DiskStage;
use messages::fact::{Actor, DiskStageChanged, Fact};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks between two orders to empty the logs, while that is called for.
const LOOKS_BETWEEN_EMPTYINGS: u32 = 10;

/// The last look. Reading it never waits.
#[derive(Clone)]
pub(super) struct Room {
    view: Arc<Mutex<DiskView>>,
    /// As the branch machine was told.
    journal_has_room: Arc<AtomicBool>,
}

impl Room {
    pub(super) fn view(&self) -> DiskView {
        *self.lock()
    }

    /// May calls begin, as far as the branch machine knows?
    pub(super) fn journal_has_room(&self) -> bool {
        self.journal_has_room.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, DiskView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Before the store is opened: a start must not fail for room that only the ballast takes.
pub(super) fn free_if_short(config: &Config) -> io::Result<()> {
    if !config.data_dir.exists() {
        return Ok(());
    }
    let space = Space::of(&config.data_dir)?;
    if space.free_bytes < config.disk.quota_bytes() {
        Ballast::new(&config.data_dir, config.disk.ballast_mb, space).free()?;
    }
    Ok(())
}

pub(super) fn start(ground: &Ground, telephony: &Telephony) -> io::Result<Room> {
    let config = &ground.config;
    let quota_bytes = config.disk.quota_bytes();
    let space = Space::of(&config.data_dir)?;
    let ballast = Ballast::new(&config.data_dir, config.disk.ballast_mb, space);
    let view = DiskView {
        stage: DiskStage::Ample,
        free_bytes: space.free_bytes,
        ballast_bytes: ballast.held_bytes(),
        quota_bytes,
    };
    let room = Room {
        view: Arc::new(Mutex::new(view)),
        journal_has_room: Arc::new(AtomicBool::new(true)),
    };
    let mut keeper = Keeper {
        rule: RoomRule::new(ballast.bytes, quota_bytes),
        ballast,
        folder: config.data_dir.clone(),
        store: ground.store.clone(),
        door: telephony.door.clone(),
        recording: telephony.recording.clone(),
        clock: ground.clock.clone(),
        told: room.clone(),
        had_room: true,
        blocked: false,
        since_emptying: 0,
    };
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("room", async move {
        let mut beat = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            // The disk may block: not on a task's own thread.
            let looked = tokio::task::spawn_blocking(move || {
                keeper.look();
                keeper
            });
            let Ok(again) = looked.await else { return };
            keeper = again;
        }
    });
    Ok(room)
}

struct Keeper {
    rule: RoomRule,
    ballast: Ballast,
    folder: PathBuf,
    store: Store,
    door: Door,
    recording: Recorder,
    clock: crate::clock::Clock,
    told: Room,
    /// Had the journal room for new calls at the last look?
    had_room: bool,
    /// The ballast could not be made or removed, and that was said.
    blocked: bool,
    since_emptying: u32,
}

impl Keeper {
    fn look(&mut self) {
        self.look_at_journal();
        let space = match Space::of(&self.folder) {
            Ok(space) => space,
            Err(error) => return tracing::warn!(%error, "the disk cannot be looked at"),
        };
        let room = space.free_bytes.saturating_add(self.ballast.held_bytes());
        if let Some(stage) = self.rule.look(room) {
            self.enter(stage, space.free_bytes);
        }
        self.keep_ballast();
        self.empty_logs();
        *self.told.lock() = DiskView {
            stage: self.rule.stage(),
            free_bytes: space.free_bytes,
            ballast_bytes: self.ballast.held_bytes(),
            ..self.told.view()
        };
        metrics::gauge!("zhunkehu_disk_free_bytes").set(precise(space.free_bytes));
        metrics::gauge!("zhunkehu_disk_stage").set(f64::from(number(self.rule.stage())));
    }

    /// New calls wait while the journal cannot be written or is behind, also when no fact comes that would tell.
    fn look_at_journal(&mut self) {
        let has_room = self.store.has_room_for_new_call();
        if has_room != self.had_room {
            self.had_room = has_room;
            self.door.put(Input::JournalRoom(has_room));
            self.told
                .journal_has_room
                .store(has_room, Ordering::Relaxed);
        }
        let faults = self.store.disk_faults();
        metrics::counter!("zhunkehu_journal_commits_failed_total").absolute(faults.commits_failed);
        metrics::counter!("zhunkehu_journal_reopened_total").absolute(faults.reopened);
        metrics::counter!("zhunkehu_journal_checkpoints_failed_total")
            .absolute(faults.checkpoints_failed);
    }

    fn enter(&mut self, stage: DiskStage, free_bytes: u64) {
        let code = stage.code();
        tracing::warn!(stage = code, free_bytes, "the room on the disk has changed");
        self.door.put(Input::DiskStage(stage));
        if !stage.takes_calls() {
            self.recording.give_up();
        }
        let now = self.clock.now();
        let body = DiskStageChanged { stage, free_bytes };
        let fact = Fact::new(now.utc, now.utc_trusted, Actor::System, body);
        if self.store.append_admitted(vec![fact]).is_err() {
            tracing::warn!(stage = code, "the journal has no room to say so");
        }
        self.since_emptying = LOOKS_BETWEEN_EMPTYINGS;
    }

    fn keep_ballast(&mut self) {
        let done = match self.rule.stage() {
            DiskStage::Ample if self.ballast.is_whole() => Ok(()),
            DiskStage::Ample => self.ballast.make(),
            DiskStage::BallastFreed
            | DiskStage::Lean
            | DiskStage::NoRecordings
            | DiskStage::NoCalls => self.ballast.free(),
        };
        match done {
            Ok(()) => self.blocked = false,
            Err(error) if !self.blocked => {
                self.blocked = true;
                tracing::warn!(%error, "the ballast can be neither made nor removed");
            }
            Err(_said_before) => {}
        }
    }

    fn empty_logs(&mut self) {
        if self.rule.stage() < DiskStage::Lean {
            return;
        }
        self.since_emptying += 1;
        if self.since_emptying > LOOKS_BETWEEN_EMPTYINGS {
            self.since_emptying = 0;
            self.store.make_room();
        }
    }
}

const fn number(stage: DiskStage) -> u32 {
    match stage {
        DiskStage::Ample => 0,
        DiskStage::BallastFreed => 1,
        DiskStage::Lean => 2,
        DiskStage::NoRecordings => 3,
        DiskStage::NoCalls => 4,
    }
}

#[allow(clippy::cast_precision_loss)] // a disk of 2^52 bytes is beyond any branch
const fn precise(bytes: u64) -> f64 {
    bytes as f64
}
