//! The way to the writer: bounded, never waiting for the one who gives, with room kept for calls that were let in.
use crate::{config::StoreLimits, job::Job};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// The writer is behind; what was given was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the journal is behind")]
pub struct Full;

pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    limits: StoreLimits,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    weight: usize,
    closed: bool,
}

/// What the writer is to do next.
pub(crate) enum Taken {
    Jobs(Vec<Job>),
    /// Nothing came for the time given.
    Quiet,
    /// Closed, and everything was taken.
    Closed,
}

/// What came up while the writer could not write.
pub(crate) struct Pause {
    pub(crate) asked: Vec<Job>,
    pub(crate) closing: bool,
}

/// Which room a job may use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Room {
    Ordinary,
    /// Also the room reserved for calls that were let in.
    Reserved,
}

impl Queue {
    pub(crate) fn new(limits: StoreLimits) -> Self {
        Self {
            waiting: Mutex::default(),
            wake: Condvar::new(),
            limits,
        }
    }

    /// Hands the job back when there is no room for it.
    pub(crate) fn put(&self, job: Job, room: Room) -> Result<(), Job> {
        let mut waiting = self.lock();
        if waiting.closed || waiting.weight + job.weight() > self.max(room) {
            return Err(job);
        }
        waiting.weight += job.weight();
        waiting.jobs.push_back(job);
        drop(waiting);
        self.wake.notify_one();
        Ok(())
    }

    pub(crate) fn has_room(&self) -> bool {
        let waiting = self.lock();
        !waiting.closed && waiting.weight < self.limits.waiting_facts_max
    }

    pub(crate) fn waiting(&self) -> usize {
        self.lock().weight
    }

    /// Waits for the first job, then takes all there are, up to one batch.
    pub(crate) fn take(&self, wait: Duration) -> Taken {
        let waiting = self.lock();
        let (mut waiting, _) = self
            .wake
            .wait_timeout_while(waiting, wait, |waiting| {
                waiting.jobs.is_empty() && !waiting.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let mut jobs = Vec::new();
        let mut weight = 0;
        while weight < self.limits.batch_facts_max {
            let Some(job) = waiting.jobs.pop_front() else {
                break;
            };
            weight += job.weight();
            jobs.push(job);
        }
        waiting.weight -= weight;
        match (jobs.is_empty(), waiting.closed) {
            (false, _) => Taken::Jobs(jobs),
            (true, true) => Taken::Closed,
            (true, false) => Taken::Quiet,
        }
    }

    /// Waits before another try, or until somebody asks who can be told no; those are taken out meanwhile.
    pub(crate) fn pause(&self, wait: Duration) -> Pause {
        let waiting = self.lock();
        let (mut waiting, _) = self
            .wake
            .wait_timeout_while(waiting, wait, |waiting| {
                !waiting.closed && !waiting.jobs.iter().any(Job::may_be_refused)
            })
            .unwrap_or_else(PoisonError::into_inner);
        let jobs = core::mem::take(&mut waiting.jobs);
        let (asked, kept): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(Job::may_be_refused);
        waiting.weight -= asked.iter().map(Job::weight).sum::<usize>();
        waiting.jobs = kept.into();
        Pause {
            asked,
            closing: waiting.closed,
        }
    }

    /// Nothing is taken any more; what waits is still written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    fn max(&self, room: Room) -> usize {
        match room {
            Room::Ordinary => self.limits.waiting_facts_max,
            Room::Reserved => self.limits.waiting_facts_max + self.limits.reserved_facts,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Room, Taken};
    use crate::config::StoreLimits;
    use crate::job::Job;
    use messages::UtcMs;
    use messages::fact::{Actor, BoxStopped, Fact};
    use std::time::Duration;

    fn facts(count: usize) -> Job {
        let body = BoxStopped {
            reason: String::new(),
        };
        Job::Append(vec![Fact::new(UtcMs(0), true, Actor::System, body); count])
    }

    #[test]
    fn facts_of_admitted_calls_fit_when_new_calls_do_not() {
        let queue = Queue::new(StoreLimits {
            waiting_facts_max: 4,
            reserved_facts: 3,
            ..StoreLimits::default()
        });
        assert!(queue.put(facts(4), Room::Ordinary).is_ok());
        assert!(!queue.has_room());
        assert!(queue.put(facts(1), Room::Ordinary).is_err());
        assert!(queue.put(facts(3), Room::Reserved).is_ok());
        assert!(queue.put(facts(1), Room::Reserved).is_err());
        let Taken::Jobs(jobs) = queue.take(Duration::ZERO) else {
            panic!("jobs wait");
        };
        assert_eq!(jobs.len(), 2);
        assert!(queue.has_room());
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_has_and_takes_nothing() {
        let queue = Queue::new(StoreLimits::default());
        assert!(matches!(queue.take(Duration::ZERO), Taken::Quiet));
        assert!(queue.put(facts(1), Room::Ordinary).is_ok());
        queue.close();
        assert!(queue.put(facts(1), Room::Reserved).is_err());
        assert!(matches!(queue.take(Duration::ZERO), Taken::Jobs(_)));
        assert!(matches!(queue.take(Duration::ZERO), Taken::Closed));
    }
}
