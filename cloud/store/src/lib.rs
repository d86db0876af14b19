//! hq-store
#![forbid(unsafe_code)]
