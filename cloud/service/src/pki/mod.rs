//! Headquarters' certificate authority: the boxes' identities and the server's own certificate.
mod authority;
mod pem_file;
mod validity;

pub use authority::{Authority, PkiPaths};

use std::path::PathBuf;
use thiserror::Error;

/// `zhunkehu-cloud pki …`
#[derive(Clone, Debug, clap::Subcommand)]
pub enum PkiCommand {
    /// Makes the authority and the server's certificate where they are missing; what stands is kept.
    Init(PkiInit),
}

#[derive(Clone, Debug, clap::Args)]
pub struct PkiInit {
    /// The folder of the authority.
    #[arg(long)]
    pub dir: PathBuf,
    /// Names and addresses under which boxes and browsers reach this server.
    #[arg(long, value_delimiter = ',', default_value = "localhost,127.0.0.1")]
    pub host: Vec<String>,
}

#[derive(Debug, Error)]
pub enum PkiError {
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not what it should be: {why}")]
    Unreadable { path: PathBuf, why: String },
    #[error("{0:?} cannot be a name in a certificate")]
    BadHost(String),
    #[error("the request for a certificate is not a valid one: {0}")]
    BadRequest(String),
    #[error("the certificate could not be made: {0}")]
    Make(String),
}

impl PkiError {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "pki_file",
            Self::Unreadable { .. } => "pki_unreadable",
            Self::BadHost(_) => "pki_bad_host",
            Self::BadRequest(_) => "pki_bad_request",
            Self::Make(_) => "pki_make",
        }
    }
}

impl PkiCommand {
    /// Does it, and says in one line what stands now.
    pub fn run(&self) -> Result<String, PkiError> {
        match self {
            Self::Init(init) => {
                let authority = Authority::open_or_make(&init.dir)?;
                authority.ensure_server(&init.host)?;
                Ok(format!(
                    "CA {} · server {} ({})",
                    authority.paths().ca.display(),
                    authority.paths().server.display(),
                    init.host.join(", ")
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests;
