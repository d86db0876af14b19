//! The live board: what is going on now, kept from the branch's facts and shown to every open page at once.
mod board;
mod event;
mod eye;
mod hub;
mod socket;
mod view;

pub use board::Phase;
pub use event::{BranchShape, CallChange, LinkHealth, LiveEvent, OpenCall, TrunkShape};
pub use hub::LiveHub;
pub use view::{BoardView, Change, LiveCallView, LiveMessage, MachineView, PhoneView, TrunkView};

pub(super) use socket::__path_live;
pub(super) use socket::live;
pub(super) use view::Showing;
