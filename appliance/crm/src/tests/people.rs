//! Users: who may make them, and what is noted of their coming and going.
use super::fake::{CALL, CUSTOMER, Fake, user};
use messages::command::{Command, Role, Secret};
use messages::fact::Body;
use messages::{Extension, Refusal, Stage, UtcMs};

fn create(name: &str, role: Role, extension: Option<&str>) -> Command {
    Command::CreateUser {
        user: user(name),
        role,
        extension: extension.and_then(Extension::parse),
        password_hash: Secret::new("hash".to_owned()),
    }
}

#[test]
fn users_are_made_by_admins_with_a_role_of_the_branch_and_a_phone_that_is_there() {
    let fake = Fake::new();
    let table = [
        (
            "console",
            create("new", Role::Admin, None),
            Ok(vec!["user_created"]),
        ),
        (
            "user:admin",
            create("new", Role::Agent, Some("1000")),
            Ok(vec!["user_created"]),
        ),
        (
            "user:supervisor",
            create("new", Role::Agent, None),
            Err(Refusal::NotAllowed),
        ),
        (
            "user:admin",
            create("agent", Role::Agent, None),
            Err(Refusal::UserExists),
        ),
        (
            "user:admin",
            create("new", Role::Agent, Some("1999")),
            Err(Refusal::UnknownExtension),
        ),
        (
            "user:admin",
            create("new", Role::HqAdmin, None),
            Err(Refusal::NotAllowed),
        ),
        (
            "phone:1000",
            create("new", Role::Agent, None),
            Err(Refusal::NotAllowed),
        ),
        (
            "hq",
            create("new", Role::Agent, None),
            Err(Refusal::NotAllowed),
        ),
    ];
    for (actor, command, expected) in table {
        assert_eq!(fake.kinds(actor, &command), expected, "{actor} {command:?}");
    }
}

#[test]
fn a_password_is_sealed_for_its_user_alone() {
    let reset = Command::ResetPassword {
        user: user("agent"),
        password_hash: Secret::new("hash".to_owned()),
    };
    let decision = Fake::new().asks("console", &reset).unwrap();
    let [Body::UserPasswordReset(fact)] = &decision.facts[..] else {
        panic!("{decision:?}");
    };
    assert_eq!(fact.password_hash.0, b"user:agent");
}

#[test]
fn coming_and_going_is_noted_by_the_gateway_or_by_oneself() {
    let fake = Fake::new();
    let sign_in = Command::NoteSignIn {
        user: user("agent"),
    };
    let lock = Command::NoteLockOut {
        user: user("agent"),
        until: UtcMs(9),
    };
    let sign_out = Command::NoteSignOut {
        user: user("agent"),
    };
    for (command, kind) in [
        (&sign_in, "signed_in"),
        (&lock, "user_locked_out"),
        (&sign_out, "signed_out"),
    ] {
        assert_eq!(fake.kinds("system", command), Ok(vec![kind]));
        assert_eq!(fake.kinds("user:agent", command), Ok(vec![kind]));
        assert_eq!(fake.kinds("user:admin", command), Err(Refusal::NotAllowed));
    }
    let nobody = Command::NoteSignIn {
        user: user("nobody"),
    };
    assert_eq!(fake.kinds("system", &nobody), Err(Refusal::UnknownUser));
}

#[test]
fn a_name_that_is_no_user_is_not_kept() {
    let fake = Fake::new();
    for (name, kept) in [("agent", true), ("my-password", false)] {
        let failed = Command::NoteSignInFailed {
            user: Some(user(name)),
        };
        let decision = fake.asks("system", &failed).unwrap();
        let [Body::SignInFailed(fact)] = &decision.facts[..] else {
            panic!("{decision:?}");
        };
        assert_eq!(fact.user.is_some(), kept);
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_never_decided() {
    let fake = Fake {
        broken: true,
        ..Fake::new()
    };
    let commands = [
        create("new", Role::Agent, None),
        Command::MoveStage {
            customer: CUSTOMER,
            to: Stage::Won,
        },
        Command::NoteHangUpAsked { call: CALL },
        Command::ConfigureBranch(Fake::new().plan),
    ];
    for command in commands {
        assert_eq!(
            fake.kinds("console", &command),
            Err(Refusal::JournalUnavailable),
            "{command:?}"
        );
    }
}
