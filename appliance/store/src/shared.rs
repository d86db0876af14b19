//! What the writer tells everybody: the head, its health, who refuses contact, and the committed facts.
use crate::faults::{DiskFaults, Trouble};
use crate::job::{CommittedFact, LinkCursor, Subscriber};
use crate::queue::Queue;
use crate::search::SearchIndex;
use messages::fact::Body;
use messages::journal::Head;
use messages::lane::DncChange;
use seal::BlindIndex;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) search: RwLock<SearchIndex>,
    standing: Mutex<Standing>,
    dnc: RwLock<BTreeSet<BlindIndex>>,
    /// By the tenant's index.
    tenant_dnc: RwLock<BTreeSet<BlindIndex>>,
    subscribers: Mutex<Vec<Subscriber>>,
    beats: AtomicU64,
    disk: Mutex<(Trouble, DiskFaults)>,
    /// Somebody wants the logs emptied.
    pub(crate) wants_room: AtomicBool,
}

/// What is true right behind the last commit.
#[derive(Clone, Copy, Debug)]
struct Standing {
    head: Head,
    cursor: LinkCursor,
}

impl Shared {
    pub(crate) fn new(queue: Queue) -> Self {
        Self {
            queue,
            search: RwLock::default(),
            standing: Mutex::new(Standing {
                head: Head::EMPTY,
                cursor: LinkCursor::NEW,
            }),
            dnc: RwLock::default(),
            tenant_dnc: RwLock::default(),
            subscribers: Mutex::default(),
            beats: AtomicU64::new(0),
            disk: Mutex::default(),
            wants_room: AtomicBool::new(false),
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.standing().head
    }

    pub(crate) fn cursor(&self) -> LinkCursor {
        self.standing().cursor
    }

    pub(crate) fn trouble(&self) -> Trouble {
        self.disk().0
    }

    pub(crate) fn disk_faults(&self) -> DiskFaults {
        self.disk().1
    }

    /// A commit is durable.
    pub(crate) fn stands(&self, head: Head, cursor: LinkCursor) {
        self.disk().0.journal = None;
        let standing = Standing { head, cursor };
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    /// The journal could not be written, or not be opened for that.
    pub(crate) fn not_written(&self, code: &'static str) {
        let mut disk = self.disk();
        disk.0.journal = Some(code);
        disk.1.commits_failed += 1;
    }

    pub(crate) fn reopened(&self) {
        self.disk().1.reopened += 1;
    }

    pub(crate) fn checkpointed(&self, done: Result<(), &'static str>) {
        let mut disk = self.disk();
        disk.0.checkpoint = done.err();
        disk.1.checkpoints_failed += u64::from(done.is_err());
    }

    /// The writer lives, whatever its disk does.
    pub(crate) fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    pub(crate) fn refuses_contact(&self, index: BlindIndex) -> bool {
        let dnc = self.dnc.read().unwrap_or_else(PoisonError::into_inner);
        dnc.contains(&index)
    }

    pub(crate) fn refusals(&self) -> Vec<BlindIndex> {
        let dnc = self.dnc.read().unwrap_or_else(PoisonError::into_inner);
        dnc.iter().copied().collect()
    }

    pub(crate) fn tenant_refuses(&self, index: BlindIndex) -> bool {
        let dnc = self.tenant_dnc.read();
        dnc.unwrap_or_else(PoisonError::into_inner).contains(&index)
    }

    pub(crate) fn tenant_refusals(&self) -> Vec<BlindIndex> {
        let dnc = self.tenant_dnc.read();
        let dnc = dnc.unwrap_or_else(PoisonError::into_inner);
        dnc.iter().copied().collect()
    }

    pub(crate) fn load_refusals(&self, own: BTreeSet<BlindIndex>, tenant: BTreeSet<BlindIndex>) {
        *self.dnc.write().unwrap_or_else(PoisonError::into_inner) = own;
        let all = self.tenant_dnc.write();
        *all.unwrap_or_else(PoisonError::into_inner) = tenant;
    }

    pub(crate) fn subscribe(&self, subscriber: Subscriber) {
        self.subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(subscriber);
    }

    pub(crate) fn announce(&self, facts: &[CommittedFact]) {
        for fact in facts {
            self.follow(&fact.fact.body);
        }
        let subscribers = self
            .subscribers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for subscriber in subscribers.iter() {
            subscriber(facts);
        }
    }

    #[allow(clippy::wildcard_enum_match_arm)] // only refusals of contact are kept here
    fn follow(&self, body: &Body) {
        let (index, refused) = match body {
            Body::DncAdded(fact) => (&fact.index, true),
            Body::DncLifted(fact) => (&fact.index, false),
            Body::TenantDncChanged(fact) => return self.follow_tenant(&fact.changes),
            _ => return,
        };
        let Some(index) = BlindIndex::from_slice(index) else {
            return;
        };
        let mut dnc = self.dnc.write().unwrap_or_else(PoisonError::into_inner);
        if refused {
            dnc.insert(index);
        } else {
            dnc.remove(&index);
        }
    }

    fn follow_tenant(&self, changes: &[DncChange]) {
        let dnc = self.tenant_dnc.write();
        let mut dnc = dnc.unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            let Some(index) = BlindIndex::from_slice(&change.index) else {
                continue;
            };
            if change.refused {
                dnc.insert(index);
            } else {
                dnc.remove(&index);
            }
        }
    }

    fn disk(&self) -> MutexGuard<'_, (Trouble, DiskFaults)> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
