//! 班前自检: before the shift each phone answers by itself and calls a number of our own over a trunk. The call comes back,
//! is known for what it is, and is turned away: the way out and the way in are shown, and no minute is paid.
mod plan;

use crate::clock::Clock;
use crate::web::port::{BranchPort, DialOrder};
use branch_store::{CallRow, Reader, Store, StoreError};
use futures_util::StreamExt as _;
use messages::fact::{Actor, Fact, SelfTestDone};
use messages::{
    CallId, Extension, PartyNumber, Purpose, Refusal, SelfTestVerdict, SystemResult, TrunkName,
    UtcMs,
};
use plan::Line;
use portal::Tasks;
use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Phones that are tried at one time.
const AT_ONCE: usize = 4;
/// A call's end is looked for so often, and for so long: a phone rings for 30 s, a carrier as long again.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS_MAX: u32 = 400;
/// Calls that came back are remembered: as many as one run makes, and more.
const LOOPED_MAX: usize = 4_096;

/// One phone and the trunk that it called over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub extension: Extension,
    pub trunk: Option<TrunkName>,
    pub call: Option<CallId>,
    pub verdict: SelfTestVerdict,
    /// Why it was refused, or what the carrier said.
    pub code: Option<String>,
}

/// The last run, or the one that goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub begun: Option<UtcMs>,
    /// `None`: it goes on.
    pub ended: Option<UtcMs>,
    pub tried: Vec<Tried>,
}

/// Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct SelfTests(Arc<Inner>);

struct Inner {
    branch: Arc<dyn BranchPort>,
    store: Store,
    clock: Clock,
    looped: Looped,
    report: Mutex<Report>,
}

/// Calls that came back to us.
#[derive(Clone, Default)]
pub struct Looped(Arc<Mutex<VecDeque<CallId>>>);

impl Looped {
    pub fn tell(&self, call: CallId) {
        let mut calls = self.lock();
        if calls.len() == LOOPED_MAX {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    fn has(&self, call: &CallId) -> bool {
        self.lock().contains(call)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<CallId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SelfTests {
    #[must_use]
    pub fn new(branch: Arc<dyn BranchPort>, store: Store, clock: Clock, looped: Looped) -> Self {
        Self(Arc::new(Inner {
            branch,
            store,
            clock,
            looped,
            report: Mutex::default(),
        }))
    }

    #[must_use]
    pub fn report(&self) -> Report {
        self.lock().clone()
    }

    /// Begins a run beside everything else. False: one goes on.
    #[must_use]
    pub fn begin(&self, tasks: &Tasks, actor: Actor) -> bool {
        {
            let mut report = self.lock();
            if report.begun.is_some() && report.ended.is_none() {
                return false;
            }
            *report = Report {
                begun: Some(self.0.clock.now().utc),
                ..Report::default()
            };
        }
        let (run, stop) = (self.clone(), tasks.stop_token());
        tasks.spawn("self test", async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = run.run(actor) => {}
            }
        });
        true
    }

    async fn run(&self, actor: Actor) {
        let Some(plan) = self.0.read(Reader::plan).await else {
            self.lock().ended = Some(self.0.clock.now().utc);
            return;
        };
        let phones: Vec<Extension> = plan
            .phones
            .iter()
            .map(|one| one.extension.clone())
            .collect();
        let pairs = plan::pairs(&phones, &plan::lines(&plan));
        let tries = futures_util::stream::iter(pairs);
        let by = &actor;
        let tries = tries.map(|(phone, line)| self.try_one(phone, line, by.clone()));
        let mut tries = tries.buffer_unordered(AT_ONCE);
        while let Some(tried) = tries.next().await {
            self.lock().tried.push(tried);
        }
        drop(tries);
        self.finish(actor);
    }

    async fn try_one(&self, extension: Extension, line: Option<Line>, actor: Actor) -> Tried {
        let Some(Line { trunk, number }) = line else {
            return Tried {
                extension,
                trunk: None,
                call: None,
                verdict: SelfTestVerdict::NoNumber,
                code: None,
            };
        };
        let dialled = self.dial(&extension, &trunk, &number, actor).await;
        let (call, verdict, code) = match dialled {
            Ok(call) => {
                let (verdict, code) = self.outcome(call).await;
                (Some(call), verdict, code)
            }
            Err(refusal) => {
                let verdict = if refusal == Refusal::PhoneNotRegistered {
                    SelfTestVerdict::PhoneAway
                } else if refusal == Refusal::PhoneBusy {
                    SelfTestVerdict::PhoneBusy
                } else {
                    SelfTestVerdict::Refused
                };
                (None, verdict, Some(refusal.code().to_owned()))
            }
        };
        Tried {
            extension,
            trunk: Some(trunk),
            call,
            verdict,
            code,
        }
    }

    async fn dial(
        &self,
        extension: &Extension,
        trunk: &TrunkName,
        number: &str,
        actor: Actor,
    ) -> Result<CallId, Refusal> {
        let order = DialOrder {
            extension: extension.clone(),
            customer: None,
            number: PartyNumber::parse(number).map_err(|_bad| Refusal::BadNumber)?,
            purpose: Purpose::SelfTest,
            over: Some(trunk.clone()),
            actor,
            from_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let (told, answer) = tokio::sync::oneshot::channel();
        let reply = Box::new(move |result| {
            let _nobody_waits = told.send(result);
        });
        self.0.branch.dial(order, reply);
        answer.await.unwrap_or(Err(Refusal::NotReady))
    }

    /// Waits for the call's end, and judges by what is in its record.
    async fn outcome(&self, call: CallId) -> (SelfTestVerdict, Option<String>) {
        let mut beat = tokio::time::interval(LOOK_EVERY);
        for _ in 0..LOOKS_MAX {
            beat.tick().await;
            let found = self.0.read(move |reader| {
                let row = reader.call(call)?;
                let tried = !reader.attempts(call)?.is_empty();
                Ok(row.map(|row| (row, tried)))
            });
            if let Some(Some((row, tried))) = found.await
                && row.ended.is_some()
            {
                // a call that comes back does so before its end
                return verdict(&row, tried, self.0.looped.has(&call));
            }
        }
        (SelfTestVerdict::TrunkFailed, None)
    }

    fn finish(&self, actor: Actor) {
        let now = self.0.clock.now();
        let report = {
            let mut report = self.lock();
            report.tried.sort_by(|a, b| a.extension.cmp(&b.extension));
            report.ended = Some(now.utc);
            report.clone()
        };
        let bad = |tried: &&Tried| !tried.verdict.is_well();
        let failed: Vec<&Tried> = report.tried.iter().filter(bad).collect();
        let trunks = |tried: &[&Tried]| {
            let of_trunk = |one: &&&Tried| one.verdict == SelfTestVerdict::TrunkFailed;
            let names = tried
                .iter()
                .filter(of_trunk)
                .filter_map(|one| one.trunk.clone());
            names.collect::<BTreeSet<_>>().len()
        };
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let done = SelfTestDone {
            tried: small(report.tried.len()),
            failed: small(failed.len()),
            trunks_failed: small(trunks(&failed)),
        };
        tracing::info!(
            tried = done.tried,
            failed = done.failed,
            "the self test is done"
        );
        let fact = Fact::new(now.utc, now.utc_trusted, actor, done);
        if self.0.store.append_admitted(vec![fact]).is_err() {
            tracing::warn!("the journal has no room for what the self test found");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Report> {
        self.0.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<T> {
        let store = self.store.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&store.reader()?));
        match asked.await.ok()? {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::warn!(code = error.code(), "the self test cannot read");
                None
            }
        }
    }
}

/// Came back: all is well. A carrier that says busy without it has not called us.
fn verdict(row: &CallRow, tried: bool, looped: bool) -> (SelfTestVerdict, Option<String>) {
    let verdict = match (looped, tried) {
        (true, _) => SelfTestVerdict::Good,
        (false, true) => SelfTestVerdict::TrunkFailed,
        (false, false) => SelfTestVerdict::PhoneSilent,
    };
    let said = row.cause.sip.map(|code| code.0.to_string());
    let result = row.result.map(SystemResult::code).map(str::to_owned);
    let code = said.or(result).filter(|_| verdict != SelfTestVerdict::Good);
    (verdict, code)
}
