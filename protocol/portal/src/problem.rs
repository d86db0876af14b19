//! What went wrong, said as RFC 9457 says it, with a stable code that the pages translate.
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use messages::Refusal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// `application/problem+json`. `code` is stable; `title` is for people who read logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    #[schema(example = "Conflict")]
    pub title: &'static str,
    #[schema(example = 409)]
    pub status: u16,
    /// The key of the text that the user reads.
    #[schema(example = "phone_busy", value_type = String)]
    pub code: Cow<'static, str>,
    /// What is wrong with which field of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names this request in the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// One wrong field: a JSON pointer (RFC 6901) and the key of its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    #[schema(example = "/reason")]
    pub pointer: String,
    #[schema(example = "missing")]
    pub code: String,
}

impl FieldError {
    #[must_use]
    pub fn new(pointer: &str, code: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
        }
    }
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: Cow::Borrowed(code),
            errors: Vec::new(),
            trace_id: None,
            retry_after_s: None,
        }
    }

    /// Fields of the body that do not fit: 422 `invalid`.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid")
        }
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in")
    }

    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, Refusal::NotAllowed.code())
    }

    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Refusal::JournalUnavailable.code(),
        )
    }

    /// Our own mistake; the reason stands in the log under the trace id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(crate) fn traced(mut self, trace_id: &str) -> Self {
        self.trace_id = Some(trace_id.to_owned());
        self
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::NotAllowed | Refusal::DoNotCall | Refusal::DestinationClosed => {
                StatusCode::FORBIDDEN
            }
            Refusal::UnknownCustomer
            | Refusal::UnknownUser
            | Refusal::UnknownCall
            | Refusal::UnknownRecording
            | Refusal::UnknownGroup
            | Refusal::UnknownSource
            | Refusal::UnknownDevice
            | Refusal::UnknownExtension => StatusCode::NOT_FOUND,
            Refusal::PartyErased => StatusCode::GONE,
            Refusal::ReasonMissing
            | Refusal::BadNumber
            | Refusal::NumberForm
            | Refusal::SettingsInvalid
            | Refusal::PlanInvalid => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::UserExists
            | Refusal::NumberTaken
            | Refusal::StageUnchanged
            | Refusal::NoRoute
            | Refusal::OffHours
            | Refusal::CallsCeiling
            | Refusal::RateCeiling
            | Refusal::MinutesCeiling
            | Refusal::CostCeiling
            | Refusal::TrunkUnknown
            | Refusal::PhoneNotRegistered
            | Refusal::PartyInCall
            | Refusal::NotInCall
            | Refusal::CallNotReady
            | Refusal::DeviceServed
            | Refusal::NoOtherPlace
            | Refusal::SelfTestRuns
            | Refusal::PhoneBusy => StatusCode::CONFLICT,
            Refusal::TrunkFull
            | Refusal::TrunkTooFast
            | Refusal::CallsFull
            | Refusal::MediaFull
            | Refusal::NoRoomToRecord
            | Refusal::Overloaded
            | Refusal::JournalUnavailable
            | Refusal::NotReady => StatusCode::SERVICE_UNAVAILABLE,
        };
        let problem = Self::new(status, refusal.code());
        if status == StatusCode::SERVICE_UNAVAILABLE {
            problem.retry_after(2)
        } else {
            problem
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;
    use messages::Refusal;

    #[test]
    fn every_refusal_has_a_client_or_a_busy_status_and_keeps_its_code() {
        for refusal in Refusal::ALL {
            let problem = Problem::from(*refusal);
            assert_eq!(problem.code, refusal.code());
            assert!((400..500).contains(&problem.status) || problem.status == 503);
        }
    }
}
