//! The command line. Orders reach a running gateway by its control socket, or open the data folder themselves.
use crate::admin::cli::{AdminCommand, Site};
use crate::config::Config;
use crate::log_filter::LogFilter;
use crate::{admin, process, web};
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(
    name = "zhunkehu-gateway",
    version,
    about = "准客呼 · appliance of a branch office / 分支设备"
)]
pub struct Cli {
    /// The process's configuration / 配置文件
    #[arg(long, global = true, default_value = "/etc/zhunkehu/gateway.toml")]
    config: PathBuf,
    /// Reads the configuration, says what is wrong with it, and ends / 只检查配置
    #[arg(long, global = true)]
    check_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the gateway (the default) / 运行
    Run,
    /// Prints the API's description / 打印接口描述
    Openapi,
    #[command(flatten)]
    Admin(AdminCommand),
    /// Takes an identity from headquarters / 设备开通
    Enroll(crate::enroll::Enroll),
    /// Takes the place of a lost machine, from what it left with headquarters / 更换设备:从总部恢复
    Recover(crate::snapshot::Recover),
}

pub fn run(cli: Cli) -> ExitCode {
    match carry_out(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut chain = error.chain().map(ToString::to_string);
            let text = chain.by_ref().collect::<Vec<_>>().join(": ");
            let _ = writeln!(std::io::stderr(), "zhunkehu-gateway: {text}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(cli: Cli) -> anyhow::Result<()> {
    if cli.check_config {
        Config::read(&cli.config)?;
        return say(&format!("{}: ok", cli.config.display()));
    }
    match cli.command.unwrap_or(Command::Run) {
        Command::Run => {
            let config = Config::read(&cli.config)?;
            let log = log_to_stderr(&config.log.level)?;
            process::run(config, log)
        }
        Command::Admin(command) => {
            let site = Site::of(&Config::read(&cli.config)?);
            let good = admin::cli::run(command, &site, &mut std::io::stdout().lock())?;
            anyhow::ensure!(good, "not done / 未完成");
            Ok(())
        }
        Command::Openapi => say(&web::openapi().to_pretty_json()?),
        Command::Enroll(enroll) => say(&enroll.run(&cli.config)?),
        Command::Recover(recover) => {
            let config = Config::read(&cli.config)?;
            let done = recover.run(&config);
            say(&done.map_err(|bad| anyhow::anyhow!("{}: {bad}", bad.code()))?)
        }
    }
}

/// JSON lines without personal data.
fn log_to_stderr(level: &str) -> anyhow::Result<LogFilter> {
    let filter = tracing_subscriber::EnvFilter::try_new(level)
        .map_err(|bad| anyhow::anyhow!("log.level: {bad}"))?;
    let log = tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .with_filter_reloading();
    let handle = log.reload_handle();
    log.init();
    Ok(LogFilter::new(level, move |filter| {
        handle.reload(filter).is_ok()
    }))
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(())
}
