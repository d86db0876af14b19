//! Who may call a route, in the words of the API's document.

pub(super) const ANYONE: [&str; 1] = ["anyone"];
pub(super) const STAFF: [&str; 3] = ["agent", "supervisor", "admin"];
pub(super) const LEADERS: [&str; 2] = ["supervisor", "admin"];
pub(super) const ADMINS: [&str; 1] = ["admin"];
