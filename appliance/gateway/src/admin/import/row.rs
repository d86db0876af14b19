//! One row: a name, a number, perhaps a stage.
use super::columns::Columns;
use csv::StringRecord;
use messages::{BadDialled, BadName, PartyNumber, PersonName, Stage};

/// A row that can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodRow {
    pub line: usize,
    pub name: PersonName,
    pub number: PartyNumber,
    pub stage: Stage,
}

/// Why a row cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowError {
    Unreadable,
    /// Characters that no encoding of ours has.
    Garbled,
    NameMissing,
    NameTooLong,
    NameControl,
    NumberMissing,
    /// 1.38E+10: a spreadsheet has cut the digits.
    NumberRounded,
    NumberNotDigits,
    NumberTooShort,
    NumberTooLong,
    UnknownStage,
}

/// Shorter ones are extensions, not numbers of customers.
const DIGITS_MIN: usize = 5;

impl RowError {
    pub const ALL: [Self; 11] = [
        Self::Unreadable,
        Self::Garbled,
        Self::NameMissing,
        Self::NameTooLong,
        Self::NameControl,
        Self::NumberMissing,
        Self::NumberRounded,
        Self::NumberNotDigits,
        Self::NumberTooShort,
        Self::NumberTooLong,
        Self::UnknownStage,
    ];

    /// Stable.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "row_unreadable",
            Self::Garbled => "row_garbled",
            Self::NameMissing => "name_empty",
            Self::NameTooLong => "name_too_long",
            Self::NameControl => "name_control_character",
            Self::NumberMissing => "number_empty",
            Self::NumberRounded => "number_rounded",
            Self::NumberNotDigits => "number_not_digits",
            Self::NumberTooShort => "number_too_short",
            Self::NumberTooLong => "number_too_long",
            Self::UnknownStage => "stage_unknown",
        }
    }

    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Unreadable => "这一行读不出来",
            Self::Garbled => "有乱码:请存成 UTF-8 或 GBK",
            Self::NameMissing => "没有姓名",
            Self::NameTooLong => "姓名超过 64 个字符",
            Self::NameControl => "姓名里有控制字符",
            Self::NumberMissing => "没有号码",
            Self::NumberRounded => "号码被表格软件变成了科学记数:请把该列设成文本",
            Self::NumberNotDigits => "号码里有不是数字的字符",
            Self::NumberTooShort => "号码太短(至少 5 位)",
            Self::NumberTooLong => "号码太长",
            Self::UnknownStage => "没有这个阶段",
        }
    }

    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Unreadable => "the row cannot be read",
            Self::Garbled => "unreadable characters: save as UTF-8 or GBK",
            Self::NameMissing => "no name",
            Self::NameTooLong => "the name has more than 64 characters",
            Self::NameControl => "a control character in the name",
            Self::NumberMissing => "no number",
            Self::NumberRounded => "a spreadsheet has rounded the number: make the column text",
            Self::NumberNotDigits => "characters in the number that are no digits",
            Self::NumberTooShort => "the number is too short (5 digits at least)",
            Self::NumberTooLong => "the number is too long",
            Self::UnknownStage => "there is no such stage",
        }
    }
}

pub(super) fn read(
    record: &StringRecord,
    columns: &Columns,
    line: usize,
) -> Result<GoodRow, RowError> {
    if record.iter().any(|field| field.contains('\u{fffd}')) {
        return Err(RowError::Garbled);
    }
    let field = |at: usize| record.get(at).unwrap_or("");
    Ok(GoodRow {
        line,
        name: name(field(columns.name))?,
        number: number(field(columns.number))?,
        stage: stage(columns.stage.map_or("", field))?,
    })
}

fn name(text: &str) -> Result<PersonName, RowError> {
    PersonName::parse(text).map_err(|bad| match bad {
        BadName::Empty => RowError::NameMissing,
        BadName::TooLong => RowError::NameTooLong,
        BadName::Control => RowError::NameControl,
    })
}

fn number(text: &str) -> Result<PartyNumber, RowError> {
    // a text that a spreadsheet must not touch: '13800138000 or ="13800138000"
    let text = text.trim_start_matches(['\'', '=']).trim_matches('"');
    if is_rounded(text) {
        return Err(RowError::NumberRounded);
    }
    let number = PartyNumber::parse(text).map_err(|bad| match bad {
        BadDialled::Empty => RowError::NumberMissing,
        BadDialled::NotOnKeypad => RowError::NumberNotDigits,
        BadDialled::TooLong => RowError::NumberTooLong,
    })?;
    let digits = number.to_dial();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(RowError::NumberNotDigits);
    }
    match digits.len() {
        0..DIGITS_MIN => Err(RowError::NumberTooShort),
        _ => Ok(number),
    }
}

/// 1.38001E+10
fn is_rounded(text: &str) -> bool {
    let Some((front, back)) = text.split_once(['E', 'e']) else {
        return false;
    };
    front.parse::<f64>().is_ok() && back.trim_start_matches('+').parse::<u32>().is_ok()
}

/// Its code, or what a file calls it; a lead where the file does not say.
fn stage(text: &str) -> Result<Stage, RowError> {
    let text = text.trim().to_lowercase();
    Ok(match text.as_str() {
        "" | "线索" => Stage::Lead,
        "已联系" => Stage::Contacted,
        "有意向" | "意向" => Stage::Interested,
        "商谈中" | "谈判中" | "商谈" => Stage::Negotiating,
        "成交" | "已成交" => Stage::Won,
        "流失" | "已流失" => Stage::Lost,
        code => Stage::parse(code).ok_or(RowError::UnknownStage)?,
    })
}
