//! The store as its users see it: opened on a real folder, with the real rules.
#![allow(clippy::unwrap_used)] // a test that cannot go on says where

mod store {
    mod alarms;
    mod calls;
    mod commands;
    mod cuts;
    mod erasure;
    mod faults;
    mod hq;
    mod offers;
    mod power_cut;
    mod privacy;
    mod restart;
    mod stage;
    mod watched;
}
