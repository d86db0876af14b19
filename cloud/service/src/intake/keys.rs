//! Offers of keys: what a branch lets headquarters open. They lie in a file of their own, and so does their count.
use super::{end_of, refused, trouble};
use crate::mqtt::Outcome;
use hq_store::BoxRecord;
use hq_store::{KeyBook, KeyBookError, Offered, Store, StoreError};
use link::CloudEnd;
use link::{CloudBook, KeysJudged};
use messages::lane::{KeyOffer, Lane, OfferedKey};
use messages::{BoxId, UtcMs};
use seal::{BRANCH_TENANT, HqBoxKey};

/// The box's end with the count that lies beside the keys.
pub(super) fn end_with_keys(
    keys: &KeyBook,
    box_id: &BoxId,
    record: Option<&BoxRecord>,
) -> CloudEnd {
    let book = *end_of(box_id, record).book();
    let book = match keys.kept(box_id, book.epoch) {
        Ok((upto, last)) => CloudBook {
            keys: upto,
            keys_last: last,
            ..book
        },
        // offered again, which changes nothing
        Err(bad) => {
            tracing::warn!(%box_id, %bad, "the count of offered keys cannot be read");
            book
        }
    };
    CloudEnd::new(box_id.clone(), book)
}

/// Where the fact has not come yet that lets headquarters see anything, the offers come again behind it.
pub(super) fn offered(
    store: &dyn Store,
    keys: &KeyBook,
    between: &HqBoxKey,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let mut end = end_with_keys(keys, box_id, store.box_record(box_id)?.as_ref());
    let judged = match end.keys(bytes) {
        Ok(judged) => judged,
        Err(why) => return trouble(store, box_id, why.code(), now).map(|()| refused(why.code())),
    };
    let (offers, upto, last) = match judged {
        KeysJudged::Keep { offers, upto, last } => (offers, upto, last),
        KeysJudged::Tell { ack } => return Ok(Outcome::committed_with(Lane::KeyAck, ack)),
    };
    let opens = |offer: &KeyOffer| matches!(offer.key, OfferedKey::Wrapped(_));
    if offers.iter().any(opens) && !store.sees(box_id)? {
        tracing::debug!(%box_id, "keys came ahead of the policy that allows them");
        return Ok(Outcome::committed());
    }
    let offered = Offered {
        offers,
        epoch: end.book().epoch,
        upto,
        last,
    };
    let kept = match keys.take(box_id, BRANCH_TENANT, between, &offered) {
        Ok(kept) => kept,
        Err(bad) => return Ok(unavailable(box_id, &bad)),
    };
    tracing::debug!(%box_id, kept, upto, "keys of the branch");
    match end.keys_kept(upto, last) {
        Ok(ack) => Ok(Outcome::committed_with(Lane::KeyAck, ack)),
        Err(why) => Ok(refused(why.code())),
    }
}

fn unavailable(box_id: &BoxId, bad: &KeyBookError) -> Outcome {
    tracing::warn!(%box_id, %bad, "offered keys were not kept");
    Outcome::Unavailable { code: bad.code() }
}
