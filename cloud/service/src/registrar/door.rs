//! The boxes' side over HTTP: CBOR in, CBOR out, coded problems. Enrolling needs no certificate, everything else does.
use super::{Refused, Registrar};
use crate::mqtt::BoxPapers;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Extension, Router};
use messages::enrolment::{
    CBOR, ENROL_PATH, EnrolAsk, MESSAGE_BYTES_MAX, NotEnrolled, RENEW_PATH, RenewAsk,
};
use messages::wire;
use portal::{ClientIp, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// On the pages' listener: without a session, for boxes that have nothing but a code.
pub fn open_router(registrar: Arc<Registrar>) -> Router {
    Router::new()
        .route(ENROL_PATH, post(enrol))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX))
        .with_state(registrar)
}

/// On the boxes' listener, behind their certificates.
pub fn boxes_router(registrar: Arc<Registrar>) -> Router {
    Router::new()
        .route(RENEW_PATH, post(renew))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX))
        .with_state(registrar)
}

async fn enrol(
    State(registrar): State<Arc<Registrar>>,
    ClientIp(from_ip): ClientIp,
    body: Bytes,
) -> Result<Response, Problem> {
    let ask: EnrolAsk = read(&body)?;
    let granted = registrar.enrol(ask, from_ip).await.map_err(problem)?;
    Ok(said(&granted))
}

async fn renew(
    State(registrar): State<Arc<Registrar>>,
    Extension(papers): Extension<BoxPapers>,
    body: Bytes,
) -> Result<Response, Problem> {
    let ask: RenewAsk = read(&body)?;
    let renewed = tokio::task::spawn_blocking(move || registrar.renew(&papers.box_id, &ask)).await;
    let granted = renewed
        .unwrap_or(Err(NotEnrolled::Unavailable))
        .map_err(|why| problem(why.into()))?;
    Ok(said(&granted))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    wire::decode(body).map_err(|_bad| problem(NotEnrolled::RequestBad.into()))
}

fn said<T: Serialize>(message: &T) -> Response {
    match wire::encode(message) {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, CBOR),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, bytes).into_response()
        }
        Err(bad) => {
            tracing::error!(%bad, "an answer to a box could not be written");
            Problem::internal().into_response()
        }
    }
}

fn problem(refused: Refused) -> Problem {
    let status = match refused.why {
        NotEnrolled::CodeWrong | NotEnrolled::CodeExpired => StatusCode::FORBIDDEN,
        NotEnrolled::CodeLocked | NotEnrolled::SourceLocked | NotEnrolled::TooMany => {
            StatusCode::TOO_MANY_REQUESTS
        }
        NotEnrolled::RequestBad => StatusCode::UNPROCESSABLE_ENTITY,
        NotEnrolled::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let problem = Problem::new(status, refused.why.code());
    match refused.retry_after_s {
        Some(wait) => problem.retry_after(u32::try_from(wait).unwrap_or(u32::MAX)),
        None => problem,
    }
}
