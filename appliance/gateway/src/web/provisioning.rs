//! `GET /provisioning/…`: the configuration of a desk phone, to the phone that it is for. Who gets nothing is told the same,
//! whatever the reason: the log of requests says it to the branch.
use super::state::AppState;
use crate::provision::{HttpAsked, Provision};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use portal::ClientIp;
use provisioning::Verdict;

/// On the HTTPS listener.
pub(super) fn router() -> Router<AppState> {
    let secure = |State(state): State<AppState>, ip, path, headers| async move {
        answer(state.provision(), false, ip, path, headers).await
    };
    Router::new().route("/provisioning/{*path}", get(secure))
}

/// On the plain listener, where phones are allowed to it.
pub fn plain(provision: Provision) -> Router {
    if !provision.is_plain() {
        return Router::new();
    }
    let plain = move |ip, path, headers| {
        let provision = provision.clone();
        async move { answer(&provision, true, ip, path, headers).await }
    };
    Router::new().route("/provisioning/{*path}", get(plain))
}

async fn answer(
    provision: &Provision,
    plain: bool,
    ClientIp(from): ClientIp,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let user_agent = headers.get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|text| text.to_str().ok());
    let asked = HttpAsked {
        path,
        user_agent: user_agent.unwrap_or_default().to_owned(),
        from,
        plain,
    };
    match provision.serve(asked).await {
        (_, Some(document)) => {
            let kind = [
                (header::CONTENT_TYPE, document.content_type),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (kind, document.text).into_response()
        }
        (Verdict::TooMany, None) => StatusCode::TOO_MANY_REQUESTS.into_response(),
        (Verdict::NotReady, None) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        (_, None) => StatusCode::NOT_FOUND.into_response(),
    }
}
