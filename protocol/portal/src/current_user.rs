//! Who is asking, and from where: extractors for handlers behind `access::guard`.
use crate::{Problem, Session, TokenHash};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use core::convert::Infallible;
use messages::command::Role;
use messages::fact::Actor;
use messages::{Extension, UserName};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The signed-in user of this request.
#[derive(Clone, Debug)]
pub struct CurrentUser {
    pub session: Session,
    pub token: TokenHash,
}

impl CurrentUser {
    #[must_use]
    pub const fn name(&self) -> &UserName {
        &self.session.user
    }

    #[must_use]
    pub const fn role(&self) -> Role {
        self.session.role
    }

    #[must_use]
    pub const fn extension(&self) -> Option<&Extension> {
        self.session.extension.as_ref()
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User(self.session.user.clone())
    }

    /// For finer checks than the route's table can say.
    pub fn require(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.contains(&self.role()) {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Problem::unauthenticated)
    }
}

/// The address of the other end of the connection. Forwarding headers are not believed.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        Ok(Self(ip.to_canonical()))
    }
}
