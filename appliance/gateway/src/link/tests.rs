//! What the link task promises, over a pipe in memory.
