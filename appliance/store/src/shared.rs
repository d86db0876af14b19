//! What the writer tells everybody: the head, its health, who refuses contact, and the committed facts.
use crate::job::{CommittedFact, LinkCursor, Subscriber};
use crate::queue::Queue;
use crate::search::SearchIndex;
use messages::fact::Body;
use messages::journal::Head;
use seal::BlindIndex;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) search: RwLock<SearchIndex>,
    standing: Mutex<Standing>,
    dnc: RwLock<BTreeSet<BlindIndex>>,
    subscribers: Mutex<Vec<Subscriber>>,
    beats: AtomicU64,
}

/// What is true right behind the last commit.
#[derive(Clone, Copy, Debug)]
struct Standing {
    head: Head,
    cursor: LinkCursor,
    /// The code of what keeps the journal from being written.
    trouble: Option<&'static str>,
}

impl Shared {
    pub(crate) fn new(queue: Queue) -> Self {
        Self {
            queue,
            search: RwLock::default(),
            standing: Mutex::new(Standing {
                head: Head::EMPTY,
                cursor: LinkCursor::NEW,
                trouble: None,
            }),
            dnc: RwLock::default(),
            subscribers: Mutex::default(),
            beats: AtomicU64::new(0),
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.standing().head
    }

    pub(crate) fn cursor(&self) -> LinkCursor {
        self.standing().cursor
    }

    pub(crate) fn trouble(&self) -> Option<&'static str> {
        self.standing().trouble
    }

    /// A commit is durable.
    pub(crate) fn stands(&self, head: Head, cursor: LinkCursor) {
        let standing = Standing {
            head,
            cursor,
            trouble: None,
        };
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    pub(crate) fn troubled(&self, code: &'static str) {
        self.standing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .trouble = Some(code);
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

    pub(crate) fn load_refusals(&self, all: BTreeSet<BlindIndex>) {
        *self.dnc.write().unwrap_or_else(PoisonError::into_inner) = all;
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

    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
