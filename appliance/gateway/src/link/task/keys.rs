//! Keys that headquarters may hold: how many offers there are, and what they are.
use super::{Pipes, Run, ask};
use crate::link::Journal;
use link::BoxInput;

/// What the machine was told of offers, and what it is told next.
#[derive(Debug, Default)]
pub(super) struct OfferCount {
    told: Option<u64>,
    /// So many offers stand; they wait until headquarters has this fact: the one that allows them is not behind it.
    waiting: Option<(u64, u64)>,
    /// Counted since.
    next: Option<(u64, u64)>,
}

impl<P: Pipes, J: Journal> Run<P, J> {
    /// Where there are more than before, or fewer: somebody was met or erased, the policy changed, the box was enrolled.
    pub(super) async fn count_offers(&mut self) {
        let counted = ask(self.journal(), |journal| {
            Ok((journal.key_offers()?, journal.head()?.0.seq))
        })
        .await;
        match counted {
            Ok((offers, _)) if self.offers.told == Some(offers) => {}
            Ok(counted) if self.offers.waiting.is_none() => self.offers.waiting = Some(counted),
            Ok(counted) => self.offers.next = Some(counted),
            Err(trouble) => tracing::warn!(code = trouble.code, "offers of keys not counted"),
        }
        self.offer_keys().await;
    }

    pub(super) async fn offer_keys(&mut self) {
        let applied = self.end.status().applied;
        let due = self.offers.waiting.take_if(|(_, seq)| *seq <= applied);
        if let Some((head, _)) = due {
            self.offers.told = Some(head);
            self.offers.waiting = self.offers.next.take();
            self.feed(BoxInput::KeysGrown { head }).await;
        }
    }

    pub(super) async fn read_keys(&mut self, after: u64, count_max: usize) {
        let read = ask(self.journal(), move |journal| {
            journal.read_keys(after, count_max)
        })
        .await;
        match read {
            Ok(offers) => self.handle(BoxInput::KeysRead { after, offers }),
            // Asked again soon.
            Err(trouble) => tracing::warn!(code = trouble.code, "offers of keys not read"),
        }
    }
}
