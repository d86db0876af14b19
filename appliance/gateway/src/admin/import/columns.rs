//! Which column is what, by the header's names in Chinese or English.
use csv::StringRecord;
use thiserror::Error;

const NAMES: &[&str] = &[
    "姓名",
    "名字",
    "名称",
    "客户",
    "客户姓名",
    "客户名称",
    "联系人",
    "name",
    "customer",
    "contact",
    "full name",
];
const NUMBERS: &[&str] = &[
    "电话",
    "号码",
    "手机",
    "手机号",
    "手机号码",
    "电话号码",
    "联系电话",
    "联系方式",
    "number",
    "phone",
    "phone number",
    "mobile",
    "tel",
    "telephone",
];
const STAGES: &[&str] = &["阶段", "客户阶段", "销售阶段", "stage"];

/// The first row does not say what the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    #[error("文件是空的 / the file is empty [import_empty]")]
    Empty,
    #[error(
        "表头没有姓名列(如「姓名」或 name) / the header has no column of names (姓名, name) [import_no_name_column]"
    )]
    NoName,
    #[error(
        "表头没有号码列(如「电话」或 number) / the header has no column of numbers (电话, number) [import_no_number_column]"
    )]
    NoNumber,
    #[error("表头有两列同义 / two columns of the header mean the same [import_column_twice]")]
    Twice,
}

/// Places in a row.
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) number: usize,
    pub(super) stage: Option<usize>,
}

impl Columns {
    pub(super) fn of(header: &StringRecord) -> Result<Self, HeaderError> {
        Ok(Self {
            name: only(header, NAMES)?.ok_or(HeaderError::NoName)?,
            number: only(header, NUMBERS)?.ok_or(HeaderError::NoNumber)?,
            stage: only(header, STAGES)?,
        })
    }

    pub(super) fn ignored(&self, header: &StringRecord) -> Vec<String> {
        let read =
            |at: &usize| [Some(self.name), Some(self.number), self.stage].contains(&Some(*at));
        let columns = header.iter().enumerate();
        let ignored = columns.filter(|(at, text)| !read(at) && !text.is_empty());
        ignored.map(|(_, text)| text.to_owned()).collect()
    }
}

fn only(header: &StringRecord, names: &[&str]) -> Result<Option<usize>, HeaderError> {
    let means = |text: &str| {
        let text = text.trim().to_lowercase();
        names.iter().any(|name| *name == text)
    };
    let mut found = header.iter().enumerate().filter(|(_, text)| means(text));
    let first = found.next().map(|(at, _)| at);
    match found.next() {
        Some(_) => Err(HeaderError::Twice),
        None => Ok(first),
    }
}

/// The character between fields: the one that stands most often in the first line.
pub(super) fn delimiter(text: &str) -> u8 {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let count = |byte: &u8| first.bytes().filter(|b| b == byte).count();
    [b',', b'\t', b';']
        .into_iter()
        .rev()
        .max_by_key(count)
        .unwrap_or(b',')
}
