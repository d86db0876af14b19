//! house-tests
#![forbid(unsafe_code)]
