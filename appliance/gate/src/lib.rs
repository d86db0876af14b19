//! gate
#![forbid(unsafe_code)]
