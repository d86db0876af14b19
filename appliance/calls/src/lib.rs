//! calls
#![forbid(unsafe_code)]
