//! `import`: the sheet is read here, its good rows go in small orders, its bad rows into a file.
use super::site::Hands;
use super::words::ImportWords;
use super::{Site, answer, utc};
use crate::admin::import::{self, BadRow, Sheet};
use crate::admin::order::{IMPORT_ROWS_MAX, Order, OrderRow, Report};
use anyhow::Context as _;
use messages::Refusal;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and how long apart, an order is given again while the journal is behind.
const TRIES: usize = 100;
const APART: Duration = Duration::from_millis(100);

pub(super) fn import(
    words: &ImportWords,
    site: &Site,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let file = &words.file;
    let name = file.display().to_string();
    let size = fs::metadata(file).with_context(|| name.clone())?.len();
    if import::is_too_long(size) {
        writeln!(
            out,
            "{name}: 文件太大 / the file is too long [import_file_too_long]"
        )?;
        return Ok(false);
    }
    let bytes = fs::read(file).with_context(|| name.clone())?;
    let sheet = match import::read(&import::decode(&bytes)) {
        Ok(sheet) => sheet,
        Err(bad) => {
            writeln!(out, "{name}:1: {bad}")?;
            return Ok(false);
        }
    };
    say_what_was_read(&name, &sheet, out)?;
    if !sheet.bad.is_empty() {
        let errors = words.errors.clone().unwrap_or_else(|| beside(file));
        import::write_errors(&sheet, &errors).with_context(|| errors.display().to_string())?;
        writeln!(out, "错误行在 / bad rows are in: {}", errors.display())?;
    }
    if words.dry_run {
        writeln!(out, "可导入 / could be imported: {}", sheet.good.len())?;
        return Ok(sheet.bad.is_empty());
    }
    let batch = words
        .batch
        .clone()
        .unwrap_or_else(|| format!("import-{}", utc().0));
    send(&sheet, &batch, &mut site.hands()?, out)
}

fn say_what_was_read(name: &str, sheet: &Sheet, out: &mut dyn Write) -> anyhow::Result<()> {
    if !sheet.ignored.is_empty() {
        writeln!(
            out,
            "{name}: 未用的列 / columns not used: {}",
            sheet.ignored.join(", ")
        )?;
    }
    let bad = sheet.bad.iter().map(|bad| line(name, bad));
    answer::list(bad, sheet.bad.len(), out)?;
    let repeated = sheet.repeated.iter().map(|(line, first)| {
        format!("{name}:{line}: 号码与第 {first} 行相同 / the same number as on line {first} [number_repeated]")
    });
    answer::list(repeated, sheet.repeated.len(), out)?;
    Ok(())
}

/// Never the values: the console may be watched.
fn line(name: &str, bad: &BadRow) -> String {
    let error = bad.error;
    format!(
        "{name}:{}: {} / {} [{}]",
        bad.line,
        error.zh(),
        error.en(),
        error.code()
    )
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".errors.csv");
    name.into()
}

fn send(
    sheet: &Sheet,
    batch: &str,
    hands: &mut Hands,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let (mut new, mut known) = (0, 0);
    for rows in sheet.good.chunks(IMPORT_ROWS_MAX) {
        let order = || Order::Import {
            batch: batch.to_owned(),
            rows: rows
                .iter()
                .map(|row| OrderRow {
                    name: row.name.as_str().to_owned(),
                    number: row.number.canonical(),
                    stage: row.stage.code().to_owned(),
                })
                .collect(),
        };
        let report = patiently(hands, order)?;
        let Report::Imported { new: n, known: k } = report else {
            answer::write(&report, out)?;
            writeln!(
                out,
                "已导入 {new} 行;再次导入同一文件会接着做 / {new} rows were imported; the same file again goes on from there"
            )?;
            return Ok(false);
        };
        new += n;
        known += k;
    }
    writeln!(
        out,
        "{} 行 / rows: 新增 / new {new}, 已有 / known {known}, 文件内重复 / repeated {}, 错误 / bad {}",
        sheet.rows,
        sheet.repeated.len(),
        sheet.bad.len()
    )?;
    Ok(sheet.bad.is_empty())
}

/// Gives the order again while the journal is behind.
fn patiently(hands: &mut Hands, order: impl Fn() -> Order) -> anyhow::Result<Report> {
    let mut report = hands.tell(order())?;
    for _ in 0..TRIES {
        let behind =
            matches!(&report, Report::Refused { code } if *code == Refusal::Overloaded.code());
        if !behind {
            break;
        }
        std::thread::sleep(APART);
        report = hands.tell(order())?;
    }
    Ok(report)
}
