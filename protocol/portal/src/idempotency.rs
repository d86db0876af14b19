//! A request that is sent twice is carried out once: the second one gets the first one's answer.
use crate::{Clock, CurrentUser, FieldError, Problem};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use core::time::Duration;
use messages::{Moment, UserName};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

pub const HEADER: &str = "idempotency-key";
const KEPT_FOR: Duration = Duration::from_hours(24);
const ENTRIES_MAX: usize = 10_000;
const KEY_BYTES_MAX: usize = 128;
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Whose key for which operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    user: UserName,
    operation: &'static str,
    key: String,
}

#[derive(Clone, Debug)]
enum Fate {
    Running,
    Done { status: StatusCode, body: Vec<u8> },
}

#[derive(Debug)]
struct Entry {
    /// SHA-256 of the request's body: the same key with another body is a mistake.
    asked: [u8; 32],
    at: Moment,
    fate: Fate,
}

/// Answers of the last 24 hours, at most 10,000; the oldest finished one makes room. Clones share them.
#[derive(Clone, Debug)]
pub struct Idempotency {
    clock: Clock,
    entries: Arc<Mutex<BTreeMap<Place, Entry>>>,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Begun {
    /// Carry it out and tell the ticket its end. A ticket that is dropped forgets the key.
    Fresh(Ticket),
    /// It was carried out before; this was its answer.
    Replay(Response),
}

/// The right to carry one request out.
#[derive(Debug)]
pub struct Ticket {
    store: Idempotency,
    place: Option<Place>,
}

impl Idempotency {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            entries: Arc::default(),
        }
    }

    /// `asked`: the request's body (or what stands for it). Without a key: 400 `idempotency_key_missing`.
    pub fn begin(
        &self,
        user: &CurrentUser,
        operation: &'static str,
        headers: &HeaderMap,
        asked: &[u8],
    ) -> Result<Begun, Problem> {
        let place = Place {
            user: user.name().clone(),
            operation,
            key: key_of(headers)?,
        };
        let asked = Sha256::digest(asked).into();
        let now = self.clock.now().mono;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| now.since(entry.at) < KEPT_FOR);
        match entries.get(&place) {
            Some(entry) if entry.asked != asked => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
            )),
            Some(entry) => match &entry.fate {
                Fate::Running => {
                    Err(Problem::new(StatusCode::CONFLICT, "still_running").retry_after(1))
                }
                Fate::Done { status, body } => Ok(Begun::Replay(answer(*status, body.clone()))),
            },
            None => {
                make_room(&mut entries)?;
                let entry = Entry {
                    asked,
                    at: now,
                    fate: Fate::Running,
                };
                entries.insert(place.clone(), entry);
                Ok(Begun::Fresh(Ticket {
                    store: self.clone(),
                    place: Some(place),
                }))
            }
        }
    }

    fn finish(&self, place: Place, fate: Option<Fate>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match fate {
            Some(fate) => {
                if let Some(entry) = entries.get_mut(&place) {
                    entry.fate = fate;
                }
            }
            None => {
                entries.remove(&place);
            }
        }
    }
}

impl Ticket {
    /// Keeps a JSON answer and hands it back as the response. An answer over 16 KiB is given but not kept.
    pub fn done<T: serde::Serialize>(mut self, status: StatusCode, value: &T) -> Response {
        let Ok(body) = serde_json::to_vec(value) else {
            return Problem::internal().into_response();
        };
        if body.len() <= ANSWER_BYTES_MAX
            && let Some(place) = self.place.take()
        {
            let body = body.clone();
            self.store.finish(place, Some(Fate::Done { status, body }));
        }
        answer(status, body)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.store.finish(place, None);
        }
    }
}

fn answer(status: StatusCode, body: Vec<u8>) -> Response {
    (
        status,
        [(axum::http::header::CONTENT_TYPE, "application/json")],
        body,
    )
        .into_response()
}

fn key_of(headers: &HeaderMap) -> Result<String, Problem> {
    let Some(key) = headers.get(HEADER) else {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_missing",
        ));
    };
    match key.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(key.to_owned()),
        Ok(_) | Err(_) => Err(Problem::invalid(vec![FieldError::new(
            "/idempotency-key",
            "bad_key",
        )])),
    }
}

fn make_room(entries: &mut BTreeMap<Place, Entry>) -> Result<(), Problem> {
    if entries.len() < ENTRIES_MAX {
        return Ok(());
    }
    let oldest = entries
        .iter()
        .filter(|(_, entry)| matches!(entry.fate, Fate::Done { .. }))
        .min_by_key(|(_, entry)| entry.at)
        .map(|(place, _)| place.clone());
    match oldest {
        Some(oldest) => {
            entries.remove(&oldest);
            Ok(())
        }
        None => Err(messages::Refusal::Overloaded.into()),
    }
}
