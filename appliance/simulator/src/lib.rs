//! simulator
#![forbid(unsafe_code)]
