//! One task sends what is wanted: at once when something is new, and again every few seconds until the inbox has it.
use crate::api::HqState;
use crate::mqtt::MqttHandle;
use core::time::Duration;
use hq_store::{BoxRecord, InboxState, Issued, Store, StoreError};
use messages::lane::{BATCH_DIRECTIVES_BYTES_MAX, BATCH_DIRECTIVES_MAX, DirectiveBatch, Lane};
use messages::{BoxId, UtcMs, wire};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};

/// What was sent and not acknowledged is sent again after this.
const AGAIN: Duration = Duration::from_secs(5);
const COMMANDS_MAX: u32 = 16;

/// Rung when there may be something new to send.
#[derive(Clone, Debug, Default)]
pub(crate) struct WishBell(Arc<Notify>);

impl WishBell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// What there is for one branch.
struct ToSend {
    box_id: BoxId,
    /// Refusals of contact do not wait for their turn.
    urgent: Vec<Issued>,
    inbox: InboxState,
    behind: Vec<Issued>,
    commands: Vec<Vec<u8>>,
}

pub(crate) async fn keep_sending(state: HqState, mqtt: MqttHandle) {
    let mut steps = tokio::time::interval(AGAIN);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = BTreeMap::new();
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = state.wishes.0.notified() => {}
            _ = steps.tick() => {}
        }
        let (sign, now) = (state.sign.clone(), state.now());
        let gathered = state
            .ask(move |store| {
                let inboxes = store.inboxes()?.into_iter();
                let both = store.boxes()?.into_iter().zip(inboxes);
                let all = both.filter(|(one, _)| one.epoch > 0);
                all.map(|(one, (_, inbox))| gather(store, &one, inbox, &sign, now))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await;
        match gathered {
            Ok(all) => {
                for one in all {
                    send(&mqtt, &mut sent, &one);
                }
            }
            Err(problem) => tracing::warn!(code = %problem.code, "wishes wait"),
        }
    }
}

fn gather(
    store: &dyn Store,
    record: &BoxRecord,
    mut inbox: InboxState,
    sign: &hq_store::Sign,
    now: UtcMs,
) -> Result<ToSend, StoreError> {
    let mut fresh = Vec::new();
    if inbox.waiting {
        fresh = store.dispatch(&record.id, now, sign)?;
        inbox = store.inbox(&record.id)?;
    }
    let mut to_send = ToSend {
        box_id: record.id.clone(),
        urgent: fresh
            .into_iter()
            .filter(|one| one.kind == "dnc_set")
            .collect(),
        inbox,
        behind: Vec::new(),
        commands: Vec::new(),
    };
    if record.link_up {
        if inbox.newest > inbox.upto {
            let most = u32::try_from(BATCH_DIRECTIVES_MAX).unwrap_or(u32::MAX);
            to_send.behind = store.directives_behind(&record.id, inbox.upto, most)?;
        }
        let open = store.open_commands(&record.id, now, COMMANDS_MAX)?;
        to_send.commands = open.into_iter().map(|one| one.bytes).collect();
    }
    Ok(to_send)
}

/// What a branch was sent last: the same again waits a little.
type Mark = (u64, u64, usize);

fn send(mqtt: &MqttHandle, sent: &mut BTreeMap<BoxId, (Mark, Instant)>, one: &ToSend) {
    let publish = |lane, bytes: Vec<u8>| {
        if let Err(bad) = mqtt.publish_down(&one.box_id, lane, bytes) {
            tracing::debug!(box_id = %one.box_id, %bad, "not sent now");
        }
    };
    for urgent in &one.urgent {
        publish(Lane::UrgentDown, urgent.bytes.clone());
    }
    let now = Instant::now();
    let mark = (one.inbox.upto, one.inbox.newest, one.commands.len());
    let due = sent
        .get(&one.box_id)
        .is_none_or(|(before, at)| *before != mark || now - *at >= AGAIN);
    if !due {
        return;
    }
    if let Some(batch) = batch(&one.behind) {
        publish(Lane::Directives, batch);
    }
    for command in &one.commands {
        publish(Lane::Command, command.clone());
    }
    sent.insert(one.box_id.clone(), (mark, now));
}

/// As many as one message holds.
fn batch(behind: &[Issued]) -> Option<Vec<u8>> {
    let first = behind.first()?.seq;
    let mut bytes = 0;
    let fitting = behind
        .iter()
        .take_while(|one| {
            bytes += one.bytes.len();
            bytes <= BATCH_DIRECTIVES_BYTES_MAX
        })
        .count()
        .max(1);
    let directives = behind[..fitting]
        .iter()
        .map(|one| serde_bytes::ByteBuf::from(one.bytes.clone()))
        .collect();
    wire::encode(&DirectiveBatch { first, directives }).ok()
}
