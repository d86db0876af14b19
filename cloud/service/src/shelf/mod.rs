//! Snapshots of the boxes, so that another machine can take a box's place: one whole one for each, and the next one on its way.
//! Files in a folder of their own, beside the database and not in its backups. Nothing of them opens here.
mod door;
mod folder;
#[cfg(test)]
mod tests;

pub use door::snapshot_router;
pub use folder::{Kept, Shelf};
