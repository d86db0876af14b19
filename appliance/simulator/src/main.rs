//! `zhunkehu-simulator`: a carrier, or phones, on real SIP and RTP.
#![forbid(unsafe_code)]

use clap::{Args, Parser, Subcommand};
use simulator::carrier::Carrier;
use simulator::config::{self, CarrierConfig, Checked, PhonesConfig};
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
    Carrier(ConfigArg),
    /// Registers phones and asks for calls at the API / 模拟话机
    Phones(ConfigArg),
    /// Counts a run again from its databases, recordings and logs / 独立核对
    Check {
        #[command(flatten)]
        traces: Box<simulator::check::Traces>,
        /// The verdict as JSON as well.
        #[arg(long)]
        json: Option<PathBuf>,
    },
}

#[derive(Args)]
struct ConfigArg {
    #[arg(long)]
    config: PathBuf,
    /// Only reads the file and says what is wrong with it / 只检查配置文件
    #[arg(long)]
    check_config: bool,
}

impl ConfigArg {
    /// `None` where the file was only to be looked at, and is good.
    fn read<T: Checked>(&self) -> anyhow::Result<Option<T>> {
        let config = config::read(&self.config)?;
        if self.check_config {
            say("ok")?;
            return Ok(None);
        }
        Ok(Some(config))
    }
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
        Command::Carrier(file) => {
            let Some(config) = file.read::<CarrierConfig>()? else {
                return Ok(());
            };
            let carrier = Carrier::new(config)?;
            say(&format!("ready {}", carrier.local()))?;
            carrier.run(&stop)
        }
        Command::Phones(file) => {
            let Some(config) = file.read::<PhonesConfig>()? else {
                return Ok(());
            };
            let counts = phones::run(&config, &stop)?;
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
