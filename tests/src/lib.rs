//! What the wire tests stand on: worlds of real processes, foreign peers, measuring instruments.
#![forbid(unsafe_code)]

pub mod baresip;
pub mod binary;
pub mod cloud;
pub mod counted;
pub mod deadline;
pub mod desk_phone;
pub mod gateway;
pub mod journal;
pub mod linphone;
pub mod lossy;
pub mod netstring;
pub mod page;
pub mod port;
pub mod process;
pub mod sipp;
pub mod small_disk;
pub mod tone;
pub mod wav;
