//! Batches of facts: applied, set aside or kept as bytes, and acknowledged when that is durable.
use super::{end_of, trouble};
use crate::mqtt::Outcome;
use hq_store::{FactBatch, Store, StoreError, Unfit};
use link::{Arrived, CloudEnd, Form, Judged};
use messages::lane::Lane;
use messages::{BoxId, UtcMs, journal::Head};

pub(super) fn facts(
    store: &dyn Store,
    box_id: &BoxId,
    bytes: &[u8],
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let record = store.box_record(box_id)?;
    let mut end = end_of(box_id, record.as_ref());
    match end.batch(bytes, now) {
        Judged::Apply { facts, head, form } => {
            let taken = Taken { facts, head, form };
            apply(store, box_id, &mut end, taken, now)
        }
        Judged::Skip { ack } => Ok(Outcome::committed_with(Lane::Ack, ack)),
        Judged::Refuse { why, reply } => {
            trouble(store, box_id, why.code(), now)?;
            Ok(Outcome::Refused {
                code: why.code(),
                replies: reply
                    .map(|(lane, bytes)| (lane, bytes.into()))
                    .into_iter()
                    .collect(),
            })
        }
    }
}

struct Taken {
    facts: Vec<Arrived>,
    head: Head,
    form: Form,
}

fn apply(
    store: &dyn Store,
    box_id: &BoxId,
    end: &mut CloudEnd,
    taken: Taken,
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    let batch = FactBatch {
        box_id: box_id.clone(),
        epoch: end.book().epoch,
        raw: match taken.form {
            Form::Read => None,
            Form::Raw { schema } => Some(schema),
        },
        before: end.book().applied,
        facts: taken.facts.into_iter().map(|fact| fact.bytes).collect(),
        after: taken.head,
        received: now,
    };
    let ingested = match store.ingest(&batch)? {
        Ok(ingested) => ingested,
        Err(unfit) => return moved_meanwhile(store, box_id, unfit, now),
    };
    metrics::counter!("zhunkehu_cloud_facts_total").increment(ingested.fresh.into());
    metrics::counter!("zhunkehu_cloud_facts_set_aside_total").increment(ingested.dead.into());
    match end.committed(ingested.applied, ingested.safe) {
        Ok(ack) => Ok(Outcome::committed_with(Lane::Ack, ack)),
        // It is durable; the next acknowledgement covers it.
        Err(bad) => {
            tracing::error!(%box_id, %bad, "an acknowledgement could not be written");
            Ok(Outcome::committed())
        }
    }
}

/// Two connections of one box wrote at a time: the box hears where the cursor stands.
fn moved_meanwhile(
    store: &dyn Store,
    box_id: &BoxId,
    unfit: Unfit,
    now: UtcMs,
) -> Result<Outcome, StoreError> {
    trouble(store, box_id, unfit.code(), now)?;
    let record = store.box_record(box_id)?;
    let ack = end_of(box_id, record.as_ref()).ack().unwrap_or_default();
    Ok(Outcome::Refused {
        code: unfit.code(),
        replies: vec![(Lane::Ack, ack.into())],
    })
}
