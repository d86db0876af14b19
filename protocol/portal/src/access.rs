//! Who may call which route: the table is the OpenAPI document itself. What names no roles is closed to everybody.
use crate::{Auth, CurrentUser, Problem};
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use messages::command::Role;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};

/// `extensions(("x-roles" = json!(["agent", "admin"])))`; `["anyone"]` is for what needs no log-in.
pub const ROLES_KEY: &str = "x-roles";

/// Who may call one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    Anyone,
    Roles(Vec<Role>),
}

/// Method and route pattern (`/api/v1/calls/{id}`) → rule.
#[derive(Clone, Debug, Default)]
pub struct Access(BTreeMap<(String, String), Rule>);

impl Access {
    /// Reads the roles of every operation. A text that is no role gives nobody access.
    #[must_use]
    pub fn of(openapi: &OpenApi) -> Self {
        let rules = openapi.paths.paths.iter().flat_map(|(path, item)| {
            operations(item)
                .map(|(method, operation)| ((method.to_owned(), path.clone()), rule(operation)))
        });
        Self(rules.collect())
    }

    #[must_use]
    pub fn rule(&self, method: &Method, route: &str) -> Option<&Rule> {
        let method = if method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        self.0.get(&(method.to_owned(), route.to_owned()))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Rule)> {
        self.0
            .iter()
            .map(|((method, path), rule)| (method.as_str(), path.as_str(), rule))
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn rule(operation: &Operation) -> Rule {
    let roles = operation
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get(ROLES_KEY))
        .and_then(|roles| roles.as_array());
    let names: Vec<_> = roles
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str())
        .collect();
    if names == ["anyone"] {
        return Rule::Anyone;
    }
    Rule::Roles(names.into_iter().filter_map(Role::parse).collect())
}

/// Puts the table before every route of `router`; a signed-in user becomes the handler's `CurrentUser`.
pub fn guard<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    auth: Auth,
    openapi: &OpenApi,
) -> Router<S> {
    let access = Arc::new(Access::of(openapi));
    router.route_layer(middleware::from_fn(move |request: Request, next: Next| {
        let (auth, access) = (auth.clone(), Arc::clone(&access));
        async move { admit(&auth, &access, request, next).await }
    }))
}

async fn admit(auth: &Auth, access: &Access, mut request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let rule = route
        .as_ref()
        .and_then(|route| access.rule(request.method(), route.as_str()));
    let user = auth
        .session_of(request.headers())
        .map(|(token, session)| CurrentUser { session, token });
    let admitted = match (rule, &user) {
        (Some(Rule::Anyone), _) => Ok(()),
        (Some(Rule::Roles(_)) | None, None) => Err(Problem::unauthenticated()),
        (Some(Rule::Roles(roles)), Some(user)) => user.require(roles),
        (None, Some(_)) => Err(unruled(access, route.as_ref())),
    };
    if let Err(problem) = admitted {
        return problem.into_response();
    }
    if let Some(user) = user {
        request.extensions_mut().insert(user);
    }
    next.run(request).await
}

/// A documented route with a method that is none of its own, or a route that nobody documented.
fn unruled(access: &Access, route: Option<&MatchedPath>) -> Problem {
    let documented = access
        .iter()
        .any(|(_, path, _)| route.is_some_and(|route| route.as_str() == path));
    if documented {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
    } else {
        Problem::forbidden()
    }
}
