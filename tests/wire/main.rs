//! The product on the wire: its real binaries, real sockets on loopback, peers that nobody here wrote.
#![forbid(unsafe_code)]

mod boot_check;
mod carrier;
mod copied;
mod doors;
mod enrolment;
mod flows;
mod forgetting;
mod full_disk;
mod given_on;
mod headquarters;
mod instruments;
mod kills;
mod linphone;
mod phones;
mod privacy;
mod provisioning;
mod recording;
mod replaced;
mod self_test;
mod sipp_phone;
mod speech;
mod storms;
mod survival;
mod trunks;
mod wishes;
