//! Headquarters' certificate authority: the boxes' identities and the server's own certificate.
mod authority;
mod secrets;

pub use authority::{Authority, PkiPaths};
pub use secrets::TenantBlind;

use crate::wishes::directive_signer;
use identity::IdentityError;
use std::path::PathBuf;

/// `zhunkehu-cloud pki …`
#[derive(Clone, Debug, clap::Subcommand)]
pub enum PkiCommand {
    /// Makes the authority, the branches' common key and the server's certificate where they are missing; what stands is kept.
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

impl PkiCommand {
    /// Does it, and says in one line what stands now.
    pub fn run(&self) -> Result<String, IdentityError> {
        match self {
            Self::Init(init) => {
                let authority = Authority::open_or_make(&init.dir)?;
                authority.ensure_server(&init.host)?;
                TenantBlind::open_or_make(&init.dir)?;
                directive_signer(&init.dir)?;
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
