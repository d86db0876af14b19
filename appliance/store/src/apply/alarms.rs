//! Alarms follow what was held back, shut out, or went away. They never make a fact fail.
use messages::fact::Body;
use messages::{AlarmKind, Extension, UtcMs};
use rusqlite::{Connection, Result, params};

/// An alarm that is raised again after so long begins anew.
const QUIET_MS: i64 = 24 * 3_600_000;

/// What a fact says of an alarm.
enum Says {
    Raised(AlarmKind, String),
    Over(AlarmKind, String),
    /// All of this subject.
    Gone(String),
}

pub(super) fn follow(conn: &Connection, utc: UtcMs, body: &Body) -> Result<()> {
    match said(body) {
        Some(Says::Raised(kind, subject)) => raise(conn, utc, kind, &subject),
        Some(Says::Over(kind, subject)) => conn
            .prepare_cached("DELETE FROM alarm WHERE kind = ? AND subject = ?")?
            .execute([kind.code(), &subject])
            .map(drop),
        Some(Says::Gone(subject)) => conn
            .prepare_cached("DELETE FROM alarm WHERE subject = ?")?
            .execute([&subject])
            .map(drop),
        None => Ok(()),
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // most facts are nothing to look at
fn said(body: &Body) -> Option<Says> {
    let of_trunk = |name: &messages::TrunkName, well: bool, kind| {
        let subject = format!("trunk:{name}");
        if well {
            Says::Over(kind, subject)
        } else {
            Says::Raised(kind, subject)
        }
    };
    Some(match body {
        Body::DialBlocked(fact) => {
            let phone = fact.extension.as_ref().map(Extension::as_str);
            let subject = phone.map_or_else(String::new, |phone| format!("phone:{phone}"));
            Says::Raised(AlarmKind::parse(&fact.code)?, subject)
        }
        // one for all: whoever tries has many addresses
        Body::SourceBanned(_) => Says::Raised(AlarmKind::SourceBanned, String::new()),
        Body::TrunkStateChanged(fact) => {
            of_trunk(&fact.name, fact.reachable, AlarmKind::TrunkUnreachable)
        }
        Body::TrunkRegistrationChanged(fact) => {
            of_trunk(&fact.name, fact.registered, AlarmKind::TrunkUnregistered)
        }
        Body::LoadStageChanged(fact) if fact.stage.takes_calls() => {
            Says::Over(AlarmKind::LoadHigh, String::new())
        }
        Body::SelfTestDone(fact) if fact.failed == 0 => {
            Says::Over(AlarmKind::SelfTestFailed, String::new())
        }
        Body::SelfTestDone(_) => Says::Raised(AlarmKind::SelfTestFailed, String::new()),
        Body::LoadStageChanged(_) => Says::Raised(AlarmKind::LoadHigh, String::new()),
        Body::TrunkRemoved(fact) => Says::Gone(format!("trunk:{}", fact.name)),
        Body::PhoneRemoved(fact) => Says::Gone(format!("phone:{}", fact.extension)),
        _ => return None,
    })
}

fn raise(conn: &Connection, utc: UtcMs, kind: AlarmKind, subject: &str) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO alarm (kind, subject, first, last, count) VALUES (?1, ?2, ?3, ?3, 1)
         ON CONFLICT (kind, subject) DO UPDATE SET
             first = CASE WHEN last < ?3 - ?4 THEN ?3 ELSE first END,
             count = CASE WHEN last < ?3 - ?4 THEN 1 ELSE count + 1 END,
             last = MAX(last, ?3)",
    )?
    .execute(params![kind.code(), subject, utc.0, QUIET_MS])
    .map(drop)
}
