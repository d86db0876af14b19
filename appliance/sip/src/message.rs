//! SIP messages as text and back: the only room that names rsip; its parser stands behind our own lexer.
pub(crate) mod body;
pub(crate) mod credentials;
pub(crate) mod draft;
pub(crate) mod fault;
pub(crate) mod head;
pub(crate) mod lexer;
pub(crate) mod method;
pub(crate) mod name;
pub(crate) mod name_addr;
pub(crate) mod params;
pub(crate) mod parse;
pub(crate) mod phrase;
pub(crate) mod reason;
pub(crate) mod received;
pub(crate) mod scan;
pub(crate) mod uri;
pub(crate) mod via;

pub(crate) use draft::{Draft, Reply};
pub(crate) use fault::Fault;
pub(crate) use head::Head;
pub(crate) use method::Method;
pub(crate) use name::Name;
pub(crate) use name_addr::NameAddr;
pub(crate) use parse::{Parsed, parse};
pub(crate) use received::{ReplyHead, Request, Response};
pub(crate) use uri::Uri;
pub(crate) use via::Via;
