//! Desk phones that configure themselves: what a phone asks for, whether it gets it, and the file in its own format.
//! Pure functions; formats as in the makers' administration guides, see docs/phones.md.
#![forbid(unsafe_code)]

mod dhcp;
mod judge;
mod maker;
mod render;
mod request;
mod sheet;
mod xml;

pub use dhcp::dnsmasq;
pub use judge::{Asked, Verdict, judge, waited_for};
pub use maker::{of_mac, of_user_agent};
pub use render::{Document, common, own, url_of};
pub use request::{File, Request};
pub use sheet::{Colleague, Common, Sheet};
