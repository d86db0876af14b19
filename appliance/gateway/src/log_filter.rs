//! The running log's filter: another one until a moment, then what the configuration says again.
use messages::UtcMs;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::EnvFilter;

type Reload = Box<dyn Fn(EnvFilter) -> bool + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct LogFilter(Arc<Inner>);

struct Inner {
    configured: String,
    reload: Reload,
    until: Mutex<Option<UtcMs>>,
}

impl LogFilter {
    pub fn new(
        configured: &str,
        reload: impl Fn(EnvFilter) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            configured: configured.to_owned(),
            reload: Box::new(reload),
            until: Mutex::new(None),
        }))
    }

    /// Can it be told so?
    #[must_use]
    pub fn reads(filter: &str) -> bool {
        EnvFilter::try_new(filter).is_ok()
    }

    #[must_use]
    pub fn configured(&self) -> &str {
        &self.0.configured
    }

    pub fn set(&self, filter: &str, until: UtcMs) {
        if self.reload(filter) {
            *self.until() = Some(until);
        }
    }

    /// True once, when the time is over: the configured filter stands again.
    #[must_use]
    pub fn goes_back(&self, now: UtcMs) -> bool {
        let mut until = self.until();
        if until.is_none_or(|until| now < until) {
            return false;
        }
        *until = None;
        self.reload(&self.0.configured)
    }

    fn reload(&self, filter: &str) -> bool {
        EnvFilter::try_new(filter).is_ok_and(|filter| (self.0.reload)(filter))
    }

    fn until(&self) -> std::sync::MutexGuard<'_, Option<UtcMs>> {
        self.0.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::LogFilter;
    use messages::UtcMs;
    use tracing_subscriber::{fmt, layer::SubscriberExt as _, reload};

    #[test]
    fn the_running_log_says_more_until_the_moment_and_goes_back_by_itself() {
        let (layer, handle) = reload::Layer::new(tracing_subscriber::EnvFilter::new("info"));
        let subscriber = tracing_subscriber::registry()
            .with(layer)
            .with(fmt::layer().with_writer(std::io::sink));
        let filter = LogFilter::new("info", move |new| handle.reload(new).is_ok());
        tracing::subscriber::with_default(subscriber, || {
            let says_debug = || tracing::enabled!(tracing::Level::DEBUG);
            assert!(!says_debug());
            filter.set("debug", UtcMs(100));
            assert!(says_debug());
            assert!(!filter.goes_back(UtcMs(99)) && says_debug());
            assert!(filter.goes_back(UtcMs(100)) && !says_debug());
            assert!(!filter.goes_back(UtcMs(101)), "once");
            filter.set("zhunkehu=nonsense", UtcMs(200));
            assert!(!says_debug() && !filter.goes_back(UtcMs(300)));
        });
    }
}
