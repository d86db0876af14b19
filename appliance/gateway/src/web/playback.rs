//! Hearing a recording: a WAV file, whole or in ranges; that somebody heard it is written first.
use super::roles;
use super::state::AppState;
use super::wav_range::{Wanted, wanted};
use crate::recorder;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use branch_store::{RecordingRow, RecordingStatus};
use core::time::Duration;
use media::recording::{Closing, ContainerError};
use media::wav::{Wav, WavForm};
use messages::command::Command;
use messages::{Moment, RecordingId, Refusal};
use portal::{ClientIp, CurrentUser, Path, Problem, TokenHash};
use rights::Action;
use std::collections::BTreeMap;
use std::fs::File;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const CHUNK_BYTES: usize = 64 * 1024;
/// Requests for more of the same file within this time belong to the same playback.
const ONE_PLAYBACK: Duration = Duration::from_mins(5);
const PLAYBACKS_MAX: usize = 10_000;

/// Which playbacks are already written down.
#[derive(Debug, Default)]
pub(super) struct Played(Mutex<BTreeMap<(TokenHash, RecordingId), Moment>>);

impl Played {
    /// True if the request goes on with a playback that is written; the time is moved.
    fn goes_on(&self, token: TokenHash, recording: RecordingId, now: Moment) -> bool {
        let mut played = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        played.retain(|_, last| now.since(*last) < ONE_PLAYBACK);
        match played.get_mut(&(token, recording)) {
            Some(last) => {
                *last = now;
                true
            }
            None => false,
        }
    }

    fn written(&self, token: TokenHash, recording: RecordingId, now: Moment) {
        let mut played = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if played.len() < PLAYBACKS_MAX {
            played.insert((token, recording), now);
        }
    }
}

/// The sound of a recording
///
/// WAV, two channels (0: who called, 1: who was called), 8000 Hz; `Range` is answered with 206.
#[utoipa::path(get, path = "/api/v1/recordings/{id}/audio", tag = "recordings", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "audio/wav", body = Vec<u8>),
        (status = 206, content_type = "audio/wav", body = Vec<u8>),
        (status = 416, description = "nothing of the asked range is there"),
    ),
    extensions(("x-roles" = json!(roles::STAFF))))]
pub(super) async fn audio(
    State(state): State<AppState>,
    ClientIp(from_ip): ClientIp,
    user: CurrentUser,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    if !rights::may(user.role(), Action::PlayRecording) {
        return Err(Problem::forbidden());
    }
    let viewer = super::viewer(&user);
    let row = super::recordings::visible_row(&state, &viewer, &id).await?;
    let recording = row.recording;
    let audio = opened(&state, &row).await?;
    let length = audio.bytes();
    let range = headers
        .get(header::RANGE)
        .and_then(|text| text.to_str().ok());
    let (status, first, last) = match wanted(range, length) {
        Wanted::Outside => return Ok(outside(length)),
        Wanted::Whole => (StatusCode::OK, 0, length.saturating_sub(1)),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last),
    };
    write_down(&state, &user, from_ip, recording, first == 0).await?;
    let count = if length == 0 { 0 } else { last - first + 1 };
    let mut response = (status, stream(audio, first, count)).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(text) = HeaderValue::from_str(&format!("bytes {first}-{last}/{length}"))
    {
        out.insert(header::CONTENT_RANGE, text);
    }
    Ok(response)
}

/// The container with its key. One that is still written ends where it ends now.
async fn opened(state: &AppState, row: &RecordingRow) -> Result<Wav<File>, Problem> {
    let recording = row.recording;
    let closing = closing(&row.status);
    let folder = state.recordings().to_owned();
    let found = state.blocking(move |store| {
        let Some(key) = store.open_recording_key(recording)? else {
            return Ok(Err(Problem::from(Refusal::PartyErased)));
        };
        let key = key.expose();
        let wav = recorder::open(&folder, recording, key, closing.as_ref(), WavForm::Linear);
        Ok(wav.map_err(|bad| not_playable(&bad)))
    });
    found.await?
}

/// What the journal says of the container's end.
fn closing(status: &RecordingStatus) -> Option<Closing> {
    match status {
        RecordingStatus::Closed {
            segments, last_tag, ..
        } => {
            let last_tag = last_tag.as_slice().try_into().ok()?;
            Some(Closing {
                segments: *segments,
                last_tag,
            })
        }
        RecordingStatus::Open
        | RecordingStatus::Cut { .. }
        | RecordingStatus::Failed { .. }
        | RecordingStatus::Erased => None,
    }
}

fn not_playable(bad: &ContainerError) -> Problem {
    tracing::warn!(code = bad.code(), "a recording cannot be played");
    Problem::new(StatusCode::CONFLICT, bad.code())
}

/// A playback is a fact before its first byte leaves. Asking for the beginning begins a new one.
async fn write_down(
    state: &AppState,
    user: &CurrentUser,
    from_ip: IpAddr,
    recording: RecordingId,
    from_start: bool,
) -> Result<(), Problem> {
    let now = state.clock().now().mono;
    if !from_start && state.played().goes_on(user.token, recording, now) {
        return Ok(());
    }
    state
        .propose(user, from_ip, Command::NotePlayed { recording })
        .await?;
    state.played().written(user.token, recording, now);
    Ok(())
}

fn outside(length: u64) -> Response {
    let place = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
    (StatusCode::RANGE_NOT_SATISFIABLE, place).into_response()
}

/// Chunk after chunk, each read in a thread that may block; a read that fails cuts the stream.
fn stream(audio: Wav<File>, first: u64, count: u64) -> Body {
    let start = Some((audio, first, count));
    Body::from_stream(futures_util::stream::unfold(start, |place| async move {
        let (mut audio, at, left) = place?;
        let max = usize::try_from(left)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        if max == 0 {
            return None;
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; max];
            let read = audio.read_at(at, &mut bytes);
            let bytes = read.map(|count| {
                bytes.truncate(count);
                bytes
            });
            (audio, bytes)
        });
        match read.await {
            Ok((audio, Ok(bytes))) if !bytes.is_empty() => {
                let took = bytes.len() as u64;
                let next = Some((audio, at + took, left.saturating_sub(took)));
                Some((Ok(Bytes::from(bytes)), next))
            }
            Ok((_, Ok(_empty))) => Some((Err("ended early"), None)),
            Ok((_, Err(bad))) => Some((Err(bad.code()), None)),
            Err(_panicked) => Some((Err("panicked"), None)),
        }
    }))
}
