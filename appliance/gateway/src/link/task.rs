//! The task around the link's machine: connects, feeds it, does what it says, and tells how it stands.
mod keys;
mod orders;

use super::{
    back_off::BackOff,
    journal::{Journal, JournalTrouble},
    pipe::{Pipe, PipeEvent, Pipes},
    rumqtt::MqttPipes,
    setup::{CannotStart, LinkConfig, LinkHandle, LinkSetup, SyncHealth},
};
use core::time::Duration;
use keys::OfferCount;
use link::{BoxConfig, BoxCursor, BoxEnd, BoxInput, BoxOutput, LinkPhase};
use messages::{Moment, Now, UtcMs, fact::SealedFact, lane::SCHEMA};
use portal::Tasks;
use sansio::Machine as _;
use std::sync::Arc;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

/// How often the page's figures are looked at again.
const BEAT: Duration = Duration::from_secs(1);

pub struct LinkTask;

impl LinkTask {
    /// Reads the cursor (blocking), then runs until `tasks` are told to stop.
    pub fn start<J: Journal>(
        config: LinkConfig,
        setup: LinkSetup<J>,
        tasks: &Tasks,
    ) -> Result<LinkHandle, CannotStart> {
        let pipes = MqttPipes::new(&config, tasks.clone());
        Self::start_over(pipes, config, setup, tasks)
    }

    pub(super) fn start_over<P: Pipes, J: Journal>(
        pipes: P,
        config: LinkConfig,
        setup: LinkSetup<J>,
        tasks: &Tasks,
    ) -> Result<LinkHandle, CannotStart> {
        let (head, oldest) = setup.journal.head()?;
        let box_config = BoxConfig {
            box_id: config.box_id,
            boot: config.boot,
            version: config.version,
            schema: SCHEMA,
            trust: config.trust,
            directives: setup.journal.directives()?,
        };
        let cursor = setup.journal.cursor()?;
        let end = BoxEnd::new(box_config, cursor, head, oldest, setup.clock.now());
        let (health_tx, health) = watch::channel(SyncHealth {
            link: end.status(),
            oldest_unacked_age_ms: None,
        });
        let run = Run {
            growth: setup.journal.growth(),
            setup,
            end,
            pipes,
            pipe: None,
            dial_at: Instant::now(),
            back_off: BackOff::new(config.seed),
            metrics_every: config.metrics_every,
            metrics_at: Instant::now(),
            oldest_unacked: None,
            offers: OfferCount::default(),
            health: health_tx,
        };
        tasks.spawn("link", run.until(tasks.stop_token()));
        Ok(LinkHandle { health })
    }
}

struct Run<P: Pipes, J> {
    setup: LinkSetup<J>,
    growth: watch::Receiver<u64>,
    end: BoxEnd,
    pipes: P,
    pipe: Option<P::Pipe>,
    /// When the next pipe is opened, while there is none.
    dial_at: Instant,
    back_off: BackOff,
    metrics_every: Duration,
    metrics_at: Instant,
    /// Seq and time of the oldest fact that the cloud has not.
    oldest_unacked: Option<(u64, UtcMs)>,
    offers: OfferCount,
    health: watch::Sender<SyncHealth>,
}

enum Event {
    Stop,
    Dial,
    Pipe(PipeEvent),
    Deadline,
    Grown,
    Beat,
}

impl<P: Pipes, J: Journal> Run<P, J> {
    async fn until(mut self, stop: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let deadline = self.deadline();
            let grown = self.growth.has_changed().is_ok();
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => Event::Stop,
                event = next_event(&mut self.pipe) => Event::Pipe(event),
                () = tokio::time::sleep_until(self.dial_at), if self.pipe.is_none() => Event::Dial,
                () = tokio::time::sleep_until(deadline) => Event::Deadline,
                Ok(()) = self.growth.changed(), if grown => Event::Grown,
                _ = beat.tick() => Event::Beat,
            };
            match event {
                Event::Stop => return,
                Event::Dial => {
                    if let Some(trust) = self.pipes.believed() {
                        self.end.believe(trust);
                    }
                    self.setup.journal.give_keys(self.pipes.given());
                    self.pipe = Some(self.pipes.open());
                }
                Event::Pipe(event) => self.pipe_event(event).await,
                Event::Deadline => {
                    self.end.tick(self.setup.clock.now());
                    self.drain().await;
                }
                Event::Grown => self.grown().await,
                Event::Beat => self.beat().await,
            }
        }
    }

    fn journal(&self) -> Arc<J> {
        self.setup.journal.clone()
    }

    /// The machine's next deadline on the runtime's clock.
    fn deadline(&self) -> Instant {
        let now = self.setup.clock.now().mono;
        let wait = self
            .end
            .deadline()
            .map_or(Duration::from_secs(3600), |at: Moment| at.since(now));
        Instant::now() + wait
    }

    async fn feed(&mut self, input: BoxInput) {
        let now = self.setup.clock.now();
        self.end.handle(now, input);
        self.drain().await;
    }

    async fn pipe_event(&mut self, event: PipeEvent) {
        match event {
            PipeEvent::Up => {
                self.feed(BoxInput::Connected).await;
                self.count_offers().await;
            }
            PipeEvent::Received { lane, bytes } => {
                self.feed(BoxInput::Received { lane, bytes }).await;
                self.offer_keys().await;
            }
            PipeEvent::Down { code } => self.lose_pipe(code).await,
        }
    }

    async fn lose_pipe(&mut self, code: &'static str) {
        self.pipe = None;
        if self.end.status().phase == LinkPhase::Flowing {
            self.back_off.succeeded();
        }
        let wait = self.back_off.next_wait();
        self.dial_at = Instant::now() + wait;
        tracing::info!(code, wait_ms = wait.as_millis(), "link down");
        self.feed(BoxInput::Disconnected { code }).await;
    }

    async fn grown(&mut self) {
        self.growth.mark_unchanged();
        match ask(self.journal(), |journal| journal.head()).await {
            Ok((head, oldest)) => {
                self.feed(BoxInput::JournalHead { head, oldest }).await;
                self.say_urgent().await;
                self.count_offers().await;
            }
            Err(trouble) => tracing::warn!(code = trouble.code, "journal head not read"),
        }
    }

    async fn beat(&mut self) {
        if self.end.status().phase.is_connected() && Instant::now() >= self.metrics_at {
            self.metrics_at = Instant::now() + self.metrics_every;
            let metrics = (self.setup.metrics)();
            self.feed(BoxInput::MetricsReady(metrics)).await;
        }
        if let Err(trouble) = ask(self.journal(), |journal| journal.beat()).await {
            tracing::debug!(code = trouble.code, "a beat was missed");
        }
        self.look_at_oldest().await;
        self.tell();
    }

    /// Does what the machine says until it says nothing more. What is read is fed back at once.
    async fn drain(&mut self) {
        while let Some(output) = self.end.poll() {
            match output {
                BoxOutput::Publish { lane, bytes } => {
                    let sent = self.pipe.as_mut().map(|pipe| pipe.send(lane, bytes));
                    if !matches!(sent, Some(Ok(()))) {
                        tracing::debug!(lane = lane.name(), "message dropped: no room on the way");
                    }
                }
                BoxOutput::ReadFacts {
                    after,
                    count_max,
                    bytes_max,
                } => self.read(after, count_max, bytes_max).await,
                BoxOutput::ReadMarks(seqs) => self.read_marks(seqs).await,
                BoxOutput::SaveCursor(cursor) => self.save_cursor(cursor).await,
                BoxOutput::AppendTail(facts) => self.append_tail(facts).await,
                BoxOutput::TailComplete { from, upto, epoch } => {
                    self.tail_complete(from, upto, epoch).await;
                }
                BoxOutput::Directive { directive, bytes } => {
                    self.directive(directive, bytes).await;
                }
                BoxOutput::UrgentDirective(directive) => self.urgent_directive(directive).await,
                BoxOutput::RefuseDirective(refused) => self.refuse_directive(refused).await,
                BoxOutput::Command { command, late } => self.command(command, late).await,
                BoxOutput::ReadKeys { after, count_max } => self.read_keys(after, count_max).await,
                BoxOutput::KeysKept { upto } => {
                    tracing::debug!(upto, "headquarters keeps what it was offered");
                }
                BoxOutput::Reconnect { why } => Box::pin(self.lose_pipe(why.code())).await,
                BoxOutput::Status(_) => self.tell(),
            }
        }
    }

    fn handle(&mut self, input: BoxInput) {
        let now: Now = self.setup.clock.now();
        self.end.handle(now, input);
    }

    async fn read_marks(&mut self, seqs: Vec<u64>) {
        match ask(self.journal(), move |journal| journal.marks(&seqs)).await {
            Ok(marks) => self.handle(BoxInput::MarksRead(marks)),
            // Asked again with the next greeting.
            Err(trouble) => tracing::warn!(code = trouble.code, "journal not read"),
        }
    }

    async fn save_cursor(&mut self, cursor: BoxCursor) {
        let saved = ask(self.journal(), move |journal| journal.save_cursor(cursor)).await;
        if let Err(trouble) = saved {
            tracing::warn!(code = trouble.code, "link cursor not kept");
        }
    }

    async fn read(&mut self, after: u64, count_max: usize, bytes_max: usize) {
        let read = ask(self.journal(), move |journal| {
            journal.read(after, count_max, bytes_max)
        })
        .await;
        let input = match read {
            Ok(read) => BoxInput::FactsRead {
                after,
                hash: read.hash,
                facts: read.facts,
            },
            Err(trouble) => {
                tracing::warn!(code = trouble.code, "journal not read");
                BoxInput::ReadFailed { after }
            }
        };
        self.handle(input);
    }

    /// Reads the time of the oldest fact that the cloud has not, when that is another one than before.
    async fn look_at_oldest(&mut self) {
        let status = self.end.status();
        let applied = status.applied;
        if status.head <= applied {
            self.oldest_unacked = None;
            return;
        }
        if self
            .oldest_unacked
            .is_some_and(|(seq, _)| seq == applied + 1)
        {
            return;
        }
        let read = ask(self.journal(), move |journal| journal.read(applied, 1, 1)).await;
        let first = read.ok().and_then(|read| read.facts.into_iter().next());
        self.oldest_unacked = first
            .and_then(|(_, bytes)| SealedFact::decode(bytes).ok())
            .map(|fact| (applied + 1, fact.envelope().utc));
    }

    fn tell(&self) {
        let link = self.end.status();
        let now = self.setup.clock.now().utc;
        let oldest_unacked_age_ms = match self.oldest_unacked {
            Some((_, utc)) if link.head > link.applied => Some(now.ms_since(utc)),
            Some(_) | None => None,
        };
        let health = SyncHealth {
            link,
            oldest_unacked_age_ms,
        };
        self.health.send_if_modified(|known| {
            let changed = *known != health;
            *known = health;
            changed
        });
    }
}

/// Nothing ever comes from no pipe.
async fn next_event<P: Pipe>(pipe: &mut Option<P>) -> PipeEvent {
    match pipe {
        Some(pipe) => pipe.next().await,
        None => core::future::pending().await,
    }
}

/// Asks the journal from a thread that may block.
async fn ask<J: Journal, T: Send + 'static>(
    journal: Arc<J>,
    question: impl FnOnce(&J) -> Result<T, JournalTrouble> + Send + 'static,
) -> Result<T, JournalTrouble> {
    tokio::task::spawn_blocking(move || question(&journal))
        .await
        .unwrap_or(Err(JournalTrouble {
            code: "journal_panicked",
        }))
}
