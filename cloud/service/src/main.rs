//! `zhunkehu-cloud`: the process at headquarters.
#![forbid(unsafe_code)]

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use cloud::backup;
use cloud::config::Config;
use cloud::people;
use cloud::pki::PkiCommand;
use cloud::recovery_key;
use cloud::service::{self, Service};
use messages::command::{Role, Secret};
use portal::Clock;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(
    name = "zhunkehu-cloud",
    version,
    about = "准客呼 · headquarters / 总部服务"
)]
struct Arguments {
    /// The process's configuration / 配置文件
    #[arg(
        long,
        global = true,
        env = "ZHUNKEHU_CLOUD_CONFIG",
        default_value = "/etc/zhunkehu/cloud.toml"
    )]
    config: PathBuf,
    /// Reads the configuration, says what is wrong with it, and ends / 只检查配置
    #[arg(long, global = true)]
    check_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service (the default) / 运行
    Run,
    /// Certificates / 证书
    #[command(subcommand)]
    Pki(PkiCommand),
    /// People who sign in / 登录用户
    #[command(subcommand)]
    User(User),
    /// Takes a backup into a folder while the service runs, reads it back, and only then calls it safe / 在线备份并校验
    Backup {
        /// The folder that it goes into / 备份目录
        dir: PathBuf,
    },
    /// Puts a backup back into an empty data folder / 恢复备份到空的数据目录
    Restore {
        /// A file that `backup` made / 备份文件
        file: PathBuf,
    },
    /// The key that opens what a lost appliance left here: kept offline / 恢复密钥(离线保存)
    #[command(subcommand)]
    RecoveryKey(RecoveryKey),
    /// The journals of the branches / 各分支的日志账本
    #[command(subcommand)]
    Journal(Journal),
    /// Prints the API's description / 打印接口描述
    Openapi,
}

#[derive(Subcommand)]
enum RecoveryKey {
    /// Makes it; its private half goes into a file for a safe, and lies nowhere else / 生成,私钥只写入该文件
    New {
        #[arg(long)]
        out: PathBuf,
        /// Although there is one already / 替换现有密钥
        #[arg(long)]
        replace: bool,
    },
    /// Shows its fingerprint / 显示指纹
    Show,
}

#[derive(Subcommand)]
enum Journal {
    /// Walks the chain of every branch; names the first bad fact / 逐条校验哈希链
    Verify,
}

#[derive(Subcommand)]
enum User {
    /// Makes a user; the password is shown once / 新建用户,密码只显示一次
    Create {
        name: String,
        /// `hq_analyst`, `hq_admin`
        #[arg(long, default_value = "hq_analyst", value_parser = role)]
        role: Role,
        #[command(flatten)]
        password: GivenPassword,
    },
    /// Sets a new password; the user's sessions end / 重设密码
    ResetPassword {
        name: String,
        #[command(flatten)]
        password: GivenPassword,
    },
}

#[derive(Args)]
struct GivenPassword {
    /// Reads the password from standard input, one line / 从标准输入读取密码(一行)
    #[arg(long)]
    password_stdin: bool,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "hq_analyst, hq_admin".to_owned())
}

fn main() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(bad) => {
            // Nobody can be told if the console is gone.
            let _untold = writeln!(io::stderr().lock(), "zhunkehu-cloud: {bad:#}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.check_config {
        Config::read(&arguments.config)?;
        return say("配置无误 / the configuration is good");
    }
    match arguments.command.unwrap_or(Command::Run) {
        Command::Run => serve(&Config::read(&arguments.config)?),
        Command::Pki(pki) => say(&pki.run()?),
        Command::User(user) => with_user(&user, &Config::read(&arguments.config)?),
        Command::Backup { dir } => take_backup(&Config::read(&arguments.config)?, &dir),
        Command::Restore { file } => restore(&Config::read(&arguments.config)?, &file),
        Command::Journal(Journal::Verify) => verify(&Config::read(&arguments.config)?),
        Command::RecoveryKey(key) => recovery_key(&key, &Config::read(&arguments.config)?),
        Command::Openapi => Ok(io::stdout()
            .lock()
            .write_all(portal::openapi::to_text(&cloud::api::document()).as_bytes())?),
    }
}

fn recovery_key(words: &RecoveryKey, config: &Config) -> anyhow::Result<()> {
    match words {
        RecoveryKey::New { out, replace } => {
            let fingerprint = recovery_key::make(&config.tls.dir, out, *replace)?;
            say(&format!(
                "{}\n指纹 / fingerprint {fingerprint}\n\
                 请把该文件移到离线的安全处并从本机删除;没有它,损坏的设备无法恢复 / \
                 move this file to a safe place offline and delete it here; without it a lost appliance cannot be recovered",
                out.display()
            ))
        }
        RecoveryKey::Show => match recovery_key::public(&config.tls.dir) {
            Some(key) => say(&format!("指纹 / fingerprint {}", key.fingerprint())),
            None => say("还没有恢复密钥 / there is no recovery key yet"),
        },
    }
}

fn take_backup(config: &Config, dir: &Path) -> anyhow::Result<()> {
    let taken = backup::take(config, dir, &Clock::system())?;
    for one in &taken.manifest.boxes {
        say(&format!(
            "{}\t纪元 / epoch {}\t已备份至 / safe up to {}",
            one.box_id, one.epoch, one.seq
        ))?;
    }
    let (path, bytes) = (taken.path.display(), taken.bytes);
    say(&format!("{path} ({bytes} B) 已校验 / verified"))
}

fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let manifest = backup::restore(config, file, &Clock::system())?;
    for one in &manifest.boxes {
        say(&format!(
            "{}\t纪元 / epoch {}\t恢复至 / back up to {}",
            one.box_id, one.epoch, one.seq
        ))?;
    }
    say(
        "已恢复并校验；分支会补传此后的内容 / restored and verified; the branches send again what came later",
    )
}

fn verify(config: &Config) -> anyhow::Result<()> {
    let walks = backup::verify_journal(config)?;
    for walk in &walks {
        let (box_id, claimed, proved) = (&walk.box_id, walk.claimed.seq, walk.proved.seq);
        say(&match walk.broken_at {
            None => format!("{box_id}\t完好 / whole\t{claimed}"),
            Some(seq) => {
                format!("{box_id}\t从第 {seq} 条起损坏 / broken at {seq}\t{proved} / {claimed}")
            }
        })?;
    }
    let broken = walks.iter().filter(|walk| !walk.is_whole()).count();
    anyhow::ensure!(
        broken == 0,
        "{broken} 个分支的账本已损坏 / broken journals: {broken}"
    );
    Ok(())
}

/// What a person at the console is to read.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{line}")?)
}

fn serve(config: &Config) -> anyhow::Result<()> {
    // What the migrations say names paths of the machine that built this.
    let filter = EnvFilter::try_new(config.log_directives()).context("log.level")?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(until_told(config))
}

async fn until_told(config: &Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let recorder = portal::ops::install_metrics()?;
    let service = service::start(config, Some(recorder))?;
    announce(&service)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    if let Err(bad) = sd_notify::notify(&[sd_notify::NotifyState::Stopping]) {
        tracing::debug!(%bad, "no service manager was told");
    }
    service.stop().await;
    tracing::info!("stopped");
    Ok(())
}

fn announce(service: &Service) -> anyhow::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    let (https, mqtt) = (service.https, service.mqtt.address());
    tracing::info!(version, %https, %mqtt, "listening");
    say(&format!(
        "总部 / headquarters: https://{https}  (MQTT {mqtt})"
    ))?;
    if let Some((name, password)) = &service.first_admin {
        let password = password.expose();
        say(&format!(
            "首次启动:用户 {name} 密码 {password}(只显示这一次) / first start: user {name}, password {password}, shown only now"
        ))?;
    }
    if let Err(bad) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        tracing::debug!(%bad, "no service manager was told");
    }
    Ok(())
}

fn with_user(command: &User, config: &Config) -> anyhow::Result<()> {
    let (User::Create { password, .. } | User::ResetPassword { password, .. }) = command;
    let store = service::open_store(config)?;
    let now = Clock::system().now().utc;
    let (secret, shown) = if password.password_stdin {
        (typed_password()?, None)
    } else {
        let fresh = people::fresh_password()?;
        (fresh.clone(), Some(fresh))
    };
    let name = match command {
        User::Create { name, role, .. } => {
            people::create(&store, name, *role, &secret, now)?;
            name
        }
        User::ResetPassword { name, .. } => {
            people::reset_password(&store, name, &secret, now)?;
            name
        }
    };
    match shown {
        Some(password) => say(&format!("{name} 密码 / password: {}", password.expose())),
        None => say(&format!("{name}: 已设置密码 / the password is set")),
    }
}

/// One line, without its end.
fn typed_password() -> anyhow::Result<Secret> {
    let mut line = String::new();
    let most = u64::try_from(portal::password::PASSWORD_BYTES_MAX + 2)?;
    io::stdin().lock().take(most).read_line(&mut line)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
