//! What the wire tests stand on: worlds of real processes, foreign peers, measuring instruments.
#![forbid(unsafe_code)]
