//! The branch's pages, built into the binary.
use axum::Router;
use rust_embed::RustEmbed;

/// What the build script found of `appliance/web/dist`; nothing where the pages were not built.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/pages"]
struct Dist;

pub(super) fn fallback<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    portal::assets::fallback::<Dist, S>(router)
}
