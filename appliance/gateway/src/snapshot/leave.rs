//! The task that leaves snapshots: one a day, and one soon behind every change of the vault, because what was left before opens
//! no more. What it makes lies beside the data until headquarters has it, so that an interrupted way goes on where it was.
use super::call::Line;
use super::error::at;
use super::{SnapshotError, place};
use crate::enroll::BoxPaths;
use crate::secrets::OsSecrets;
use branch_store::{CommittedFact, SoftKeys, Store, StoreError, escrow_keys};
use core::time::Duration;
use identity::whole_file;
use messages::fact::Body;
use messages::snapshot::{
    OFFER_PATH, PIECE_BYTES_MAX, PIECE_PATH, Snapshot, SnapshotKind, SnapshotPart, SnapshotPiece,
    SnapshotRefused, SnapshotStands, SnapshotTerms, TERMS_PATH,
};
use messages::{BoxId, UtcMs, wire};
use portal::Clock;
use seal::RecoveryPublic;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Persons who were met since are known to the next snapshot of the vault, which comes this soon.
const VAULT_EVERY: Duration = Duration::from_mins(5);
const DAY_MS: i64 = 86_400_000;
const OFFER: &str = "offer.cbor";

/// How it stands, for the page. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct SnapshotState(Arc<Mutex<Seen>>);

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    newest: Option<(UtcMs, u64)>,
    trouble: Option<&'static str>,
}

impl SnapshotState {
    /// When the last whole one was made, and its bytes.
    #[must_use]
    pub fn newest(&self) -> Option<(UtcMs, u64)> {
        self.seen(|seen| seen.newest)
    }

    /// Why there is no newer one.
    #[must_use]
    pub fn trouble(&self) -> Option<&'static str> {
        self.seen(|seen| seen.trouble)
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the task works with.
#[derive(Clone)]
pub struct Leaving {
    pub store: Store,
    pub box_id: BoxId,
    pub keys_dir: PathBuf,
    /// Beside the data, for what is on its way.
    pub folder: PathBuf,
    pub recordings: PathBuf,
    /// Of the identity.
    pub identity: PathBuf,
    pub broker: Option<String>,
    pub clock: Clock,
    pub state: SnapshotState,
}

/// Does the vault hold more than what was left?
struct Growth {
    met: Arc<AtomicBool>,
    left: Option<Instant>,
}

impl Growth {
    fn of(store: &Store) -> Self {
        let met = Arc::new(AtomicBool::new(true));
        let seen = Arc::clone(&met);
        store.subscribe(Box::new(move |facts| {
            let is = |fact: &CommittedFact| matches!(fact.fact.body, Body::PartyMet(_));
            if facts.iter().any(is) {
                seen.store(true, Ordering::Relaxed);
            }
        }));
        Self { met, left: None }
    }

    fn is_due(&self) -> bool {
        let rested = self.left.is_none_or(|left| left.elapsed() >= VAULT_EVERY);
        rested && self.met.load(Ordering::Relaxed)
    }
}

impl Leaving {
    pub async fn run(self, stop: CancellationToken) {
        let mut growth = Growth::of(&self.store);
        let mut beat = tokio::time::interval(LOOK_EVERY);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            if !BoxPaths::within(&self.identity).identity.exists() {
                continue;
            }
            let looked = tokio::select! {
                () = stop.cancelled() => return,
                looked = self.look(&mut growth) => looked,
            };
            let trouble = looked.err();
            if let Some(bad) = &trouble {
                tracing::debug!(code = bad.code(), "no snapshot was left: {bad}");
            }
            let code = trouble.as_ref().map(SnapshotError::code);
            let before = self
                .state
                .seen(|seen| core::mem::replace(&mut seen.trouble, code));
            match &trouble {
                // a headquarters that wants none
                Some(SnapshotError::NoRecoveryKey) | None => {}
                Some(bad) if before != code => {
                    tracing::warn!(code = bad.code(), "no snapshot is left with headquarters");
                }
                Some(_known) => {}
            }
        }
    }

    async fn look(&self, growth: &mut Growth) -> Result<(), SnapshotError> {
        let line = Line::open(&self.identity, self.broker.as_deref())?;
        let terms: SnapshotTerms = line.ask(TERMS_PATH, &()).await?;
        let newest = terms.newest.as_ref().map(|one| (one.made, one.bytes()));
        self.state.seen(|seen| seen.newest = newest);
        let public = self.believed(terms.recovery_key.as_deref())?;
        let generation = self.generation()?;
        let now = self.clock.now().utc;
        let due = terms.newest.as_ref().is_none_or(|newest| {
            newest.generation != generation || newest.made.0.saturating_add(DAY_MS) <= now.0
        }) || growth.is_due();
        if !due {
            return Ok(());
        }
        let grown = growth.met.swap(false, Ordering::Relaxed);
        let left = self.leave(&line, public, terms, generation, now).await;
        match &left {
            Ok(()) => growth.left = Some(Instant::now()),
            Err(_) if grown => growth.met.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        left
    }

    async fn leave(
        &self,
        line: &Line,
        public: RecoveryPublic,
        terms: SnapshotTerms,
        generation: u32,
        now: UtcMs,
    ) -> Result<(), SnapshotError> {
        let snapshot = match self.under_way(generation, now)? {
            Some(snapshot) => snapshot,
            None => self.make(public, terms.newest).await?,
        };
        self.send(line, &snapshot).await?;
        self.state
            .seen(|seen| seen.newest = Some((snapshot.made, snapshot.bytes())));
        tracing::info!(
            bytes = snapshot.bytes(),
            head = snapshot.head,
            "a snapshot was left"
        );
        fs::remove_dir_all(&self.folder).map_err(at(&self.folder))
    }

    /// The recovery key of the enrolment; where there was none, the first one that is shown is kept.
    fn believed(&self, told: Option<&[u8]>) -> Result<RecoveryPublic, SnapshotError> {
        let told = told
            .and_then(|told| RecoveryPublic::from_bytes(told.try_into().ok()?))
            .ok_or(SnapshotError::NoRecoveryKey)?;
        let path = BoxPaths::within(&self.identity).recovery_key;
        match fs::read(&path) {
            Ok(kept) if kept == told.as_bytes() => Ok(told),
            Ok(_other) => Err(SnapshotError::OtherRecoveryKey),
            Err(bad) if bad.kind() == io::ErrorKind::NotFound => {
                whole_file::write(&path, told.as_bytes(), whole_file::PUBLIC)
                    .map_err(crate::enroll::EnrollError::from)?;
                tracing::info!(
                    fingerprint = told.fingerprint(),
                    "headquarters' recovery key"
                );
                Ok(told)
            }
            Err(bad) => Err(at(&path)(bad)),
        }
    }

    fn keys(&self) -> Result<SoftKeys, SnapshotError> {
        let keys = SoftKeys::open(self.keys_dir.clone()).map_err(StoreError::from)?;
        Ok(keys)
    }

    fn generation(&self) -> Result<u32, SnapshotError> {
        Ok(escrow_keys(&self.keys()?)?.generation)
    }

    /// One that a stopped process left behind, if it is still of use.
    fn under_way(&self, generation: u32, now: UtcMs) -> Result<Option<Snapshot>, SnapshotError> {
        let path = self.folder.join(OFFER);
        let bytes = match fs::read(&path) {
            Err(bad) if bad.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(at(&path))?,
        };
        let snapshot: Option<Snapshot> = wire::decode(&bytes).ok();
        Ok(snapshot.filter(|one| {
            one.generation == generation && one.made.0.saturating_add(DAY_MS) > now.0
        }))
    }

    async fn make(
        &self,
        public: RecoveryPublic,
        newest: Option<Snapshot>,
    ) -> Result<Snapshot, SnapshotError> {
        let this = self.clone();
        let made = tokio::task::spawn_blocking(move || this.make_now(public, newest)).await;
        made.unwrap_or(Err(SnapshotError::BadAnswer))
    }

    /// Behind a change of the vault the data that headquarters has are good enough for a day.
    fn make_now(
        &self,
        public: RecoveryPublic,
        newest: Option<Snapshot>,
    ) -> Result<Snapshot, SnapshotError> {
        match fs::remove_dir_all(&self.folder) {
            Err(bad) if bad.kind() != io::ErrorKind::NotFound => return Err(at(&self.folder)(bad)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let now = self.clock.now().utc;
        let (vault, data) = (self.folder.join("vault"), self.folder.join("data"));
        let made = self.store.backup_vault(&vault, &mut OsSecrets)?;
        let keys = escrow_keys(&self.keys()?)?;
        let sealed = public
            .seal(&place(&self.box_id), &keys.bytes, &mut OsSecrets)
            .map_err(|_bad| SnapshotError::BadRecoveryKey)?;
        let path = self.folder.join("keys");
        fs::write(&path, &sealed).map_err(at(&path))?;
        let fresh = newest.filter(|one| one.made.0.saturating_add(DAY_MS) > now.0);
        let (head, data) = match fresh.as_ref().and_then(|one| one.part(SnapshotKind::Data)) {
            Some(part) => (fresh.as_ref().map_or(0, |one| one.head), part.clone()),
            None => {
                let made = self.store.backup(&data, &self.recordings, &mut OsSecrets)?;
                (made.manifest.head.seq, measured(SnapshotKind::Data, &data)?)
            }
        };
        let snapshot = Snapshot {
            // data that are taken over stay as old as they are
            made: fresh.map_or(made.manifest.made, |one| one.made),
            head,
            generation: keys.generation,
            parts: vec![
                measured(SnapshotKind::Keys, &path)?,
                measured(SnapshotKind::Vault, &vault)?,
                data,
            ],
        };
        let offer = self.folder.join(OFFER);
        let bytes = wire::encode(&snapshot).map_err(|_bad| SnapshotError::BadAnswer)?;
        fs::write(&offer, bytes).map_err(at(&offer))?;
        Ok(snapshot)
    }

    async fn send(&self, line: &Line, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let mut stands: SnapshotStands = line.ask(OFFER_PATH, snapshot).await?;
        while !stands.whole {
            let next = snapshot.parts.iter().zip(&stands.have);
            let next = next.into_iter().find(|(part, have)| **have < part.bytes);
            let Some((part, have)) = next else {
                return Err(SnapshotError::Refused(SnapshotRefused::Damaged));
            };
            let piece = SnapshotPiece {
                sha256: part.sha256,
                offset: *have,
                bytes: piece(&self.folder.join(name(part.kind)), *have)?,
            };
            stands = line.ask(PIECE_PATH, &piece).await?;
        }
        Ok(())
    }
}

const fn name(kind: SnapshotKind) -> &'static str {
    match kind {
        SnapshotKind::Keys => "keys",
        SnapshotKind::Vault => "vault",
        SnapshotKind::Data => "data",
    }
}

fn piece(path: &Path, offset: u64) -> Result<Vec<u8>, SnapshotError> {
    let mut bytes = Vec::new();
    let read = (|| {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.take(PIECE_BYTES_MAX as u64).read_to_end(&mut bytes)
    })();
    read.map_err(at(path))?;
    Ok(bytes)
}

fn measured(kind: SnapshotKind, path: &Path) -> Result<SnapshotPart, SnapshotError> {
    let (bytes, sha256) = whole_file::measure(path).map_err(at(path))?;
    Ok(SnapshotPart {
        kind,
        bytes,
        sha256,
    })
}
