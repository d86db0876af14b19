//! seal
#![forbid(unsafe_code)]
