//! The store as the link reads it.
use crate::link::{Journal, JournalRead, JournalTrouble};
use branch_store::{LinkCursor, Store, StoreError};
use link::BoxCursor;
use messages::journal::Head;
use tokio::sync::watch;

pub(super) struct StoreJournal {
    store: Store,
    growth: watch::Receiver<u64>,
}

impl StoreJournal {
    pub(super) fn new(store: Store) -> Self {
        let (grown, growth) = watch::channel(store.head().seq);
        store.subscribe(Box::new(move |facts| {
            if let Some(last) = facts.last() {
                grown.send_replace(last.seq);
            }
        }));
        Self { store, growth }
    }
}

impl Journal for StoreJournal {
    fn head(&self) -> Result<(Head, u64), JournalTrouble> {
        Ok((self.store.head(), self.store.oldest().map_err(trouble)?))
    }

    fn cursor(&self) -> Result<BoxCursor, JournalTrouble> {
        let LinkCursor {
            epoch,
            applied,
            safe,
        } = self.store.link_cursor();
        Ok(BoxCursor {
            epoch,
            applied,
            safe,
        })
    }

    fn save_cursor(&self, cursor: BoxCursor) -> Result<(), JournalTrouble> {
        let BoxCursor {
            epoch,
            applied,
            safe,
        } = cursor;
        let put = self.store.put_link_cursor(LinkCursor {
            epoch,
            applied,
            safe,
        });
        put.map_err(|_full| JournalTrouble {
            code: "journal_behind",
        })
    }

    fn read(
        &self,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<JournalRead, JournalTrouble> {
        Ok(JournalRead {
            hash: self.store.hash_at(after).map_err(trouble)?,
            facts: self
                .store
                .facts_after(after, count_max, bytes_max)
                .map_err(trouble)?,
        })
    }

    fn marks(&self, seqs: &[u64]) -> Result<Vec<Head>, JournalTrouble> {
        let mut marks = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let hash = self.store.hash_at(*seq).map_err(trouble)?;
            marks.extend(hash.map(|hash| Head { seq: *seq, hash }));
        }
        Ok(marks)
    }

    fn growth(&self) -> watch::Receiver<u64> {
        self.growth.clone()
    }
}

fn trouble(error: StoreError) -> JournalTrouble {
    JournalTrouble { code: error.code() }
}
