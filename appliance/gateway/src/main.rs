//! `zhunkehu-gateway`: the appliance's process and its command line.
#![forbid(unsafe_code)]

use clap::Parser as _;

fn main() -> std::process::ExitCode {
    gateway::cli::run(gateway::cli::Cli::parse())
}
