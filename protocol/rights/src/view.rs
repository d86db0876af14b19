//! The one door through which personal values leave for a user.
use crate::{
    mask,
    matrix::{Access, FieldPolicy, access},
};
use messages::{Extension, Field, Personal, PersonalValue, UserName, command::Role};
use serde::{Serialize, Serializer};

/// Somebody who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub role: Role,
    pub user: Option<UserName>,
    /// The phone on this user's desk: what "own" calls are.
    pub extension: Option<Extension>,
    /// Matters only for people at headquarters.
    pub policy: FieldPolicy,
}

impl Viewer {
    #[must_use]
    pub fn of_branch(role: Role, user: UserName, extension: Option<Extension>) -> Self {
        Self {
            role,
            user: Some(user),
            extension,
            policy: FieldPolicy::default(),
        }
    }
}

/// A value that a certain viewer may see, already masked where it must be. Only `view` makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visible<T>(T);

impl<T> Visible<T> {
    pub const fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Serialize> Serialize for Visible<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What `viewer` sees of `value`: clear, masked, or the empty text (not allowed, sealed for us, erased).
/// Numbers are shown as a Chinese keypad writes them.
#[must_use]
pub fn view<T: PersonalValue>(viewer: &Viewer, value: &Personal<T>) -> Visible<String> {
    let Some(clear) = value.clear() else {
        return Visible(mask::NOTHING.to_owned());
    };
    let text = shown(T::FIELD, &clear.to_text());
    Visible(match access(viewer.role, T::FIELD, viewer.policy) {
        Access::None => mask::NOTHING.to_owned(),
        Access::Mask => match T::FIELD {
            Field::Name => mask::name(&text),
            Field::Number => mask::number(&text),
        },
        Access::Read => text,
    })
}

fn shown(field: Field, text: &str) -> String {
    match field {
        Field::Name => text.to_owned(),
        Field::Number => {
            messages::PartyNumber::parse(text).map_or_else(|_bad| text.to_owned(), |n| n.to_dial())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Viewer, view};
    use crate::matrix::FieldPolicy;
    use messages::{PartyNumber, PersonName, Personal, UserName, command::Role};

    fn viewer(role: Role) -> Viewer {
        Viewer {
            role,
            user: UserName::parse("somebody"),
            extension: None,
            policy: FieldPolicy::default(),
        }
    }

    #[test]
    fn an_agent_sees_a_masked_number_and_an_admin_the_number() {
        let number = Personal::Clear(PartyNumber::parse("+8613800138000").unwrap());
        assert_eq!(view(&viewer(Role::Agent), &number).get(), "138****8000");
        assert_eq!(view(&viewer(Role::Admin), &number).get(), "13800138000");
        assert_eq!(view(&viewer(Role::HqAdmin), &number).get(), "");
    }

    #[test]
    fn an_erased_value_is_empty_for_everybody() {
        for role in Role::ALL {
            assert_eq!(
                view(&viewer(role), &Personal::<PersonName>::Erased).get(),
                ""
            );
        }
    }
}
