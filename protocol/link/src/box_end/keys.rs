//! Offers of keys: an own cursor that the cloud keeps, counted anew in each epoch; the content is opaque.
use super::{
    BoxEnd, BoxOutput, Phase,
    timing::{self, Timer},
};
use messages::{
    Now,
    journal::ChainHash,
    lane::{BATCH_KEYS_MAX, KeyAck, KeyBatch, KeyOffer, Lane, Welcome},
    wire,
};

#[derive(Debug, Default)]
pub(super) struct KeyFlow {
    /// `None` until the vault has said how many offers there are.
    head: Option<u64>,
    /// What the cloud keeps; `None` while it has not said, or while it takes none.
    kept: Option<u64>,
    /// The next batch starts the count from 1, whatever the cloud has.
    anew: bool,
    /// A read or a batch is out.
    busy: bool,
    /// Our offer of number `kept` has to be this one.
    check: Option<ChainHash>,
}

impl KeyFlow {
    pub(super) const fn stop(&mut self) {
        self.kept = None;
        self.busy = false;
    }
}

/// Where the cloud says that its keys stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyStand {
    pub(super) kept: Option<u64>,
    pub(super) last: Option<ChainHash>,
}

impl KeyStand {
    pub(super) const fn told(welcome: &Welcome) -> Self {
        Self {
            kept: welcome.keys,
            last: welcome.keys_last,
        }
    }
}

impl BoxEnd {
    /// The cloud has said where it stands. In a new epoch all offers are made again.
    pub(super) fn keys_from(&mut self, now: Now, stand: KeyStand) {
        self.keys.kept = stand.kept;
        self.keys.check = stand.last.filter(|_| stand.kept > Some(0));
        self.keys.busy = false;
        self.offer_keys(now);
    }

    pub(super) fn keys_grown(&mut self, now: Now, head: u64) {
        self.keys.head = Some(head);
        self.offer_keys(now);
    }

    fn offer_keys(&mut self, now: Now) {
        let (Some(kept), Some(head)) = (self.keys.kept, self.keys.head) else {
            return;
        };
        if self.keys.busy || !matches!(self.phase, Phase::Flowing(_)) {
            return;
        }
        if kept > head {
            return self.offer_anew(now);
        }
        let (after, count_max) = match self.keys.check {
            Some(_) => (kept - 1, 1),
            None => (kept, BATCH_KEYS_MAX),
        };
        if after >= head {
            return;
        }
        self.keys.busy = true;
        self.timers
            .set(Timer::KeysDue, now.mono + timing::KEYS_WAIT);
        self.outputs
            .push_back(BoxOutput::ReadKeys { after, count_max });
    }

    /// Our vault is older than what the cloud keeps of it: the numbers mean other offers.
    fn offer_anew(&mut self, now: Now) {
        self.keys.kept = Some(0);
        self.keys.check = None;
        self.keys.anew = true;
        self.keys.busy = false;
        self.offer_keys(now);
    }

    fn keys_checked(&mut self, now: Now, last: ChainHash, offers: &[KeyOffer]) {
        if offers.first().map(KeyOffer::fingerprint) == Some(last) {
            self.keys.check = None;
            self.keys.busy = false;
            self.offer_keys(now);
        } else {
            self.offer_anew(now);
        }
    }

    pub(super) fn keys_read(&mut self, now: Now, after: u64, offers: Vec<KeyOffer>) {
        if let Some(last) = self.keys.check
            && self.keys.kept == Some(after + 1)
        {
            return self.keys_checked(now, last, &offers);
        }
        if self.keys.kept != Some(after) || offers.is_empty() || self.is_offline() {
            return;
        }
        let batch = KeyBatch {
            epoch: self.cursor.epoch,
            first: after + 1,
            anew: self.keys.anew,
            offers,
        };
        self.timers
            .set(Timer::KeysDue, now.mono + timing::KEYS_WAIT);
        if let Ok(bytes) = wire::encode(&batch) {
            self.publish(Lane::KeysUp, bytes);
        }
    }

    pub(super) fn keys_acknowledged(&mut self, now: Now, ack: &KeyAck) {
        let head = self.keys.head.unwrap_or(0);
        let ours = ack.epoch == self.cursor.epoch && ack.upto <= head;
        if !ours || self.keys.kept.is_none() || self.keys.check.is_some() {
            return; // a late word only makes us offer again what is kept already
        }
        if self.keys.kept != Some(ack.upto) {
            self.keys.anew = false;
            self.outputs
                .push_back(BoxOutput::KeysKept { upto: ack.upto });
        }
        self.keys.kept = Some(ack.upto);
        self.keys.busy = false;
        self.timers.cancel(&Timer::KeysDue);
        self.offer_keys(now);
    }

    pub(super) fn keys_overdue(&mut self, now: Now) {
        self.keys.busy = false;
        self.offer_keys(now);
    }
}
