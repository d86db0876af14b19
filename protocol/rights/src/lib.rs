//! Who may see and do what, as tables; `view` is the only maker of what may leave for a user's eyes.
#![forbid(unsafe_code)]

mod action;
mod mask;
mod matrix;
mod row;
mod view;

pub use action::{Action, may};
pub use matrix::{Access, FieldPolicy, HqField, access};
pub use row::{Row, RowScope, Subject, row_scope, sees};
pub use view::{Viewer, Visible, view};
