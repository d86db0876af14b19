//! One task sends what is wanted: at once when something is new, and again every few seconds until the branch has it.
//! What each inbox lacks is for the link's machine to say; this is its shell.
use crate::api::HqState;
use crate::mqtt::MqttHandle;
use core::time::Duration;
use hq_store::{InboxState, Issued, Sign, Store, StoreError};
use link::{DirectiveSender, SenderInput, SenderOutput};
use messages::lane::Lane;
use messages::{BoxId, Moment, Now, UtcMs};
use portal::Problem;
use sansio::Machine as _;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

/// The task looks by itself this often; a command without a result is sent again.
const STEP: Duration = Duration::from_secs(5);
const COMMANDS_MAX: u32 = 16;

/// Rung when there may be something new to send.
#[derive(Clone, Debug, Default)]
pub(crate) struct WishBell(Arc<Bell>);

#[derive(Debug, Default)]
struct Bell {
    rung: Notify,
    /// Branches that said HELLO, and what their inboxes have.
    greeted: Mutex<BTreeMap<BoxId, u64>>,
}

impl WishBell {
    pub(crate) fn ring(&self) {
        self.0.rung.notify_one();
    }

    /// The store knows it already.
    pub(crate) fn greeted(&self, box_id: BoxId, upto: u64) {
        let greeted = &self.0.greeted;
        let mut greeted = greeted.lock().unwrap_or_else(PoisonError::into_inner);
        greeted.insert(box_id, upto);
    }

    fn take_greeted(&self) -> BTreeMap<BoxId, u64> {
        let greeted = &self.0.greeted;
        core::mem::take(&mut greeted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What there is for one branch.
struct ToSend {
    box_id: BoxId,
    /// Refusals of contact do not wait for their turn.
    urgent: Vec<Issued>,
    inbox: InboxState,
    commands: Vec<Vec<u8>>,
}

/// One branch that is connected.
#[derive(Default)]
struct Branch {
    directives: DirectiveSender,
    /// What it said in a HELLO that the machine has not heard yet.
    greeted: Option<u64>,
    /// The commands that were sent last, and when.
    commands: Option<(Vec<Vec<u8>>, Moment)>,
}

pub(crate) async fn keep_sending(state: HqState, mqtt: MqttHandle) {
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut branches: BTreeMap<BoxId, Branch> = BTreeMap::new();
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = state.wishes.0.rung.notified() => {}
            _ = steps.tick() => {}
        }
        for (box_id, upto) in state.wishes.take_greeted() {
            branches.entry(box_id).or_default().greeted = Some(upto);
        }
        let connected = mqtt.connected();
        branches.retain(|box_id, _| connected.contains(box_id));
        match gather(&state).await {
            Ok(all) => {
                for one in all {
                    let Some(branch) = branches.get_mut(&one.box_id) else {
                        continue; // it hears the rest when it comes
                    };
                    if let Err(problem) = serve(&state, &mqtt, branch, one).await {
                        tracing::warn!(code = %problem.code, "wishes wait");
                    }
                }
            }
            Err(problem) => tracing::warn!(code = %problem.code, "wishes wait"),
        }
    }
}

/// Writes down as directives what all are to have, and reads what is open.
async fn gather(state: &HqState) -> Result<Vec<ToSend>, Problem> {
    let (sign, now) = (state.sign.clone(), state.now());
    state
        .ask(move |store| {
            let inboxes = store.inboxes()?.into_iter();
            let both = store.boxes()?.into_iter().zip(inboxes);
            let all = both.filter(|(record, _)| record.epoch > 0);
            all.map(|(record, (_, inbox))| of_branch(store, record.id, inbox, &sign, now))
                .collect()
        })
        .await
}

fn of_branch(
    store: &dyn Store,
    box_id: BoxId,
    mut inbox: InboxState,
    sign: &Sign,
    now: UtcMs,
) -> Result<ToSend, StoreError> {
    let mut urgent = Vec::new();
    if inbox.waiting {
        urgent = store.dispatch(&box_id, now, sign)?;
        urgent.retain(|one| one.kind == "dnc_set");
        inbox = store.inbox(&box_id)?;
    }
    let open = store.open_commands(&box_id, now, COMMANDS_MAX)?;
    Ok(ToSend {
        box_id,
        urgent,
        inbox,
        commands: open.into_iter().map(|one| one.bytes).collect(),
    })
}

async fn serve(
    state: &HqState,
    mqtt: &MqttHandle,
    branch: &mut Branch,
    to_send: ToSend,
) -> Result<(), Problem> {
    let (now, box_id) = (state.clock.now(), &to_send.box_id);
    let publish = |lane, bytes: Vec<u8>| {
        if let Err(bad) = mqtt.publish_down(box_id, lane, bytes) {
            tracing::debug!(%box_id, %bad, "not sent now");
        }
    };
    for urgent in to_send.urgent {
        publish(Lane::UrgentDown, urgent.bytes);
    }
    let InboxState { newest, upto, .. } = to_send.inbox;
    if let Some(upto) = branch.greeted.take() {
        let head = newest;
        branch
            .directives
            .handle(now, SenderInput::Greeted { upto, head });
    }
    let sender = &mut branch.directives;
    sender.handle(now, SenderInput::Issued { head: newest });
    sender.handle(now, SenderInput::Acked { upto });
    sender.tick(now);
    while let Some(output) = sender.poll() {
        match output {
            SenderOutput::Read {
                after,
                count_max,
                bytes_max,
            } => {
                let directives = read(state, box_id, after, count_max, bytes_max).await?;
                sender.handle(now, SenderInput::Read { after, directives });
            }
            SenderOutput::Publish(batch) => publish(Lane::Directives, batch),
            // the acknowledgement is written down before it rings
            SenderOutput::Kept { .. } => {}
            SenderOutput::BoxIsAhead { upto } => pass_over(state, box_id, upto).await?,
        }
    }
    send_commands(branch, to_send.commands, now, publish);
    Ok(())
}

/// As many as one message holds.
async fn read(
    state: &HqState,
    box_id: &BoxId,
    after: u64,
    count_max: usize,
    bytes_max: usize,
) -> Result<Vec<Vec<u8>>, Problem> {
    let (box_id, most) = (box_id.clone(), u32::try_from(count_max).unwrap_or(u32::MAX));
    let behind = state
        .ask(move |store| store.directives_behind(&box_id, after, most))
        .await?;
    let mut bytes = 0;
    let fitting = behind.into_iter().take_while(|one| {
        let first = bytes == 0;
        bytes += one.bytes.len();
        first || bytes <= bytes_max
    });
    Ok(fitting.map(|one| one.bytes).collect())
}

/// This store was put back from a backup, and the branch has directives that it knows nothing of.
async fn pass_over(state: &HqState, box_id: &BoxId, upto: u64) -> Result<(), Problem> {
    tracing::warn!(%box_id, upto, "the branch has directives that a restore lost");
    let mut newest = 0;
    while newest < upto {
        let (id, sign, now) = (box_id.clone(), state.sign.clone(), state.now());
        let before = newest;
        newest = state
            .ask(move |store| store.pass_over(&id, upto, now, &sign))
            .await?;
        if newest <= before {
            return Ok(()); // what it says it has was not believed
        }
    }
    state.wishes.ring();
    Ok(())
}

/// At once what is new, the rest after a while.
fn send_commands(
    branch: &mut Branch,
    open: Vec<Vec<u8>>,
    now: Now,
    publish: impl Fn(Lane, Vec<u8>),
) {
    if let Some((sent, at)) = &branch.commands
        && *sent == open
        && now.mono < *at + STEP
    {
        return;
    }
    for command in &open {
        publish(Lane::Command, command.clone());
    }
    branch.commands = Some((open, now.mono));
}
