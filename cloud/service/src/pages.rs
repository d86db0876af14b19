//! The dashboard, as it was built; empty where Node was not there.
#[derive(rust_embed::RustEmbed)]
#[folder = "$OUT_DIR/pages"]
pub(crate) struct Pages;
