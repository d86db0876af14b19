//! Deciding without waiting: the `Machine` contract, named timers, seeded choices, and a driver in virtual time.
#![forbid(unsafe_code)]

mod machine;
mod rng;
mod secrets;
mod timer_table;
pub mod virtual_time;

pub use machine::Machine;
pub use rng::SeededRng;
pub use secrets::{Secrets, SeededSecrets};
pub use timer_table::TimerTable;
