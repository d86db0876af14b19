//! Alarms: raised by what was held back or went away, counted, over when it is over, forgotten after a day.
use super::stage::{START, Stage};
use messages::fact::{DialBlocked, TrunkStateChanged};
use messages::{AlarmKind, Extension, Purpose, TrunkName, UtcMs};

const DAY_MS: i64 = 86_400_000;

fn blocked(code: &str) -> DialBlocked {
    DialBlocked {
        extension: Extension::parse("1000"),
        outside: None,
        purpose: Purpose::Service,
        code: code.to_owned(),
        sip: None,
    }
}

fn trunk(reachable: bool) -> TrunkStateChanged {
    TrunkStateChanged {
        name: TrunkName::parse("carrier").unwrap(),
        reachable,
        code: None,
    }
}

fn alarms(stage: &Stage, since: i64) -> Vec<(AlarmKind, String, u64)> {
    let found = stage
        .store()
        .reader()
        .unwrap()
        .alarms(UtcMs(since))
        .unwrap();
    let rows = found.into_iter();
    rows.map(|row| (row.kind, row.subject, row.count)).collect()
}

#[test]
fn what_hints_at_fraud_or_goes_away_is_an_alarm_and_what_is_usual_is_none() {
    let stage = Stage::new();
    for code in ["destination_closed", "destination_closed", "do_not_call"] {
        stage.happened(blocked(code));
        stage.pass_ms(1_000);
    }
    stage.happened(trunk(false));
    let of_phone = (AlarmKind::DestinationClosed, "phone:1000".to_owned(), 2);
    let of_trunk = (AlarmKind::TrunkUnreachable, "trunk:carrier".to_owned(), 1);
    assert_eq!(alarms(&stage, START), [of_trunk.clone(), of_phone]);
    // a day later: the trunk is still away
    assert_eq!(alarms(&stage, START + DAY_MS), [of_trunk]);
    stage.pass_ms(DAY_MS + 10_000);
    stage.happened(trunk(true));
    stage.happened(blocked("destination_closed"));
    let anew = (AlarmKind::DestinationClosed, "phone:1000".to_owned(), 1);
    assert_eq!(alarms(&stage, START), [anew]);
}
