//! Keys that headquarters may hold: how many offers there are, and what they are.
use super::{Pipes, Run, ask};
use crate::link::Journal;
use link::BoxInput;

impl<P: Pipes, J: Journal> Run<P, J> {
    /// Told where there are more than before, or fewer: the box was enrolled, or the policy shows something.
    pub(super) async fn offer_keys(&mut self) {
        match ask(self.journal(), |journal| journal.key_offers()).await {
            Ok(head) if self.keys_told != Some(head) => {
                self.keys_told = Some(head);
                self.feed(BoxInput::KeysGrown { head }).await;
            }
            Ok(_) => {}
            Err(trouble) => tracing::warn!(code = trouble.code, "offers of keys not counted"),
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
