//! What headquarters wants of its branches on its way down: signed, numbered, sent until the inbox has it.
mod key;
mod sending;
mod tenant;

pub use key::{directive_signer, sign_with};
pub use tenant::TenantNumbers;

pub(crate) use sending::{WishBell, keep_sending};
