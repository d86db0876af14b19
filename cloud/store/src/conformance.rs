//! What every store has to keep: one suite, run against each implementation.
