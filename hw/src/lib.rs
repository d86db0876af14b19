//! hw
#![forbid(unsafe_code)]
