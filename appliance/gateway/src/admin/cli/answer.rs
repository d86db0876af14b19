//! Reports as people read them, in both languages.
use crate::admin::order::{ChangeLine, MonthLine, RecordingLine, Report, UserLine};
use messages::Extension;
use std::io::{self, Write};

/// Lines of one kind that are written out; of more the number is told.
const LINES_MAX: usize = 200;

/// True if it is a success.
#[allow(clippy::too_many_lines)] // one arm for each report
pub(super) fn write(report: &Report, out: &mut dyn Write) -> anyhow::Result<bool> {
    match report {
        Report::Configured { changes } => configured(changes, out)?,
        Report::PlanWrong { errors } => plan_wrong(errors, out)?,
        Report::Imported { new, known } => writeln!(out, "新增 / new {new}, 已有 / known {known}")?,
        Report::Done => writeln!(out, "完成 / done")?,
        Report::GoesOn => writeln!(out, "已开始,在后台继续 / begun, it goes on by itself")?,
        Report::Users(users) => list(users.iter().map(user_line), users.len(), out)?,
        Report::Verified {
            first,
            checked,
            bad,
            state,
        } => {
            verified(*first, *checked, bad.as_ref(), out)?;
            writeln!(out, "状态摘要 / state {state}")?;
        }
        Report::BackedUp {
            file,
            bytes,
            upto,
            recordings,
        } => writeln!(
            out,
            "已备份并校验 / written and read again: {} ({bytes} B, 至第 {upto} 条 / up to {upto}, 录音 {recordings} 个另行拷贝 / recordings to be copied)",
            file.display()
        )?,
        Report::Months(lines) => list(lines.iter().map(month_line), lines.len(), out)?,
        Report::Rebuilt {
            from,
            facts,
            kept,
            rebuilt,
            different,
        } => {
            writeln!(
                out,
                "自第 {from} 条之后重放 {facts} 条 / {facts} facts followed behind {from}"
            )?;
            writeln!(out, "现有 / kept    {kept}\n重建 / rebuilt {rebuilt}")?;
            if different.is_empty() {
                writeln!(out, "一致 / equal")?;
            } else {
                writeln!(out, "不一致的表 / different: {}", different.join(", "))?;
            }
        }
        Report::Recordings(lines) => {
            list(lines.iter().map(recording_line), lines.len(), out)?;
        }
        Report::Exported {
            segments,
            duration_ms,
            ended,
        } => {
            let seconds = duration_ms / 1_000;
            writeln!(out, "{seconds} s, {segments} 段 / segments, {ended}")?;
            if ended != "complete" {
                writeln!(
                    out,
                    "录音不完整:已导出可信的部分 / not whole: what is authentic was exported"
                )?;
            }
        }
        Report::Refused { code } => writeln!(out, "拒绝 / refused [{code}]")?,
        Report::Failed { code, why } => writeln!(out, "失败 / failed [{code}]: {why}")?,
    }
    Ok(is_success(report))
}

fn configured(changes: &[ChangeLine], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return writeln!(out, "没有变化 / nothing changes");
    }
    let lines = changes.iter().map(|line| {
        let sign = match line.part.as_str() {
            "added" => '+',
            "removed" => '-',
            _ => '~',
        };
        format!("{sign} {} {}", line.what, line.which)
    });
    list(lines, changes.len(), out)?;
    writeln!(out, "{} 处变化 / changes", changes.len())
}

fn plan_wrong(errors: &[String], out: &mut dyn Write) -> io::Result<()> {
    list(errors.iter(), errors.len(), out)?;
    writeln!(
        out,
        "{} 处错误,未作任何改动 / errors; nothing was changed",
        errors.len()
    )
}

fn verified(
    first: u64,
    checked: u64,
    bad: Option<&(u64, String)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if first > 1 {
        writeln!(out, "自第 {first} 条起保存 / kept from {first} on")?;
    }
    let Some((seq, code)) = bad else {
        return writeln!(
            out,
            "账本完好,共 {checked} 条 / the journal holds: {checked} facts"
        );
    };
    writeln!(out, "前 {checked} 条完好 / {checked} facts hold")?;
    writeln!(out, "第 {seq} 条不对 / bad at {seq} [{code}]")
}

fn month_line(line: &MonthLine) -> String {
    let gone = if line.pruned {
        "\t已清理 / let go"
    } else {
        ""
    };
    format!(
        "{}\t{}–{}\t{}{gone}",
        line.month, line.first, line.last, line.state
    )
}

fn user_line(line: &UserLine) -> String {
    format!(
        "{}\t{}\t{}",
        line.user,
        line.role.code(),
        shown(line.extension.as_ref())
    )
}

fn recording_line(line: &RecordingLine) -> String {
    let started = jiff::Timestamp::from_millisecond(line.started).unwrap_or_default();
    let extension = shown(line.extension.as_ref());
    let seconds = line.duration_ms / 1_000;
    format!(
        "{}\t{started:.0}\t{extension}\t{}\t{seconds} s",
        line.recording, line.status
    )
}

fn shown(extension: Option<&Extension>) -> &str {
    extension.map_or("-", Extension::as_str)
}

fn is_success(report: &Report) -> bool {
    match report {
        Report::Configured { .. }
        | Report::Imported { .. }
        | Report::Done
        | Report::GoesOn
        | Report::Users(_)
        | Report::Verified { bad: None, .. }
        | Report::Recordings(_)
        | Report::Months(_)
        | Report::BackedUp { .. }
        | Report::Exported { .. } => true,
        Report::Rebuilt { different, .. } => different.is_empty(),
        Report::PlanWrong { .. }
        | Report::Verified { bad: Some(_), .. }
        | Report::Refused { .. }
        | Report::Failed { .. } => false,
    }
}

pub(super) fn list(
    lines: impl Iterator<Item = impl AsRef<str>>,
    count: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for line in lines.take(LINES_MAX) {
        writeln!(out, "{}", line.as_ref())?;
    }
    if count > LINES_MAX {
        writeln!(out, "… 还有 {} 行 / more lines", count - LINES_MAX)?;
    }
    Ok(())
}
