//! crm
#![forbid(unsafe_code)]
