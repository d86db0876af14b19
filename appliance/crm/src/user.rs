//! Rules about people who sign in.
use messages::command::{Role, Secret};
use messages::fact::{
    SignInFailed, SignedIn, SignedOut, UserCreated, UserLockedOut, UserPasswordReset,
};
use messages::registry::{Decision, Registry};
use messages::{Extension, Refusal, UserName, UtcMs};

pub(crate) fn create(
    user: &UserName,
    role: Role,
    extension: Option<&Extension>,
    password_hash: &Secret,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    match role {
        Role::Agent | Role::Supervisor | Role::Admin => {}
        Role::HqAnalyst | Role::HqAdmin => return Err(Refusal::NotAllowed),
    }
    if registry.user(user)?.is_some() {
        return Err(Refusal::UserExists);
    }
    if let Some(extension) = extension
        && !registry.has_extension(extension)?
    {
        return Err(Refusal::UnknownExtension);
    }
    Ok(Decision::of(UserCreated {
        user: user.clone(),
        role,
        extension: extension.cloned(),
        password_hash: registry.seal_secret(&place(user), password_hash),
    }))
}

pub(crate) fn reset_password(
    user: &UserName,
    password_hash: &Secret,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    known(user, registry)?;
    Ok(Decision::of(UserPasswordReset {
        user: user.clone(),
        password_hash: registry.seal_secret(&place(user), password_hash),
    }))
}

pub(crate) fn signed_in(user: &UserName, registry: &dyn Registry) -> Result<Decision, Refusal> {
    known(user, registry)?;
    Ok(Decision::of(SignedIn { user: user.clone() }))
}

/// An unknown name is not kept: people type their passwords there.
pub(crate) fn sign_in_failed(
    user: Option<&UserName>,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    let user = match user {
        Some(name) => registry.user(name)?.map(|_known| name.clone()),
        None => None,
    };
    Ok(Decision::of(SignInFailed { user }))
}

pub(crate) fn locked_out(
    user: &UserName,
    until: UtcMs,
    registry: &dyn Registry,
) -> Result<Decision, Refusal> {
    known(user, registry)?;
    Ok(Decision::of(UserLockedOut {
        user: user.clone(),
        until,
    }))
}

pub(crate) fn signed_out(user: &UserName, registry: &dyn Registry) -> Result<Decision, Refusal> {
    known(user, registry)?;
    Ok(Decision::of(SignedOut { user: user.clone() }))
}

fn known(user: &UserName, registry: &dyn Registry) -> Result<(), Refusal> {
    registry
        .user(user)?
        .map(|_known| ())
        .ok_or(Refusal::UnknownUser)
}

fn place(user: &UserName) -> String {
    format!("user:{user}")
}
