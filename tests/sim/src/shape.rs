//! What a seed chooses before the story begins: how large the branch is, how good its network, what goes wrong.
use messages::command::Profile;
use sansio::SeededRng;
use std::time::Duration;

/// The frame of one story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Things that people try to do: calls mostly.
    pub tries: u32,
    pub phones: usize,
    /// Ports of the relay.
    pub ports: u16,
    pub profile: Profile,
    pub concurrent_max: u32,
    pub cps_max: u32,
    /// Mean time between two tries.
    pub gap: Duration,
    pub network: Network,
    /// The gateway is killed and started anew this often.
    pub crashes: u32,
    /// Keys that the vault does not give, in percent.
    pub keys_missing: u64,
    /// The gateway is told to stop at the end.
    pub stops: bool,
}

/// What happens to datagrams, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Each arrives once, in order, at once.
    Perfect,
    Lossy {
        lost: u64,
        twice: u64,
        delay_ms_max: u64,
    },
}

impl Shape {
    /// Everything may happen that text can carry.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = SeededRng::new(seed ^ 0x5ba9e);
        let network = match rng.below(4) {
            0 => Network::Lossy {
                lost: rng.below(150),
                twice: rng.below(100),
                delay_ms_max: 1 + rng.below(400),
            },
            1 => Network::Lossy {
                lost: 0,
                twice: 200,
                delay_ms_max: 30,
            },
            _ => Network::Perfect,
        };
        let crashes = if rng.below(4) == 0 {
            1 + u32_of(rng.below(3))
        } else {
            0
        };
        let profile = match rng.below(3) {
            0 => Profile::Production,
            _ => Profile::Lab,
        };
        Self {
            tries: 40 + u32_of(rng.below(40)),
            phones: 3 + usize::try_from(rng.below(12)).unwrap_or(0),
            ports: 8 + u16::try_from(rng.below(80)).unwrap_or(0),
            profile,
            concurrent_max: 1 + u32_of(rng.below(25)),
            cps_max: 1 + u32_of(rng.below(50)),
            gap: Duration::from_millis(20 + rng.below(2_500)),
            network,
            crashes,
            keys_missing: if rng.below(5) == 0 {
                100
            } else {
                rng.below(20)
            },
            stops: rng.below(3) == 0,
        }
    }

    /// As `of`, without what only text can lose: both forms tell the same story.
    #[must_use]
    pub fn told_twice(seed: u64) -> Self {
        Self {
            network: Network::Perfect,
            crashes: 0,
            ..Self::of(seed)
        }
    }

    /// A busy branch with a good network and `tries` calls, for measuring.
    #[must_use]
    pub const fn busy(tries: u32) -> Self {
        Self {
            tries,
            phones: 30,
            ports: 600,
            profile: Profile::Lab,
            concurrent_max: 200,
            cps_max: 100,
            gap: Duration::from_millis(150),
            network: Network::Perfect,
            crashes: 0,
            keys_missing: 2,
            stops: false,
        }
    }
}

fn u32_of(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
