//! `zhunkehu-simulator`: a carrier, or phones, on real SIP and RTP.
#![forbid(unsafe_code)]

use clap::{Parser, Subcommand};
use simulator::carrier::Carrier;
use simulator::config::{self, CarrierConfig, PhonesConfig};
use simulator::phones;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[derive(Parser)]
#[command(
    version,
    about = "准客呼 · simulated carrier and phones / 模拟运营商与话机"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Takes calls as a carrier does / 模拟运营商
    Carrier {
        #[arg(long)]
        config: PathBuf,
    },
    /// Registers phones and asks for calls at the API / 模拟话机
    Phones {
        #[arg(long)]
        config: PathBuf,
    },
    /// Counts a run again from its databases, recordings and logs / 独立核对
    Check {
        #[command(flatten)]
        traces: Box<simulator::check::Traces>,
        /// The verdict as JSON as well.
        #[arg(long)]
        json: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    match Cli::parse().command {
        Command::Carrier { config } => {
            let carrier = Carrier::new(config::read::<CarrierConfig>(&config)?)?;
            say(&format!("ready {}", carrier.local()))?;
            carrier.run(&stop)
        }
        Command::Phones { config } => {
            let counts = phones::run(&config::read::<PhonesConfig>(&config)?, &stop)?;
            say(&serde_json::to_string(&serde_json::json!({
                "asked": counts.asked,
                "accepted": counts.accepted,
                "refused": counts.refused,
                "failed": counts.failed,
            }))?)
        }
        Command::Check { traces, json } => {
            let verdict = simulator::check::run(*traces)?;
            if let Some(file) = json {
                std::fs::write(file, serde_json::to_vec_pretty(&verdict)?)?;
            }
            say(&verdict.text())?;
            anyhow::ensure!(verdict.is_good(), "the run is not good / 核对未通过");
            Ok(())
        }
    }
}

/// One line for whoever started us.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
