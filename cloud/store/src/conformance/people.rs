//! Cases of headquarters' own people.
use super::{Opener, hq};
use crate::{Deed, StoreError, UserRecord};
use messages::command::{Role, Secret};
use messages::{UserName, UtcMs};
use std::net::{IpAddr, Ipv4Addr};

fn user(name: &str) -> UserRecord {
    UserRecord {
        user: UserName::parse(name).unwrap(),
        role: Role::HqAdmin,
        password_hash: Secret::new("$argon2id$…".to_owned()),
        created: UtcMs(1),
        changed: UtcMs(1),
        locked_until: None,
    }
}

pub(super) fn users(open: &Opener) {
    let store = hq(open);
    let (li, wang) = (user("li"), user("wang"));
    assert_eq!(store.users().unwrap(), []);
    store.create_user(&li).unwrap();
    store.create_user(&wang).unwrap();
    assert!(matches!(
        store.create_user(&li),
        Err(StoreError::UserExists)
    ));
    assert_eq!(store.users().unwrap(), [li.clone(), wang]);
    let until = UtcMs(99);
    store
        .note_deed(Some(&li.user), &Deed::LockedOut { until }, None, UtcMs(2))
        .unwrap();
    let locked = store.user(&li.user).unwrap().unwrap();
    assert_eq!(locked.locked_until, Some(until));
    let fresh = Secret::new("other".to_owned());
    store.set_password(&li.user, &fresh, UtcMs(3)).unwrap();
    let changed = store.user(&li.user).unwrap().unwrap();
    assert_eq!((changed.changed, changed.locked_until), (UtcMs(3), None));
    assert_eq!(changed.password_hash, fresh);
    let nobody = UserName::parse("nobody").unwrap();
    assert!(matches!(
        store.set_password(&nobody, &fresh, UtcMs(4)),
        Err(StoreError::UnknownUser)
    ));
}

pub(super) fn audit(open: &Opener) {
    let store = hq(open);
    let li = user("li");
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    store.create_user(&li).unwrap();
    store
        .note_deed(Some(&li.user), &Deed::SignedIn, Some(ip), UtcMs(5))
        .unwrap();
    store
        .note_deed(None, &Deed::SignInFailed, Some(ip), UtcMs(6))
        .unwrap();
    let rows = store.audit(10).unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (row.utc.0, row.what.as_str()))
        .collect();
    assert_eq!(
        seen,
        [(6, "sign_in_failed"), (5, "signed_in"), (1, "user_created")]
    );
    assert_eq!(
        (&rows[0].user, rows[0].from_ip.as_deref()),
        (&None, Some("127.0.0.1"))
    );
    assert_eq!(rows[1].user, Some(li.user));
    assert_eq!(store.audit(1).unwrap().len(), 1);
}
