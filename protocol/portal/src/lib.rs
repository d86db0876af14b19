//! portal
#![forbid(unsafe_code)]
