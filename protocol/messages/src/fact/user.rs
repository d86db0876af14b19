//! Facts about people who sign in. Password hashes and secrets travel only sealed by the box's own key.
use crate::{UserName, UtcMs, command::Role};
use serde::{Deserialize, Serialize};

/// A secret that only this appliance can open (AES-256-GCM under the box key).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BoxSealed(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl core::fmt::Debug for BoxSealed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "BoxSealed({} bytes)", self.0.len())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCreated {
    pub user: UserName,
    pub role: Role,
    /// The phone on this user's desk.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<crate::Extension>,
    pub password_hash: BoxSealed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPasswordReset {
    pub user: UserName,
    pub password_hash: BoxSealed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserLockedOut {
    pub user: UserName,
    pub until: UtcMs,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: UserName,
}

/// Wrong name or password. The name is kept only where such a user exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInFailed {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user: Option<UserName>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOut {
    pub user: UserName,
}
