//! Cases of the register of boxes.
use super::{Opener, hq};
use crate::{By, NewCertificate, NewEnrolment, Store, StoreError, TRIES_MAX, Tried};
use messages::command::Secret;
use messages::enrolment::{CertificateOrigin, EnrolPurpose, EnrolState, Serial};
use messages::{BoxId, UserName, UtcMs};

fn by(at: i64) -> By {
    By {
        user: UserName::parse("li"),
        from_ip: None,
        at: UtcMs(at),
    }
}

fn new(name: &str) -> NewEnrolment {
    NewEnrolment {
        box_id: BoxId::parse(name).unwrap(),
        purpose: EnrolPurpose::Join,
        code_hash: Secret::new("hash".to_owned()),
        expires: UtcMs(1_000),
    }
}

fn certificate(name: &str, serial: &str, origin: CertificateOrigin) -> NewCertificate {
    NewCertificate {
        box_id: BoxId::parse(name).unwrap(),
        serial: Serial::parse(serial).unwrap(),
        origin,
        not_before: UtcMs(0),
        not_after: UtcMs(9_000),
    }
}

fn serials(list: &[Serial]) -> Vec<&str> {
    list.iter().map(Serial::as_str).collect()
}

pub(super) fn enrolments(open: &Opener) {
    let store = hq(open);
    let box_id = BoxId::parse("sz-01").unwrap();
    let first = store.make_enrolment(&new("sz-01"), &by(10)).unwrap();
    let second = store.make_enrolment(&new("sz-01"), &by(20)).unwrap();
    let states = |store: &dyn Store| -> Vec<EnrolState> {
        let all = store.enrolments(10).unwrap();
        all.iter().map(|one| one.state_at(UtcMs(500))).collect()
    };
    assert_eq!(states(&*store), [EnrolState::Open, EnrolState::Replaced]);
    assert!(matches!(
        store.cancel_enrolment(first.id, &by(30)),
        Err(StoreError::UnknownEnrolment)
    ));
    assert!(matches!(
        store.begin_try(&box_id, &by(2_000)).unwrap(),
        Tried::Expired
    ));
    for _ in 0..TRIES_MAX {
        let tried = store.begin_try(&box_id, &by(40)).unwrap();
        assert!(matches!(tried, Tried::Compare { id, .. } if id == second.id));
        store
            .note_wrong_code(&box_id, Some(second.id), &by(41))
            .unwrap();
    }
    assert!(matches!(
        store.begin_try(&box_id, &by(50)).unwrap(),
        Tried::Locked
    ));
    let none = certificate("sz-01", "aa", CertificateOrigin::Enrolment);
    assert_eq!(
        store.use_enrolment(second.id, &none, &by(60)).unwrap(),
        None
    );
    let third = store.make_enrolment(&new("sz-01"), &by(70)).unwrap();
    store.cancel_enrolment(third.id, &by(80)).unwrap();
    assert_eq!(
        states(&*store),
        [
            EnrolState::Cancelled,
            EnrolState::Locked,
            EnrolState::Replaced
        ]
    );
    assert!(matches!(
        store.begin_try(&box_id, &by(90)).unwrap(),
        Tried::Nothing
    ));
    assert!(store.certificates().unwrap().is_empty());
    let audit = store.audit(100).unwrap();
    assert!(
        audit
            .iter()
            .any(|row| row.what == "enrolment_locked"
                && row.about.as_deref() == Some("branch:sz-01"))
    );
}

pub(super) fn certificates(open: &Opener) {
    let store = hq(open);
    let box_id = BoxId::parse("sz-01").unwrap();
    let seen = certificate("sz-01", "aa", CertificateOrigin::Elsewhere);
    assert!(store.note_connected(&seen, UtcMs(1)).unwrap().is_empty());
    let enrolment = store.make_enrolment(&new("sz-01"), &by(10)).unwrap();
    // The last try is the right one.
    for _ in 1..TRIES_MAX {
        store.begin_try(&box_id, &by(11)).unwrap();
        store
            .note_wrong_code(&box_id, Some(enrolment.id), &by(11))
            .unwrap();
    }
    store.begin_try(&box_id, &by(12)).unwrap();
    let given = certificate("sz-01", "bb", CertificateOrigin::Enrolment);
    let gone = store
        .use_enrolment(enrolment.id, &given, &by(12))
        .unwrap()
        .unwrap();
    assert_eq!(serials(&gone), ["aa"]);
    assert_eq!(
        store.use_enrolment(enrolment.id, &given, &by(13)).unwrap(),
        None
    );
    let next = certificate("sz-01", "cc", CertificateOrigin::Renewal);
    store.note_certificate(&next, &by(20)).unwrap();
    assert_eq!(store.good_certificates(&box_id, UtcMs(20)).unwrap(), 2);
    assert!(store.note_connected(&given, UtcMs(21)).unwrap().is_empty());
    assert_eq!(
        serials(&store.note_connected(&next, UtcMs(22)).unwrap()),
        ["bb"]
    );
    let gone = store.revoke(&box_id, None, "lost", &by(30)).unwrap();
    assert_eq!(serials(&gone), ["cc"]);
    assert!(matches!(
        store.revoke(&box_id, None, "lost", &by(31)),
        Err(StoreError::UnknownBox)
    ));
    assert_eq!(
        serials(&store.revoked_serials(UtcMs(40)).unwrap()),
        ["aa", "bb", "cc"]
    );
    assert!(store.revoked_serials(UtcMs(9_000)).unwrap().is_empty());
    let all = store.certificates().unwrap();
    assert_eq!(all[0].serial.as_str(), "cc");
    assert_eq!(
        (all[0].why.as_deref(), all[0].connected),
        (Some("lost"), Some(UtcMs(22)))
    );
}
