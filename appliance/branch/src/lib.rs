//! branch
#![forbid(unsafe_code)]
