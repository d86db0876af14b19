//! A disk for tests: below a watched folder it writes down what SQLite does, fails where it is told to, and shows
//! what would be left of the files if the power went at any moment.
mod disk;
mod image;
mod log;
mod platter;
#[allow(unsafe_code)] // SQLite's file system interface is a table of C functions
mod vfs;

pub use disk::{Disk, Fault, Harm};
pub use image::Image;
pub use log::{FileId, Op};
pub use platter::{Dice, Keep, Platter};
