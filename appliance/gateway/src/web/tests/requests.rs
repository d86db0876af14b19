//! One request for every operation of the API's document: whoever adds an operation adds its request here.
use super::world::{CALL, RECORDING, World};
use axum::body::Body;
use axum::http::{Method, Request, header};
use rights::Action;

/// What a request needs besides its session.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    pub(super) body: &'static str,
    /// The action of the rights table that it stands for.
    pub(super) action: Option<Action>,
}

const fn call(method: &'static str, route: &'static str) -> Call {
    Call {
        method,
        route,
        body: "",
        action: None,
    }
}

const fn order(
    method: &'static str,
    route: &'static str,
    body: &'static str,
    action: Action,
) -> Call {
    Call {
        method,
        route,
        body,
        action: Some(action),
    }
}

pub(super) const ALL: [Call; 46] = [
    call("GET", "/api/v1/session"),
    call("DELETE", "/api/v1/session"),
    Call {
        body: r#"{"user":"nobody","password":"nothing"}"#,
        ..call("POST", "/api/v1/session")
    },
    call("GET", "/api/v1/overview"),
    call("GET", "/api/v1/phones"),
    call("GET", "/api/v1/trunks"),
    order(
        "POST",
        "/api/v1/trunks/{name}/test-call",
        r#"{"number":"13800138000","extension":"1000"}"#,
        Action::ManagePhones,
    ),
    call("GET", "/api/v1/phones/{extension}/handling"),
    Call {
        body: r#"{"do_not_disturb":false,"call_waiting":true,"no_answer_s":20}"#,
        ..call("PUT", "/api/v1/phones/{extension}/handling")
    },
    call("GET", "/api/v1/hunt-groups"),
    order(
        "PUT",
        "/api/v1/hunt-groups/{number}",
        r#"{"label":"a","members":["1000"],"strategy":"ring_all","ring_s":15}"#,
        Action::ManagePhones,
    ),
    order(
        "DELETE",
        "/api/v1/hunt-groups/{number}",
        "",
        Action::ManagePhones,
    ),
    call("GET", "/api/v1/calls"),
    call("GET", "/api/v1/calls/{id}"),
    order(
        "POST",
        "/api/v1/calls",
        r#"{"customer":"{customer}"}"#,
        Action::Dial,
    ),
    call("DELETE", "/api/v1/calls/{id}"),
    order("GET", "/api/v1/calls/{id}/sip", "", Action::ManagePhones),
    Call {
        body: r#"{"to":"1001"}"#,
        ..call("POST", "/api/v1/calls/{id}/transfer")
    },
    Call {
        body: r#"{"call":"1"}"#,
        ..call("POST", "/api/v1/calls/{id}/conference")
    },
    Call {
        body: "{}",
        ..call("POST", "/api/v1/calls/{id}/move")
    },
    Call {
        body: "{}",
        ..call("POST", "/api/v1/phones/{extension}/pick-up")
    },
    order("GET", "/api/v1/self-test", "", Action::ManagePhones),
    order("POST", "/api/v1/self-test", "", Action::ManagePhones),
    call("GET", "/api/v1/alarms"),
    call("GET", "/api/v1/bans"),
    call("DELETE", "/api/v1/bans/{source}"),
    order("GET", "/api/v1/devices", "", Action::ManagePhones),
    order(
        "PUT",
        "/api/v1/devices/{mac}",
        r#"{"extension":"1000"}"#,
        Action::Configure,
    ),
    order("DELETE", "/api/v1/devices/{mac}", "", Action::Configure),
    order(
        "POST",
        "/api/v1/devices/{mac}/resync",
        "",
        Action::ManagePhones,
    ),
    order(
        "GET",
        "/api/v1/phones/{extension}/history",
        "",
        Action::ManagePhones,
    ),
    call("GET", "/api/v1/customers"),
    call("GET", "/api/v1/customers/{id}"),
    order(
        "POST",
        "/api/v1/customers/{id}/stage",
        r#"{"stage":"contacted"}"#,
        Action::MoveStage,
    ),
    order(
        "POST",
        "/api/v1/customers/{id}/number-view",
        r#"{"reason":"the customer asked for a message"}"#,
        Action::ViewNumber,
    ),
    order(
        "POST",
        "/api/v1/customers/{id}/refuse-contact",
        r#"{"reason":"does not want to be called"}"#,
        Action::RefuseContact,
    ),
    order(
        "POST",
        "/api/v1/customers/{id}/allow-contact",
        r#"{"reason":"asked for a call"}"#,
        Action::LiftRefusal,
    ),
    order(
        "POST",
        "/api/v1/customers/{id}/erasure",
        r#"{"reason":"the customer asked for it","never_call":true}"#,
        Action::EraseCustomer,
    ),
    call("GET", "/api/v1/recordings"),
    call("GET", "/api/v1/recordings/{id}"),
    order(
        "GET",
        "/api/v1/recordings/{id}/audio",
        "",
        Action::PlayRecording,
    ),
    call("GET", "/api/v1/system"),
    order("GET", "/api/v1/audit", "", Action::SearchAudit),
    order("GET", "/api/v1/headquarters", "", Action::Configure),
    order(
        "POST",
        "/api/v1/headquarters",
        r#"{"url":"http://nowhere","code":"x","fingerprint":"x"}"#,
        Action::Configure,
    ),
    call("GET", "/api/v1/live"),
];

impl Call {
    pub(super) fn request(&self, world: &World, cookie: Option<&str>) -> Request<Body> {
        let customer = world.customer.to_string();
        let id = if self.route.contains("/customers/") {
            customer.clone()
        } else if self.route.contains("/recordings/") {
            RECORDING.to_string()
        } else {
            CALL.to_string()
        };
        let mut request = Request::builder()
            .method(Method::from_bytes(self.method.as_bytes()).unwrap())
            .uri(
                self.route
                    .replace("{id}", &id)
                    .replace("{extension}", "1000")
                    .replace("{name}", "carrier")
                    .replace("{mac}", "00156574b1c2")
                    .replace("{number}", "1900"),
            )
            .header(header::HOST, "box.lan")
            .header(header::ORIGIN, "https://box.lan")
            .header("idempotency-key", "once")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = self.body.replace("{customer}", &customer);
        request.body(Body::from(body)).unwrap()
    }
}
