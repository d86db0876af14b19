//! The rows that were not imported, whole, with the reason beside them: mend them and import the file again.
use super::Sheet;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Makes spreadsheets read it as UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Readable by its owner only: it holds names and numbers.
pub fn write_errors(sheet: &Sheet, path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(MARK)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
    let width = sheet.bad.iter().map(|bad| bad.fields.len());
    let width = width.max().unwrap_or(0).max(sheet.header.len());
    let wide = |fields: &[String]| {
        let mut fields = fields.to_vec();
        fields.resize(width, String::new());
        fields
    };
    let mut header = wide(&sheet.header);
    header.extend(["行 line", "错误代码 error code", "错误 error"].map(str::to_owned));
    writer.write_record(&header)?;
    for bad in &sheet.bad {
        let mut fields = wide(&bad.fields);
        fields.push(bad.line.to_string());
        fields.push(bad.error.code().to_owned());
        fields.push(format!("{} / {}", bad.error.zh(), bad.error.en()));
        writer.write_record(&fields)?;
    }
    writer.flush()
}
