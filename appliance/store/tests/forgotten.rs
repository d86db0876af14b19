//! Erased means erased: with every file of both sides from before, and every key that is still held, nothing of an erased person
//! opens; everything of everybody else does; the chain holds on both sides.
#![allow(clippy::unwrap_used)] // a test that cannot go on says where

mod forgotten {
    mod attack;
    mod proof;
    mod world;
}
