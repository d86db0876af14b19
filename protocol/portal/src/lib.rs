//! What both web servers of the house share: problems, log-in, sessions, rights of routes, pages, HTTPS, tasks.
//!
//! # How an application uses it
//! ```text
//! let api: OpenApiRouter<AppState> = OpenApiRouter::with_openapi(ApiDoc::openapi()).routes(routes!(calls::list)) …;
//! let (router, openapi) = api.split_for_parts();
//! let router = portal::access::guard(router, auth, &openapi);     // every operation names its roles: extensions(("x-roles" = json!(["admin"])))
//! let router = portal::assets::fallback::<Dist, _>(router.merge(portal::ops::router(ops)));
//! let router = portal::shell::wrap(router, shell);                // trace ids, headers, limits, time-outs
//! portal::serve::https(listener, tls, router, limits, &tasks)?;
//! ```
//!
//! # Pages that may not be there
//! Cargo must build without Node. The application's `build.rs` copies `…/web/dist` into `OUT_DIR/pages` (nothing is
//! written outside `OUT_DIR`), or leaves that folder empty, and says `cargo::rerun-if-changed` for `dist` if it is
//! there and for its parent otherwise. The pages are then
//! ```text
//! #[derive(rust_embed::RustEmbed)]
//! #[folder = "$OUT_DIR/pages"]
//! struct Dist;
//! ```
//! and an empty folder is answered with a placeholder. A page that holds `__CSP_NONCE__` gets a fresh nonce in its place.
#![forbid(unsafe_code)]

pub mod access;
pub mod assets;
pub mod auth;
pub mod clock;
mod connections;
mod cookie;
pub mod current_user;
pub mod extract;
mod headers;
pub mod idempotency;
pub mod lock_out;
pub mod openapi;
pub mod ops;
mod origin;
pub mod paging;
pub mod password;
mod problem;
pub mod serve;
pub mod session;
pub mod shell;
pub mod tasks;
mod trace;

pub use auth::{Account, Auth, AuthConfig, Trouble, Users};
pub use clock::Clock;
pub use current_user::{ClientIp, CurrentUser};
pub use extract::{Json, Path, Query};
pub use lock_out::LockOutLimits;
pub use origin::same_origin;
pub use problem::{FieldError, Problem};
pub use session::{MemorySessions, Session, SessionStore, Token, TokenHash};
pub use tasks::Tasks;
pub use trace::TraceId;
