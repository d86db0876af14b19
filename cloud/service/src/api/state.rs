//! What every handler is given.
use super::live::LiveHub;
use crate::registrar::Registrar;
use axum::http::StatusCode;
use hq_store::{KeyBook, Store, StoreError};
use messages::UtcMs;
use portal::{Auth, Clock, CurrentUser, Problem};
use rights::{FieldPolicy, Viewer};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct HqState {
    pub store: Arc<dyn Store>,
    /// What the branches let headquarters open.
    pub keys: Arc<KeyBook>,
    pub auth: Auth,
    pub clock: Clock,
    /// What headquarters may see of the branches' personal values.
    pub field_policy: FieldPolicy,
    /// Who is a box.
    pub registrar: Arc<Registrar>,
    pub(crate) live: Arc<LiveHub>,
    /// Ends the live sockets.
    pub stop: CancellationToken,
}

impl HqState {
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        keys: Arc<KeyBook>,
        auth: Auth,
        clock: Clock,
        field_policy: FieldPolicy,
        registrar: Arc<Registrar>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            store,
            keys,
            auth,
            clock,
            field_policy,
            registrar,
            live: Arc::new(LiveHub::default()),
            stop,
        }
    }

    pub(crate) fn now(&self) -> UtcMs {
        self.clock.now().utc
    }

    /// Asks the store on a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = Arc::clone(&self.store);
        let answered = tokio::task::spawn_blocking(move || question(&*store)).await;
        match answered {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(bad)) => Err(of_store(&bad)),
            Err(bad) => {
                tracing::error!(%bad, "a question to the store panicked");
                Err(Problem::internal())
            }
        }
    }

    pub(crate) fn viewer(&self, user: &CurrentUser) -> Viewer {
        Viewer {
            role: user.role(),
            user: Some(user.name().clone()),
            extension: None,
            policy: self.field_policy,
        }
    }
}

pub(super) fn of_store(bad: &StoreError) -> Problem {
    match bad {
        StoreError::UnknownBox
        | StoreError::UnknownUser
        | StoreError::UnknownEnrolment
        | StoreError::UnknownDeadLetter => Problem::new(StatusCode::NOT_FOUND, bad.code()),
        StoreError::UserExists => Problem::new(StatusCode::CONFLICT, bad.code()),
        StoreError::Busy | StoreError::Closed => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, bad.code()).retry_after(2)
        }
        StoreError::Database(_)
        | StoreError::Migration(_)
        | StoreError::Foreign(_)
        | StoreError::Damaged(_) => {
            tracing::warn!(%bad, "the store did not answer");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, bad.code()).retry_after(10)
        }
    }
}
