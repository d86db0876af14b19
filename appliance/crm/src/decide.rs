//! From a command to facts, or to a refusal: who may ask, and which rule answers.
use crate::erase::{self, Wish};
use crate::{configure, customer, devices, import, phones, user};
use messages::command::{Command, Role};
use messages::fact::{Actor, VaultRotationAsked};
use messages::registry::{Asked, Decider, Decision, Registry};
use messages::{Extension, IdMint, Refusal};
use rights::Action;

/// The rules of this crate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules;

impl Decider for Rules {
    #[allow(clippy::too_many_lines)] // a list
    fn decide(
        &self,
        asked: &Asked<'_>,
        registry: &dyn Registry,
        mint: &mut IdMint,
    ) -> Result<Decision, Refusal> {
        allowed(asked, registry)?;
        match asked.command {
            Command::ConfigureBranch(plan) => configure::decide(plan, registry),
            Command::ImportCustomers { batch, rows } => {
                import::decide(batch, rows, asked.now, registry, mint)
            }
            Command::MoveStage { customer, to } => customer::move_stage(*customer, *to, registry),
            Command::ViewNumber { customer, reason } => {
                customer::view_number(*customer, reason, asked.actor, registry)
            }
            Command::RefuseContact { number, reason } => {
                customer::refuse_contact(number, reason, registry)
            }
            Command::LiftRefusal { number, reason } => {
                customer::lift_refusal(number, reason, registry)
            }
            Command::CreateUser {
                user,
                role,
                extension,
                password_hash,
            } => user::create(user, *role, extension.as_ref(), password_hash, registry),
            Command::ResetPassword {
                user,
                password_hash,
            } => user::reset_password(user, password_hash, registry),
            Command::NoteSignIn { user } => user::signed_in(user, registry),
            Command::NoteSignInFailed { user } => user::sign_in_failed(user.as_ref(), registry),
            Command::NoteLockOut { user, until } => user::locked_out(user, *until, registry),
            Command::NoteSignOut { user } => user::signed_out(user, registry),
            Command::NotePlayed { recording } => {
                customer::played(*recording, asked.actor, registry)
            }
            Command::NoteExported { recording } => customer::exported(*recording, registry),
            Command::EraseCustomer {
                customer,
                reason,
                never_call,
            } => erase::customer(*customer, &wish(reason, *never_call), registry),
            Command::EraseNumber {
                number,
                reason,
                never_call,
            } => erase::number(number, &wish(reason, *never_call), registry),
            Command::EraseParty { party, reason } => {
                erase::party(*party, &wish(reason, false), registry)
            }
            Command::NoteErasureConfirmed { party, copy, on } => {
                erase::confirmed(*party, *copy, *on, registry)
            }
            Command::RotateVault => Ok(Decision::of(VaultRotationAsked {})),
            Command::SetCallHandling {
                extension,
                handling,
            } => phones::set_handling(extension, handling, registry),
            Command::AssignDevice(wish) => devices::assign(wish, asked, registry),
            Command::ReleaseDevice { mac } => devices::release(*mac, registry),
            Command::NoteDeviceServed(served) => devices::served(served, registry),
            Command::SetHuntGroup(group) => phones::set_group(group, registry),
            Command::RemoveHuntGroup { number } => phones::remove_group(number, registry),
            Command::NoteHangUpAsked { call } => customer::hang_up_asked(*call, registry),
        }
    }
}

const fn wish(reason: &str, never_call: bool) -> Wish<'_> {
    Wish { reason, never_call }
}

/// What a command needs its giver to be.
enum Needs<'a> {
    May(Action),
    /// The own phone; another one's with the right to it.
    Phone(&'a Extension),
    /// Somebody at the machine itself.
    Console,
    /// Headquarters, by a directive.
    Headquarters,
    /// The portal notes it about somebody: the gateway itself, or that user.
    PortalAbout(Option<&'a messages::UserName>),
}

const fn needs(command: &Command) -> Needs<'_> {
    match command {
        Command::ConfigureBranch(_) | Command::AssignDevice(_) | Command::ReleaseDevice { .. } => {
            Needs::May(Action::Configure)
        }
        Command::NoteDeviceServed(_) => Needs::PortalAbout(None),
        Command::ImportCustomers { .. } => Needs::May(Action::ImportCustomers),
        Command::MoveStage { .. } => Needs::May(Action::MoveStage),
        Command::ViewNumber { .. } => Needs::May(Action::ViewNumber),
        Command::RefuseContact { .. } => Needs::May(Action::RefuseContact),
        Command::LiftRefusal { .. } => Needs::May(Action::LiftRefusal),
        Command::CreateUser { .. } | Command::ResetPassword { .. } => {
            Needs::May(Action::ManageUsers)
        }
        Command::EraseCustomer { .. } | Command::EraseNumber { .. } => {
            Needs::May(Action::EraseCustomer)
        }
        Command::EraseParty { .. } | Command::NoteErasureConfirmed { .. } => Needs::Headquarters,
        Command::RotateVault => Needs::Console,
        Command::NotePlayed { .. } => Needs::May(Action::PlayRecording),
        Command::NoteExported { .. } => Needs::May(Action::ExportRecording),
        Command::SetCallHandling { extension, .. } => Needs::Phone(extension),
        Command::SetHuntGroup(_) | Command::RemoveHuntGroup { .. } => {
            Needs::May(Action::ManagePhones)
        }
        Command::NoteHangUpAsked { .. } => Needs::May(Action::HangUp),
        Command::NoteSignIn { user }
        | Command::NoteSignOut { user }
        | Command::NoteLockOut { user, .. } => Needs::PortalAbout(Some(user)),
        Command::NoteSignInFailed { user } => Needs::PortalAbout(user.as_ref()),
    }
}

fn allowed(asked: &Asked<'_>, registry: &dyn Registry) -> Result<(), Refusal> {
    let user = match asked.actor {
        Actor::System | Actor::Console => return Ok(()),
        Actor::User(user) => user,
        Actor::Hq => {
            return match needs(asked.command) {
                Needs::Headquarters => Ok(()),
                Needs::May(_) | Needs::Phone(_) | Needs::Console | Needs::PortalAbout(_) => {
                    Err(Refusal::NotAllowed)
                }
            };
        }
        Actor::Phone(_) | Actor::Trunk(_) => return Err(Refusal::NotAllowed),
    };
    let allowed = match needs(asked.command) {
        Needs::May(action) => rights::may(role(user, registry)?, action),
        Needs::Phone(phone) => {
            let known = registry.user(user)?.ok_or(Refusal::UnknownUser)?;
            known.extension.as_ref() == Some(phone) || rights::may(known.role, Action::ManagePhones)
        }
        Needs::Console | Needs::Headquarters => false,
        Needs::PortalAbout(about) => about == Some(user),
    };
    if allowed {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

fn role(user: &messages::UserName, registry: &dyn Registry) -> Result<Role, Refusal> {
    let known = registry.user(user)?.ok_or(Refusal::UnknownUser)?;
    Ok(known.role)
}
