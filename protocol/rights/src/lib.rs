//! rights
#![forbid(unsafe_code)]
