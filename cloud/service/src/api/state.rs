//! What every handler is given.
use super::live::LiveHub;
use crate::pace::Pace;
use crate::registrar::Registrar;
use crate::shelf::Shelf;
use crate::wishes::{TenantNumbers, WishBell};
use axum::http::StatusCode;
use hq_store::{KeyBook, Sign, Store, StoreError};
use messages::UtcMs;
use messages::directive::{FieldPolicySet, HqSees};
use portal::{Auth, Clock, CurrentUser, Problem};
use rights::{FieldPolicy, HqField, Viewer};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct HqState {
    pub store: Arc<dyn Store>,
    /// What the branches let headquarters open.
    pub keys: Arc<KeyBook>,
    pub auth: Auth,
    pub clock: Clock,
    /// Who is a box.
    pub registrar: Arc<Registrar>,
    /// Snapshots of the boxes.
    pub shelf: Arc<Shelf>,
    /// What headquarters may see of the branches' personal values, as it stands in the store.
    policy: Arc<RwLock<FieldPolicy>>,
    /// Signs directives.
    pub(crate) sign: Sign,
    /// Numbers as all branches know them.
    pub(crate) numbers: Arc<TenantNumbers>,
    /// Rung when there may be something new to send down.
    pub(crate) wishes: WishBell,
    pub(crate) pace: Arc<Pace>,
    pub(crate) live: Arc<LiveHub>,
    /// Ends the live sockets.
    pub stop: CancellationToken,
}

/// What headquarters speaks to its branches with.
#[derive(Clone)]
pub struct Hand {
    pub sign: Sign,
    pub numbers: Arc<TenantNumbers>,
    /// Who is a box.
    pub registrar: Arc<Registrar>,
    /// Snapshots of the boxes.
    pub shelf: Arc<Shelf>,
}

impl HqState {
    /// `field_policy`: what the configuration file says; it counts until somebody says otherwise.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Arc<KeyBook>,
        auth: Auth,
        clock: Clock,
        field_policy: FieldPolicy,
        hand: Hand,
        stop: CancellationToken,
    ) -> Result<Self, StoreError> {
        let stands = match store.policy()? {
            Some(stands) => stands,
            None => store.set_policy(wish_of(field_policy), None, None, clock.now().utc)?,
        };
        Ok(Self {
            store,
            keys,
            auth,
            clock,
            policy: Arc::new(RwLock::new(policy_of(stands.policy))),
            sign: hand.sign,
            numbers: hand.numbers,
            wishes: WishBell::default(),
            pace: Arc::default(),
            registrar: hand.registrar,
            shelf: hand.shelf,
            live: Arc::new(LiveHub::default()),
            stop,
        })
    }

    /// What is shown follows at once.
    pub(crate) fn policy_changed(&self, now: FieldPolicySet) {
        let mut policy = self.policy.write().unwrap_or_else(PoisonError::into_inner);
        *policy = policy_of(now);
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
            policy: *self.policy.read().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

fn sees(text: &str) -> HqField {
    HqField::parse(text).unwrap_or_default()
}

fn policy_of(set: FieldPolicySet) -> FieldPolicy {
    FieldPolicy {
        name: sees(set.name.code()),
        number: sees(set.number.code()),
    }
}

fn wish_of(policy: FieldPolicy) -> FieldPolicySet {
    let of = |field: HqField| HqSees::of_code(field.code()).unwrap_or_default();
    FieldPolicySet {
        name: of(policy.name),
        number: of(policy.number),
    }
}

pub(super) fn of_store(bad: &StoreError) -> Problem {
    match bad {
        StoreError::UnknownBox
        | StoreError::UnknownUser
        | StoreError::UnknownEnrolment
        | StoreError::UnknownDeadLetter => Problem::new(StatusCode::NOT_FOUND, bad.code()),
        StoreError::UserExists | StoreError::InboxUnsure => {
            Problem::new(StatusCode::CONFLICT, bad.code())
        }
        StoreError::Busy | StoreError::Closed => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, bad.code()).retry_after(2)
        }
        StoreError::Database(_)
        | StoreError::Migration(_)
        | StoreError::Foreign(_)
        | StoreError::Damaged(_)
        | StoreError::NotSigned => {
            tracing::warn!(%bad, "the store did not answer");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, bad.code()).retry_after(10)
        }
    }
}
