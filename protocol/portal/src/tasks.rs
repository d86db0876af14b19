//! The one way to start a task: it has a name, is told when to stop, and is waited for.
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All tasks of a process. Clones share the same set.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    alive: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Tasks {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task. It should end soon after `stop_token()` is cancelled; nobody aborts it.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let alive = Alive::enter(name, Arc::clone(&self.alive));
        let task = self.tracker.track_future(async move {
            let _alive = alive;
            task.await;
        });
        #[allow(clippy::disallowed_methods)] // the one place
        drop(tokio::spawn(task));
    }

    /// Is cancelled when the process is to stop.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Tells all tasks to stop and waits; hands back the names of those that did not within `grace`.
    pub async fn shutdown(&self, grace: Duration) -> Vec<&'static str> {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait())
            .await
            .is_ok()
        {
            return Vec::new();
        }
        let alive = self.alive.lock().unwrap_or_else(PoisonError::into_inner);
        alive.keys().copied().collect()
    }
}

/// Counts a task by name while it lives; a panic of it is a bug and is logged as one.
struct Alive {
    name: &'static str,
    count: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Alive {
    fn enter(name: &'static str, count: Arc<Mutex<BTreeMap<&'static str, usize>>>) -> Self {
        *count
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(name)
            .or_default() += 1;
        Self { name, count }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(task = self.name, "task panicked");
        }
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = count.get_mut(self.name) {
            *left -= 1;
            if *left == 0 {
                count.remove(self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tasks;
    use core::time::Duration;

    #[tokio::test]
    async fn shutdown_waits_for_those_that_obey_and_names_those_that_do_not() {
        let tasks = Tasks::new();
        let stop = tasks.stop_token();
        tasks.spawn("obedient", async move { stop.cancelled().await });
        assert!(tasks.shutdown(Duration::from_secs(5)).await.is_empty());

        let tasks = Tasks::new();
        tasks.spawn("deaf", core::future::pending());
        assert_eq!(tasks.shutdown(Duration::from_millis(1)).await, ["deaf"]);
    }
}
