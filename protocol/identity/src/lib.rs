//! Certificates as both sides make, read and keep them: names, periods, requests, fingerprints, files that are whole or not there.
#![forbid(unsafe_code)]

mod error;
mod facts;
mod fingerprint;
pub mod hq_files;
mod name;
mod request;
pub mod validity;
pub mod whole_file;

pub use error::{IdentityError, make};
pub use facts::{CertificateFacts, signed_by};
pub use fingerprint::Fingerprint;
pub use name::{common_name, host_name};
pub use request::{BoxRequest, sign_box};
