//! Field group × role → what is seen of it.
use messages::{Field, command::Role};

/// How much of a field a role sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Not even that there is something.
    None,
    Mask,
    Read,
}

/// What headquarters may see of a field: set for each branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum HqField {
    #[default]
    Never,
    Masked,
    Clear,
}

impl HqField {
    pub const ALL: [Self; 3] = [Self::Never, Self::Masked, Self::Clear];

    /// Stable; also the text in configuration files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Masked => "masked",
            Self::Clear => "clear",
        }
    }

    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    const fn access(self) -> Access {
        match self {
            Self::Never => Access::None,
            Self::Masked => Access::Mask,
            Self::Clear => Access::Read,
        }
    }
}

/// What headquarters may see of a branch's personal values. Nothing, unless it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldPolicy {
    pub name: HqField,
    pub number: HqField,
}

impl FieldPolicy {
    const fn of(self, field: Field) -> HqField {
        match field {
            Field::Name => self.name,
            Field::Number => self.number,
        }
    }
}

enum Cell {
    Fixed(Access),
    /// As the field policy says.
    Policy,
    /// As the field policy says, but never more than masked.
    PolicyMasked,
}

const fn cell(role: Role, field: Field) -> Cell {
    match (role, field) {
        (Role::Agent | Role::Supervisor | Role::Admin, Field::Name) => Cell::Fixed(Access::Read),
        (Role::Agent | Role::Supervisor, Field::Number) => Cell::Fixed(Access::Mask),
        (Role::Admin, Field::Number) => Cell::Fixed(Access::Read),
        (Role::HqAnalyst, Field::Name | Field::Number) => Cell::PolicyMasked,
        (Role::HqAdmin, Field::Name | Field::Number) => Cell::Policy,
    }
}

/// What `role` sees of `field`.
#[must_use]
pub fn access(role: Role, field: Field, policy: FieldPolicy) -> Access {
    match cell(role, field) {
        Cell::Fixed(access) => access,
        Cell::Policy => policy.of(field).access(),
        Cell::PolicyMasked => policy.of(field).access().min(Access::Mask),
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, FieldPolicy, HqField, access};
    use messages::{Field, command::Role};

    #[test]
    fn only_the_branch_admin_reads_numbers_whatever_the_policy_of_headquarters() {
        for policy in [HqField::Never, HqField::Masked, HqField::Clear] {
            let policy = FieldPolicy {
                name: policy,
                number: policy,
            };
            assert_eq!(access(Role::Agent, Field::Number, policy), Access::Mask);
            assert_eq!(
                access(Role::Supervisor, Field::Number, policy),
                Access::Mask
            );
            assert_eq!(access(Role::Admin, Field::Number, policy), Access::Read);
        }
    }

    #[test]
    fn headquarters_sees_what_the_policy_says_and_nothing_by_default() {
        let by = |number| {
            let policy = FieldPolicy {
                name: HqField::Never,
                number,
            };
            (
                access(Role::HqAnalyst, Field::Number, policy),
                access(Role::HqAdmin, Field::Number, policy),
            )
        };
        assert_eq!(by(HqField::Never), (Access::None, Access::None));
        assert_eq!(by(HqField::Masked), (Access::Mask, Access::Mask));
        assert_eq!(by(HqField::Clear), (Access::Mask, Access::Read));
        let nothing_said = FieldPolicy::default();
        assert_eq!(
            access(Role::HqAdmin, Field::Name, nothing_said),
            Access::None
        );
    }
}
