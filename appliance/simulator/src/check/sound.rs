//! The recordings: as many as the rules ask for, as long as the talk, both sides heard, nothing in clear on the disk.
use super::Scene;
use super::ledger::Ledger;
use crate::announcement::Wave;
use media::Law;
use std::path::Path;
use std::process::Command;

/// A recording may be shorter or longer than the talk by this much: keys, the last packets, the closing.
const DIFFERENCE_MS_MAX: u64 = 1_500;
/// Shorter talks may be over before both sides have said something.
const TALK_MS_MIN: u64 = 3_000;

struct Recorded {
    id: String,
    talk_ms: u64,
    duration_ms: u64,
}

pub(super) fn check(scene: &Scene, ledger: &mut Ledger) -> anyhow::Result<()> {
    let folder = scene.traces.branch.join("check");
    std::fs::create_dir_all(&folder)?;
    for name in [
        "recordings are as long as the talk",
        "recordings export and play",
        "both sides are heard in their own channel",
    ] {
        ledger.announce(name);
    }
    for one in recorded(scene)?
        .into_iter()
        .take(scene.traces.recordings_max)
    {
        let close = one.talk_ms.abs_diff(one.duration_ms) <= DIFFERENCE_MS_MAX;
        ledger.check("recordings are as long as the talk", close, || {
            format!(
                "{}: talk {} ms, recording {} ms",
                one.id, one.talk_ms, one.duration_ms
            )
        });
        let file = folder.join(format!("{}.wav", one.id));
        let exported = export(scene, &one.id, &file);
        ledger.check("recordings export and play", exported.is_ok(), || {
            format!("{}: {exported:?}", one.id)
        });
        if let (Ok(()), true) = (exported, one.talk_ms >= TALK_MS_MIN) {
            let heard = channels_heard(&std::fs::read(&file)?);
            ledger.check(
                "both sides are heard in their own channel",
                heard == [true, true],
                || format!("{}: {heard:?}", one.id),
            );
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn recorded(scene: &Scene) -> rusqlite::Result<Vec<Recorded>> {
    let sql = "SELECT lower(hex(r.id)), c.talk_ms, r.duration_ms FROM recording r JOIN call c ON c.id = r.call
               WHERE r.state = 'closed' AND c.talk_ms IS NOT NULL ORDER BY r.id";
    let mut ask = scene.branch.prepare(sql)?;
    let millis = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::unsigned_abs);
    ask.query_map([], |row| {
        Ok(Recorded {
            id: row.get(0)?,
            talk_ms: millis(row, 1)?,
            duration_ms: millis(row, 2)?,
        })
    })?
    .collect()
}

fn export(scene: &Scene, id: &str, file: &Path) -> Result<(), String> {
    let done = Command::new(&scene.traces.gateway)
        .arg("--config")
        .arg(&scene.traces.gateway_config)
        .args(["recording", "export", id])
        .arg(file)
        .output()
        .map_err(|error| error.to_string())?;
    if done.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&done.stderr).into_owned())
    }
}

/// Which of the two channels of a G.711 or 16-bit WAV file holds more than silence.
fn channels_heard(wav: &[u8]) -> [bool; 2] {
    let Some(Wave { format, data, .. }) = Wave::parse(wav) else {
        return [false; 2];
    };
    let mut loud = [0_u32; 2];
    let mut hear = |at: usize, sample: i16| {
        if sample.unsigned_abs() > 800 {
            loud[at % 2] += 1;
        }
    };
    match format {
        6 => data
            .iter()
            .enumerate()
            .for_each(|(at, byte)| hear(at, Law::A.decode(*byte))),
        7 => data
            .iter()
            .enumerate()
            .for_each(|(at, byte)| hear(at, Law::Mu.decode(*byte))),
        _ => data
            .chunks_exact(2)
            .enumerate()
            .for_each(|(at, pair)| hear(at, i16::from_le_bytes([pair[0], pair[1]]))),
    }
    loud.map(|samples| samples > 400)
}
