//! Which rows a role sees: its own, or all of the branch.
use crate::Viewer;
use messages::{Extension, command::Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowScope {
    None,
    /// What happened at the viewer's own phone.
    Own,
    Branch,
}

/// What a list is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Customers,
    Calls,
    Recordings,
    Audit,
    Users,
    /// Phones, trunks, rules, policy.
    Branch,
    /// Sync, disk, heat.
    Machine,
}

/// One row, as far as its scope needs to know it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'a> {
    pub extension: Option<&'a Extension>,
    pub other_extension: Option<&'a Extension>,
}

/// The rows of `subject` that `role` sees.
#[must_use]
pub const fn row_scope(role: Role, subject: Subject) -> RowScope {
    match (role, subject) {
        (Role::Agent, Subject::Calls | Subject::Recordings) => RowScope::Own,
        (Role::Agent | Role::Supervisor, Subject::Audit | Subject::Users) => RowScope::None,
        (
            Role::HqAnalyst | Role::HqAdmin,
            Subject::Users | Subject::Branch | Subject::Recordings,
        )
        | (Role::HqAnalyst, Subject::Audit) => RowScope::None,
        (
            Role::Agent | Role::Supervisor | Role::Admin | Role::HqAnalyst | Role::HqAdmin,
            Subject::Customers
            | Subject::Calls
            | Subject::Recordings
            | Subject::Audit
            | Subject::Users
            | Subject::Branch
            | Subject::Machine,
        ) => RowScope::Branch,
    }
}

/// Does `viewer` see this row of `subject`?
#[must_use]
pub fn sees(viewer: &Viewer, subject: Subject, row: Row<'_>) -> bool {
    match row_scope(viewer.role, subject) {
        RowScope::None => false,
        RowScope::Branch => true,
        RowScope::Own => viewer
            .extension
            .as_ref()
            .is_some_and(|own| row.extension == Some(own) || row.other_extension == Some(own)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Subject, sees};
    use crate::Viewer;
    use messages::{Extension, UserName, command::Role};

    #[test]
    fn an_agent_sees_the_calls_of_the_own_phone_and_no_others() {
        let extension = |text| Extension::parse(text).unwrap();
        let (own, foreign) = (extension("1000"), extension("1001"));
        let agent = Viewer::of_branch(
            Role::Agent,
            UserName::parse("li").unwrap(),
            Some(own.clone()),
        );
        let at = |extension| Row {
            extension: Some(extension),
            other_extension: None,
        };
        assert!(sees(&agent, Subject::Calls, at(&own)));
        assert!(!sees(&agent, Subject::Calls, at(&foreign)));
        assert!(!sees(&agent, Subject::Recordings, Row::default()));
        let nobody = Viewer {
            extension: None,
            ..agent.clone()
        };
        assert!(!sees(&nobody, Subject::Calls, Row::default()));
        assert!(sees(&agent, Subject::Customers, Row::default()));
        assert!(!sees(&agent, Subject::Audit, Row::default()));
    }
}
