//! Which role may do what: one line for each action.
use messages::command::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Configure,
    ImportCustomers,
    MoveStage,
    /// See a number in clear, with a reason that is recorded.
    ViewNumber,
    RefuseContact,
    LiftRefusal,
    ManageUsers,
    /// Call a customer from the own phone.
    Dial,
    /// Say what becomes of calls to other people's phones, and whom a group rings.
    ManagePhones,
    /// End a running call of another person.
    HangUp,
    /// Let in an address that was shut out.
    LetIn,
    PlayRecording,
    ExportRecording,
    SearchAudit,
    /// Forget a person for good.
    EraseCustomer,
}

impl Action {
    pub const ALL: [Self; 15] = [
        Self::Configure,
        Self::ImportCustomers,
        Self::MoveStage,
        Self::ViewNumber,
        Self::RefuseContact,
        Self::LiftRefusal,
        Self::ManageUsers,
        Self::Dial,
        Self::ManagePhones,
        Self::HangUp,
        Self::LetIn,
        Self::PlayRecording,
        Self::ExportRecording,
        Self::SearchAudit,
        Self::EraseCustomer,
    ];

    const fn roles(self) -> &'static [Role] {
        match self {
            Self::Configure
            | Self::ImportCustomers
            | Self::LiftRefusal
            | Self::ManageUsers
            | Self::ExportRecording
            | Self::SearchAudit
            | Self::EraseCustomer => &[Role::Admin],
            Self::ViewNumber | Self::HangUp | Self::LetIn | Self::ManagePhones => {
                &[Role::Supervisor, Role::Admin]
            }
            Self::MoveStage | Self::RefuseContact | Self::Dial | Self::PlayRecording => {
                &[Role::Agent, Role::Supervisor, Role::Admin]
            }
        }
    }
}

/// May `role` do it?
#[must_use]
pub fn may(role: Role, action: Action) -> bool {
    action.roles().contains(&role)
}

#[cfg(test)]
mod tests {
    use super::{Action, may};
    use messages::command::Role;

    #[test]
    fn an_admin_of_the_branch_may_do_all_and_headquarters_nothing_here() {
        for action in Action::ALL {
            assert!(may(Role::Admin, action));
            assert!(!may(Role::HqAdmin, action) && !may(Role::HqAnalyst, action));
        }
        assert!(may(Role::Agent, Action::Dial));
        assert!(!may(Role::Agent, Action::ViewNumber));
        assert!(may(Role::Supervisor, Action::ViewNumber));
        assert!(!may(Role::Supervisor, Action::Configure));
    }
}
