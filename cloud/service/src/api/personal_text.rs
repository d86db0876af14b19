//! A personal value as headquarters may see it: a text, or why there is none.
use messages::{Personal, PersonalValue};
use rights::{Access, Viewer, Visible, access, view};
use serde::Serialize;
use utoipa::ToSchema;

/// A name or a number. `text` is null unless `state` is `clear` or `masked`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonalText {
    pub(super) state: PersonalState,
    #[schema(value_type = Option<String>, required)]
    pub(super) text: Option<Visible<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PersonalState {
    Clear,
    Masked,
    /// Headquarters holds no key for it.
    Sealed,
    /// The field policy does not show it to this role.
    Hidden,
    Erased,
}

pub(super) fn shown<T: PersonalValue>(viewer: &Viewer, value: &Personal<T>) -> PersonalText {
    let state = match (access(viewer.role, T::FIELD, viewer.policy), value) {
        (Access::None, Personal::Clear(_) | Personal::Sealed(_) | Personal::Erased) => {
            PersonalState::Hidden
        }
        (Access::Mask | Access::Read, Personal::Sealed(_)) => PersonalState::Sealed,
        (Access::Mask | Access::Read, Personal::Erased) => PersonalState::Erased,
        (Access::Mask, Personal::Clear(_)) => PersonalState::Masked,
        (Access::Read, Personal::Clear(_)) => PersonalState::Clear,
    };
    let text = match state {
        PersonalState::Clear | PersonalState::Masked => Some(view(viewer, value)),
        PersonalState::Sealed | PersonalState::Hidden | PersonalState::Erased => None,
    };
    PersonalText { state, text }
}

#[cfg(test)]
mod tests {
    use super::{PersonalState, shown};
    use messages::{PartyId, PartyNumber, Personal, Sealed, command::Role};
    use rights::{FieldPolicy, HqField, Viewer};

    fn viewer(role: Role, number: HqField) -> Viewer {
        Viewer {
            role,
            user: None,
            extension: None,
            policy: FieldPolicy {
                name: HqField::Never,
                number,
            },
        }
    }

    #[test]
    fn a_value_is_shown_by_policy_and_role_and_otherwise_says_why_not() {
        let clear = Personal::Clear(PartyNumber::parse("13800138000").unwrap());
        let sealed = Personal::Sealed(Sealed {
            party: PartyId::from_bytes([1; 16]),
            key_version: 1,
            cipher: vec![1, 2, 3],
        });
        use HqField::{Clear, Masked, Never};
        let (open, half) = (Some("13800138000"), Some("138****8000"));
        let table = [
            (Role::HqAdmin, Clear, &clear, PersonalState::Clear, open),
            (Role::HqAnalyst, Clear, &clear, PersonalState::Masked, half),
            (Role::HqAdmin, Masked, &clear, PersonalState::Masked, half),
            (Role::HqAdmin, Never, &clear, PersonalState::Hidden, None),
            (Role::HqAdmin, Never, &sealed, PersonalState::Hidden, None),
            (Role::HqAdmin, Clear, &sealed, PersonalState::Sealed, None),
            (
                Role::HqAdmin,
                Clear,
                &Personal::Erased,
                PersonalState::Erased,
                None,
            ),
        ];
        for (role, policy, value, state, text) in table {
            let seen = shown(&viewer(role, policy), value);
            assert_eq!(seen.state, state);
            assert_eq!(seen.text.map(rights::Visible::into_inner).as_deref(), text);
        }
    }
}
