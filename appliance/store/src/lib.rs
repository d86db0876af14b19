//! branch-store
#![forbid(unsafe_code)]
