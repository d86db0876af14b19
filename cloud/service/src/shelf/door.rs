//! Snapshots over the boxes' HTTPS: each box only its own, as its certificate names it.
use super::Shelf;
use crate::mqtt::BoxPapers;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Router};
use messages::enrolment::CBOR;
use messages::snapshot::{
    OFFER_PATH, PIECE_MESSAGE_BYTES_MAX, PIECE_PATH, READ_PATH, Snapshot, SnapshotPiece,
    SnapshotRead, SnapshotRefused, SnapshotTerms, TERMS_PATH,
};
use messages::{BoxId, wire};
use portal::{Clock, Problem};
use seal::RecoveryPublic;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

#[derive(Clone)]
struct Door {
    shelf: Arc<Shelf>,
    recovery: Arc<dyn Fn() -> Option<RecoveryPublic> + Send + Sync>,
    clock: Clock,
}

/// `recovery`: the public half of the recovery key, as it stands now.
pub fn snapshot_router(
    shelf: Arc<Shelf>,
    recovery: Arc<dyn Fn() -> Option<RecoveryPublic> + Send + Sync>,
    clock: Clock,
) -> Router {
    Router::new()
        .route(TERMS_PATH, post(terms))
        .route(OFFER_PATH, post(offer))
        .route(PIECE_PATH, post(piece))
        .route(READ_PATH, post(read))
        .layer(DefaultBodyLimit::max(PIECE_MESSAGE_BYTES_MAX))
        .with_state(Door {
            shelf,
            recovery,
            clock,
        })
}

async fn terms(
    State(door): State<Door>,
    Extension(papers): Extension<BoxPapers>,
) -> Result<Response, Problem> {
    let recovery_key = (door.recovery)().map(|key| key.as_bytes().to_vec());
    let newest = on_shelf(&door, papers.box_id, |shelf, box_id| shelf.newest(box_id)).await?;
    said(&SnapshotTerms {
        recovery_key,
        newest,
    })
}

async fn offer(
    State(door): State<Door>,
    Extension(papers): Extension<BoxPapers>,
    body: Bytes,
) -> Result<Response, Problem> {
    let snapshot: Snapshot = asked(&body)?;
    let now = door.clock.now().utc;
    let stands = on_shelf(&door, papers.box_id, move |shelf, box_id| {
        shelf.offer(box_id, &snapshot, now)
    });
    said(&stands.await?)
}

async fn piece(
    State(door): State<Door>,
    Extension(papers): Extension<BoxPapers>,
    body: Bytes,
) -> Result<Response, Problem> {
    let piece: SnapshotPiece = asked(&body)?;
    let stands = on_shelf(&door, papers.box_id, move |shelf, box_id| {
        let stands = shelf.put(box_id, &piece)?;
        if stands.whole {
            tracing::info!(%box_id, "a snapshot is whole");
        }
        Ok(stands)
    });
    said(&stands.await?)
}

async fn read(
    State(door): State<Door>,
    Extension(papers): Extension<BoxPapers>,
    body: Bytes,
) -> Result<Response, Problem> {
    let ask: SnapshotRead = asked(&body)?;
    let bytes = on_shelf(&door, papers.box_id, move |shelf, box_id| {
        shelf.get(box_id, &ask)
    });
    said(&serde_bytes::ByteBuf::from(bytes.await?))
}

/// Files block.
async fn on_shelf<T: Send + 'static>(
    door: &Door,
    box_id: BoxId,
    work: impl FnOnce(&Shelf, &BoxId) -> Result<T, SnapshotRefused> + Send + 'static,
) -> Result<T, Problem> {
    let shelf = Arc::clone(&door.shelf);
    let done = tokio::task::spawn_blocking(move || work(&shelf, &box_id)).await;
    done.unwrap_or(Err(SnapshotRefused::Unavailable))
        .map_err(problem)
}

fn asked<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    wire::decode(body).map_err(|_bad| problem(SnapshotRefused::Unfit))
}

fn said<T: Serialize>(message: &T) -> Result<Response, Problem> {
    let bytes = wire::encode(message).map_err(|_bad| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, CBOR),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

fn problem(why: SnapshotRefused) -> Problem {
    let status = match why {
        SnapshotRefused::Unfit => StatusCode::UNPROCESSABLE_ENTITY,
        SnapshotRefused::UnknownPart => StatusCode::NOT_FOUND,
        SnapshotRefused::Offset | SnapshotRefused::Damaged => StatusCode::CONFLICT,
        SnapshotRefused::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    Problem::new(status, why.code())
}
