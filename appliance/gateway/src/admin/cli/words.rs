//! The words and their arguments.
use clap::{Args, Subcommand};
use messages::command::Role;
use messages::{CustomerId, Extension, PartyNumber, UserName};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Makes the branch what the file says; twice is once / 应用分支配置文件(可重复执行)
    Apply {
        /// `branch.toml`
        file: PathBuf,
        /// Only says what would change / 只看会改什么
        #[arg(long)]
        dry_run: bool,
    },
    /// Imports customers from a CSV file / 从 CSV 导入客户
    Import(ImportWords),
    /// Who must not be called / 禁呼名单
    #[command(subcommand)]
    Dnc(DncCommand),
    /// People who sign in / 登录用户
    #[command(subcommand)]
    User(UserCommand),
    /// The journal / 账本
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Writes a sealed backup while everything goes on: to FILE, or into FOLDER / 在线加密备份
    Backup {
        to: PathBuf,
        /// The vault alone, into a file of its own, good for 7 days / 只备份密钥库(7 天内有效)
        #[arg(long)]
        vault: bool,
    },
    /// Restores a backup into an empty data folder, while no gateway runs / 恢复到空的数据目录
    Restore {
        file: PathBuf,
        /// The vault's backup, where the vault is lost, too / 密钥库备份
        #[arg(long)]
        vault: Option<PathBuf>,
    },
    /// Recordings / 录音
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// Forgets a person for good: name, number, keys, recordings / 永久清除一个人的信息
    Erase(EraseWords),
    /// The keys of personal data / 个人信息的密钥
    #[command(subcommand)]
    Vault(VaultCommand),
}

#[derive(Debug, Args)]
pub struct ImportWords {
    /// Columns by name: 姓名/name, 电话/number, 阶段/stage
    pub file: PathBuf,
    /// Names this import; by its time where it is not given / 批次名
    #[arg(long, value_parser = batch)]
    pub batch: Option<String>,
    /// Where rows go that were not imported; FILE.errors.csv where it is not given / 错误行写到哪里
    #[arg(long)]
    pub errors: Option<PathBuf>,
    /// Reads the file and imports nothing / 只检查
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum DncCommand {
    /// No sales call to this number from now on / 加入禁呼
    Add(DncWords),
    /// It may be called again / 解除禁呼
    Lift(DncWords),
}

#[derive(Debug, Args)]
pub struct DncWords {
    #[arg(value_parser = number)]
    pub number: PartyNumber,
    /// Recorded in the journal; without numbers / 原因,写入账本
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    List,
    /// With a password that is shown once, or is the first line of stdin / 新建用户
    Create {
        #[arg(value_parser = user)]
        user: UserName,
        /// agent, supervisor, admin
        #[arg(long, value_parser = role)]
        role: Role,
        /// The phone on the desk / 分机
        #[arg(long, value_parser = extension)]
        extension: Option<Extension>,
        #[arg(long)]
        password_stdin: bool,
    },
    /// A new password, which also ends a lock-out / 重设密码
    ResetPassword {
        #[arg(value_parser = user)]
        user: UserName,
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Recomputes the whole chain and compares it with the heads kept elsewhere / 校验账本
    Verify,
    /// After a restore: takes the journal as it is / 恢复备份后,承认现有账本
    AcceptTail,
    /// Closes the open month now: its facts move to a file of their own / 立即月结
    CloseMonth,
    /// Makes the tables again from the last checkpoint and the facts behind it, in a scratch database, and compares / 重建数据表并比对
    Rebuild,
    /// The months that were closed / 已月结的账本
    Months,
}

#[derive(Debug, Subcommand)]
pub enum RecordingCommand {
    List {
        /// 200 at most
        #[arg(long, default_value_t = 50)]
        max: usize,
    },
    /// As a stereo WAV: the caller on the left, the callee on the right / 导出为 WAV
    Export { recording: String, file: PathBuf },
}

/// One of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// The customer's id, as the page's address shows it / 客户编号
    #[arg(long, value_parser = customer)]
    pub customer: Option<CustomerId>,
    /// Also of somebody who is no customer / 号码
    #[arg(long)]
    pub number: Option<String>,
}

#[derive(Debug, Args)]
pub struct EraseWords {
    #[command(flatten)]
    pub whom: Whom,
    /// It is recorded and stays: no name, no number / 原因,将写入审计
    #[arg(long)]
    pub reason: String,
    /// The number goes onto the list of those never to be called / 同时加入禁呼名单
    #[arg(long)]
    pub never_call: bool,
}

#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Wraps every key anew and destroys the old vault key / 轮换密钥库的主密钥
    Rotate,
}

fn number(text: &str) -> Result<PartyNumber, &'static str> {
    PartyNumber::parse(text).or(Err("not a telephone number"))
}

fn customer(text: &str) -> Result<CustomerId, &'static str> {
    CustomerId::parse(text).ok_or("not an id")
}

fn user(text: &str) -> Result<UserName, &'static str> {
    UserName::parse(text).ok_or("letters, digits, - _ . only, at most 32")
}

fn extension(text: &str) -> Result<Extension, &'static str> {
    Extension::parse(text).ok_or("2 to 8 digits")
}

fn role(text: &str) -> Result<Role, &'static str> {
    match Role::parse(text) {
        Some(role @ (Role::Agent | Role::Supervisor | Role::Admin)) => Ok(role),
        Some(Role::HqAnalyst | Role::HqAdmin) | None => Err("agent, supervisor or admin"),
    }
}

fn batch(text: &str) -> Result<String, &'static str> {
    let fits = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    // it stands in the journal in clear
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if fits && digits < 15 {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, - _ . only, at most 64, fewer than 15 digits")
    }
}
