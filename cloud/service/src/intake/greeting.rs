//! HELLO, and the lost tail on its way back: what the line's book says, done and stored in one transaction.
use super::keys::end_with_keys;
use super::{end_of, refused, trouble};
use crate::mqtt::Outcome;
use crate::wishes::WishBell;
use hq_store::{Greeting, KeyBook, LineChange, LineMove, Store, StoreError};
use link::{Consequence, Greeted, Refused};
use messages::lane::{Lane, Verdict};
use messages::{BoxId, UtcMs, journal::Head};

pub(super) fn hello(
    store: &dyn Store,
    keys: &KeyBook,
    bell: &WishBell,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let record = store.box_record(box_id)?;
    let mut end = end_with_keys(keys, box_id, record.as_ref());
    // Where the line does not hold that place, nothing is known.
    let hash_at = |seq: u64| store.hash_at(box_id, seq).ok().flatten();
    let greeted = match end.hello(bytes, now, hash_at) {
        Ok(greeted) => greeted,
        Err(why) => return trouble(store, box_id, why.code(), now).map(|()| refused(why.code())),
    };
    store.greet(&greeting(box_id, &greeted, now))?;
    if let Some(upto) = greeted.hello.directives {
        store.note_inbox(box_id, upto, true)?;
        bell.greeted(box_id.clone(), upto);
    }
    let (verdict, head) = (greeted.verdict.code(), greeted.hello.head.seq);
    let (applied, epoch) = (greeted.book.applied.seq, greeted.book.epoch);
    if greeted.verdict == Verdict::Resume {
        tracing::info!(%box_id, head, applied, epoch, "greeted");
    } else {
        let consequence = greeted.consequence;
        tracing::warn!(%box_id, verdict, head, applied, epoch, ?consequence, "the box's journal does not go on from ours");
    }
    Ok(Outcome::committed_with(Lane::Welcome, greeted.welcome))
}

/// A verdict is shown as long as the box is not on its line again; one that was settled in this greeting stands among the breaks.
fn greeting(box_id: &BoxId, greeted: &Greeted, now: UtcMs) -> Greeting {
    let book = &greeted.book;
    let settled = match greeted.consequence {
        Consequence::TailAside { .. } | Consequence::Gap { .. } => true,
        Consequence::Nothing | Consequence::Quarantine => greeted.verdict == Verdict::Resume,
    };
    let code = if greeted.upgrade {
        Some("upgrade_wanted")
    } else {
        (!settled).then(|| greeted.verdict.code())
    };
    Greeting {
        box_id: box_id.clone(),
        boot: book.boot,
        boot_before: book.boot_before,
        version: greeted.hello.version.chars().take(64).collect(),
        head_seq: greeted.hello.head.seq,
        epoch: book.epoch,
        line: LineMove {
            epoch_from: book.epoch_from,
            suspected: book.suspected,
            quarantined: book.quarantined,
            change: change(greeted),
        },
        clock_offset_ms: greeted.clock_offset_ms,
        received: now,
        trouble: code,
    }
}

fn change(greeted: &Greeted) -> LineChange {
    match greeted.consequence {
        Consequence::Nothing => LineChange::GoesOn,
        Consequence::TailAside { at, upto, epoch } => LineChange::OldTail { at, upto, epoch },
        Consequence::Gap { first, .. } => LineChange::Gap {
            first,
            go_on: greeted.book.applied,
        },
        Consequence::Quarantine => LineChange::Copied,
    }
}

/// A restored box gets its lost facts back as they came.
pub(super) fn pull(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let end = end_of(box_id, store.box_record(box_id)?.as_ref());
    let pulled = match end.pull(bytes) {
        Ok(pulled) => pulled,
        Err(why) => return trouble(store, box_id, why.code(), now).map(|()| refused(why.code())),
    };
    let after = pulled.after;
    let ours = after == Head::EMPTY || store.hash_at(box_id, after.seq)? == Some(after.hash);
    let count_max = u32::try_from(pulled.count_max).unwrap_or(1);
    let line = store.line(box_id, after.seq, count_max)?.into_iter();
    let mut bytes = 0;
    let within = line.take_while(|fact| {
        let first = bytes == 0;
        bytes += fact.bytes.len();
        first || bytes <= pulled.bytes_max
    });
    let facts: Vec<Vec<u8>> = within.map(|fact| fact.bytes).collect();
    match end.tail(after, &facts) {
        Ok(tail) if ours => Ok(Outcome::committed_with(Lane::Tail, tail)),
        Ok(_) | Err(_) => {
            let code = Refused::Hash.code();
            trouble(store, box_id, code, now).map(|()| refused(code))
        }
    }
}
