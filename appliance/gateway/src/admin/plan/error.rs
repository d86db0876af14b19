//! What can be wrong in a branch file: a stable code, and a sentence in both languages.
use core::fmt;
use thiserror::Error;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct PlanError {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// `phone.range`; empty where no key is meant.
    pub key: String,
    pub fault: PlanFault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFault {
    FileTooLong,
    Syntax(String),
    UnknownKey,
    Missing,
    /// What it should be.
    WrongKind(&'static str),
    TooMany(usize),
    UnknownProfile,
    BadExtension,
    UserOrRange,
    BadRange,
    /// The line on which it stood first.
    ExtensionTwice(usize),
    BadPassword,
    /// What stands in the braces.
    UnknownPlaceholder(String),
    BadLabel,
    BadTrunkName,
    TrunkTwice,
    BadAddress,
    BadSource,
    SourceMissing,
    OutOfBounds(i64, i64),
    BadCaller,
    BadCallerIn,
    BadCodec,
    BadNumberForm,
    DidTwice,
    BadDestination,
    BadHours,
    BadPrice,
    BadWord,
    LoginIncomplete,
    BadTransport,
    BadDigits,
    BadTarget,
    TrunkUnknown,
    /// The line of the rule that always comes first.
    RuleTwice(usize),
}

impl PlanFault {
    /// Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FileTooLong => "plan_file_too_long",
            Self::Syntax(_) => "plan_syntax",
            Self::UnknownKey => "plan_unknown_key",
            Self::Missing => "plan_missing",
            Self::WrongKind(_) => "plan_wrong_kind",
            Self::TooMany(_) => "plan_too_many",
            Self::UnknownProfile => "plan_unknown_profile",
            Self::BadExtension => "plan_bad_extension",
            Self::UserOrRange => "plan_user_or_range",
            Self::BadRange => "plan_bad_range",
            Self::ExtensionTwice(_) => "plan_extension_twice",
            Self::BadPassword => "plan_bad_password",
            Self::UnknownPlaceholder(_) => "plan_unknown_placeholder",
            Self::BadLabel => "plan_bad_name",
            Self::BadTrunkName => "plan_bad_trunk_name",
            Self::TrunkTwice => "plan_trunk_twice",
            Self::BadAddress => "plan_bad_address",
            Self::BadSource => "plan_bad_source",
            Self::SourceMissing => "plan_source_missing",
            Self::OutOfBounds(..) => "plan_out_of_bounds",
            Self::BadCaller => "plan_bad_caller",
            Self::BadCallerIn => "plan_bad_caller_in",
            Self::BadCodec => "plan_bad_codec",
            Self::BadNumberForm => "plan_bad_number_form",
            Self::DidTwice => "plan_did_twice",
            Self::BadDestination => "plan_bad_destination",
            Self::BadHours => "plan_bad_hours",
            Self::BadPrice => "plan_bad_price",
            Self::BadWord => "plan_bad_word",
            Self::LoginIncomplete => "plan_login_incomplete",
            Self::BadTransport => "plan_bad_transport",
            Self::BadDigits => "plan_bad_digits",
            Self::BadTarget => "plan_bad_target",
            Self::TrunkUnknown => "plan_trunk_unknown",
            Self::RuleTwice(_) => "plan_rule_twice",
        }
    }

    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::FileTooLong => "文件超过 1 MiB".to_owned(),
            Self::Syntax(_) => "TOML 语法错误".to_owned(),
            Self::UnknownKey => "没有这个配置项".to_owned(),
            Self::Missing => "缺少这一项".to_owned(),
            Self::WrongKind(kind) => format!("类型不对,应为 {kind}"),
            Self::TooMany(max) => format!("最多 {max} 个"),
            Self::UnknownProfile => "只能是 lab、demo 或 production".to_owned(),
            Self::BadExtension => "分机号须为 2 到 8 位数字".to_owned(),
            Self::UserOrRange => "user 与 range 必须且只能写一个".to_owned(),
            Self::BadRange => "范围须写成 1000-1999:位数相同、从小到大".to_owned(),
            Self::ExtensionTwice(line) => format!("分机重复,第一次出现在第 {line} 行"),
            Self::BadPassword => "密码须为 1 到 128 个字符,不含控制字符".to_owned(),
            Self::UnknownPlaceholder(word) => format!("没有 {{{word}}} 这个占位符,只有 {{user}}"),
            Self::BadLabel => "名称最多 64 个字符,不含控制字符".to_owned(),
            Self::BadTrunkName => "中继名只能用字母、数字、- _ .,最多 32 个字符".to_owned(),
            Self::TrunkTwice => "中继重名".to_owned(),
            Self::BadAddress => "地址须写成 主机:端口".to_owned(),
            Self::BadSource => "来源须写成 IP、IP:端口 或 IP:*".to_owned(),
            Self::SourceMissing => "地址是主机名时必须写 accept_from".to_owned(),
            Self::OutOfBounds(from, to) => format!("须在 {from} 到 {to} 之间"),
            Self::BadCaller => "主叫号码只能是数字(可带 +),最多 32 位".to_owned(),
            Self::BadNumberForm => "只能是 as_sent、national、e164 或 country".to_owned(),
            Self::BadCallerIn => "只能是 from、preferred 或 asserted".to_owned(),
            Self::BadCodec => "只能是 pcma、pcmu、g722、opus 或 g729，至少一个".to_owned(),
            Self::DidTwice => "这个号码已经写过".to_owned(),
            Self::BadDestination => {
                "只能是 mobile、fixed、service、international、premium、satellite".to_owned()
            }
            Self::BadHours => "应形如 08:00-21:00".to_owned(),
            Self::BadPrice => "应形如 \"mobile 0.12\":目的地类别和每分钟价格(元)".to_owned(),
            Self::BadWord => "只能用字母、数字和常见符号,不含空格和尖括号".to_owned(),
            Self::LoginIncomplete => "注册需要同时写 user 和 password".to_owned(),
            Self::BadTransport => "传输方式只能是 udp、tcp 或 tls".to_owned(),
            Self::BadDigits => "只能用 0-9 * # +,最多 16 位".to_owned(),
            Self::BadTarget => "须为 phone、trunk:名称 或 trunk:名称,名称".to_owned(),
            Self::TrunkUnknown => "文件里没有这个中继".to_owned(),
            Self::RuleTwice(line) => {
                format!("第 {line} 行已有同前缀、同类去向的规则,这条永远用不上")
            }
        }
    }

    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::FileTooLong => "the file is longer than 1 MiB".to_owned(),
            Self::Syntax(why) => format!("not TOML: {why}"),
            Self::UnknownKey => "there is no such key".to_owned(),
            Self::Missing => "is missing".to_owned(),
            Self::WrongKind(kind) => format!("is of the wrong kind: {kind} is wanted"),
            Self::TooMany(max) => format!("at most {max}"),
            Self::UnknownProfile => "lab, demo or production".to_owned(),
            Self::BadExtension => "an extension has 2 to 8 digits".to_owned(),
            Self::UserOrRange => "either user or range, not both".to_owned(),
            Self::BadRange => "a range is 1000-1999: same length, upwards".to_owned(),
            Self::ExtensionTwice(line) => format!("this extension stands on line {line} already"),
            Self::BadPassword => "1 to 128 characters, none of them a control character".to_owned(),
            Self::UnknownPlaceholder(word) => {
                format!("there is no placeholder {{{word}}}, only {{user}}")
            }
            Self::BadLabel => "at most 64 characters, none of them a control character".to_owned(),
            Self::BadTrunkName => "letters, digits, - _ . only, at most 32".to_owned(),
            Self::TrunkTwice => "two trunks of one name".to_owned(),
            Self::BadAddress => "an address is host:port".to_owned(),
            Self::BadSource => "a source is IP, IP:port or IP:*".to_owned(),
            Self::SourceMissing => "accept_from is needed where the address is a name".to_owned(),
            Self::OutOfBounds(from, to) => format!("from {from} to {to}"),
            Self::BadCaller => "digits only (with + in front), at most 32".to_owned(),
            Self::BadNumberForm => "as_sent, national, e164 or country".to_owned(),
            Self::BadCallerIn => "from, preferred or asserted".to_owned(),
            Self::BadCodec => "pcma, pcmu, g722, opus or g729, at least one".to_owned(),
            Self::DidTwice => "the number stands there already".to_owned(),
            Self::BadDestination => {
                "mobile, fixed, service, international, premium or satellite".to_owned()
            }
            Self::BadHours => "as 08:00-21:00".to_owned(),
            Self::BadPrice => {
                "as \"mobile 0.12\": kind of destination and yuan for a minute".to_owned()
            }
            Self::BadWord => {
                "letters, digits and usual signs, no spaces or angle brackets".to_owned()
            }
            Self::LoginIncomplete => "a login needs both user and password".to_owned(),
            Self::BadTransport => "udp, tcp or tls".to_owned(),
            Self::BadDigits => "0-9 * # + only, at most 16".to_owned(),
            Self::BadTarget => "phone, trunk:name or trunk:name,name".to_owned(),
            Self::TrunkUnknown => "the file has no such trunk".to_owned(),
            Self::RuleTwice(line) => {
                format!(
                    "line {line} has this prefix to the same kind of target: this rule is never used"
                )
            }
        }
    }
}

impl fmt::Display for PlanError {
    /// `branch.toml:12: phone.user: 分机号须为 … / an extension … [plan_bad_extension]`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        let fault = &self.fault;
        write!(f, "{} / {} [{}]", fault.zh(), fault.en(), fault.code())
    }
}
