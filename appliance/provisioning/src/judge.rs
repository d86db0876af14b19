//! Whether a phone gets what it asks for. The file of a phone holds its password: it goes to the device that somebody gave the
//! number to, once for each token, and without a token only while somebody waits for it.
use crate::request::{File, Request};
use core::time::Duration;
use messages::{Device, Mac, UtcMs};
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// A phone asks twice for what it did not get whole: for so long the same address is given the same again.
const AGAIN: Duration = Duration::from_secs(120);

/// Tokens of before that are told apart from guesses.
const TOKENS_KNOWN: usize = 16;

/// What is known of a request when it is judged.
pub struct Asked<'a> {
    pub request: &'a Request,
    /// Whom the address was given to.
    pub device: Option<&'a Device>,
    /// The token that a device shows that was given so many configurations.
    pub token: &'a dyn Fn(u32) -> String,
    pub from: IpAddr,
    /// It asks from the own network; nobody else is given anything.
    pub local: bool,
    /// Whose address the own network knows there.
    pub neighbour: Option<Mac>,
    pub now: UtcMs,
}

macro_rules! verdicts {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// What became of a request; in the log that people read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Verdict { $($(#[$doc])* $name),* }

        impl Verdict {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Stable; also the key of its label in the UI.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
        }
    };
}

verdicts! {
    /// Its own configuration.
    Given = "given",
    /// The same once more: the first one did not arrive.
    GivenAgain = "given_again",
    /// What all phones of a maker are told.
    Common = "common",
    /// No file of ours.
    NotHere = "not_here",
    /// Nobody has given this device a number yet.
    Quarantined = "quarantined",
    /// It says no address, or no maker that is known here.
    Unknown = "unknown",
    /// The path and the phone's name say two addresses, or the network knows another one there.
    AddressDiffers = "address_differs",
    /// From beyond the own network.
    Foreign = "foreign",
    /// Without a token, and nobody waits for it.
    WindowOver = "window_over",
    TokenWrong = "token_wrong",
    /// It was good once.
    TokenUsed = "token_used",
    /// Where its configuration is: the answer to a phone that was just plugged in.
    Told = "told",
    /// It has its configuration, and asks all the same at each start.
    Settled = "settled",
    /// The journal or the tables did not answer: it asks again.
    NotReady = "not_ready",
    /// Too many requests from one address.
    TooMany = "too_many",
}

#[must_use]
pub fn judge(asked: &Asked<'_>) -> Verdict {
    let request = asked.request;
    if !asked.local {
        return Verdict::Foreign;
    }
    match request.file {
        File::Other => return Verdict::NotHere,
        File::Common => {
            return match request.vendor {
                Some(_) => Verdict::Common,
                None => Verdict::Unknown,
            };
        }
        File::Own => {}
    }
    let Some(mac) = request.mac else {
        return Verdict::Unknown;
    };
    if request.contradicts || asked.neighbour.is_some_and(|known| known != mac) {
        return Verdict::AddressDiffers;
    }
    let Some(device) = asked.device else {
        return Verdict::Quarantined;
    };
    match request.token.as_deref() {
        None if waited_for(device, asked.now) => Verdict::Given,
        Some(token) if same(token, &(asked.token)(device.serial)) => Verdict::Given,
        None if lately(device, asked) && device.open_until >= asked.now => Verdict::GivenAgain,
        None => Verdict::WindowOver,
        Some(token) => of_before(token, device, asked),
    }
}

/// Somebody gave it its number, and it has not come yet.
#[must_use]
pub fn waited_for(device: &Device, now: UtcMs) -> bool {
    let served = device.given.is_some_and(|given| given.since_assigned);
    now <= device.open_until && !served
}

fn of_before(token: &str, device: &Device, asked: &Asked<'_>) -> Verdict {
    let is = |serial: u32| same(token, &(asked.token)(serial));
    let last = device.serial.checked_sub(1);
    if last.is_some_and(is) && lately(device, asked) {
        return Verdict::GivenAgain;
    }
    // a device that kept its configuration shows an old one; a few are enough
    if !(0..device.serial).rev().take(TOKENS_KNOWN).any(is) {
        Verdict::TokenWrong
    } else if waited_for(device, asked.now) {
        Verdict::Given
    } else {
        Verdict::TokenUsed
    }
}

fn lately(device: &Device, asked: &Asked<'_>) -> bool {
    device.given.is_some_and(|given| {
        let age = asked.now.ms_since(given.at);
        given.since_assigned && given.to == asked.from && u128::from(age) <= AGAIN.as_millis()
    })
}

/// In the same time wherever they differ.
fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::{Asked, Verdict, judge};
    use crate::request::Request;
    use messages::{Device, DeviceVendor, Extension, Given, Mac, UtcMs};
    use std::net::{IpAddr, Ipv4Addr};

    const NOW: UtcMs = UtcMs(1_790_000_000_000);
    const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 50));
    const AGENT: &str = "Yealink SIP-T31G 124.86.0.40 00:15:65:74:b1:c2";

    fn mac() -> Mac {
        Mac::parse("00156574b1c2").unwrap()
    }

    fn device() -> Device {
        Device {
            mac: mac(),
            vendor: DeviceVendor::Yealink,
            model: "T31G".to_owned(),
            extension: Extension::parse("1001").unwrap(),
            open_until: UtcMs(NOW.0 + 60_000),
            serial: 3,
            given: None,
        }
    }

    fn given(seconds_ago: i64, to: IpAddr) -> Option<Given> {
        Some(Given {
            at: UtcMs(NOW.0 - seconds_ago * 1_000),
            to,
            since_assigned: true,
        })
    }

    fn of(path: &str, device: Option<&Device>, neighbour: Option<&str>) -> Verdict {
        let request = Request::read(path, AGENT).unwrap();
        judge(&Asked {
            request: &request,
            device,
            token: &|serial| format!("token{serial}"),
            from: PHONE,
            local: true,
            neighbour: neighbour.map(|text| Mac::parse(text).unwrap()),
            now: NOW,
        })
    }

    #[test]
    #[allow(clippy::too_many_lines)] // a table
    fn a_password_leaves_for_its_device_only_and_once_for_each_token() {
        let own = "00156574b1c2.cfg";
        let with = |token: &str| format!("t/{token}/{own}");
        let fresh = device();
        let over = Device {
            open_until: UtcMs(NOW.0 - 1),
            ..device()
        };
        let served = Device {
            given: given(60, PHONE),
            serial: 4,
            ..device()
        };
        let long_ago = Device {
            given: given(121, PHONE),
            ..served.clone()
        };
        let elsewhere = Device {
            given: given(1, IpAddr::V4(Ipv4Addr::new(192, 168, 1, 51))),
            ..served.clone()
        };
        let before = Device {
            given: Some(Given {
                since_assigned: false,
                ..given(1, PHONE).unwrap()
            }),
            ..device()
        };
        let open_again = Verdict::Given;
        let table = [
            ("nobody's", own.to_owned(), None, Verdict::Quarantined),
            ("waited for", own.to_owned(), Some(&fresh), Verdict::Given),
            ("assigned anew", own.to_owned(), Some(&before), open_again),
            (
                "its old token",
                with("token1"),
                Some(&before),
                Verdict::Given,
            ),
            ("too late", own.to_owned(), Some(&over), Verdict::WindowOver),
            (
                "too late, token",
                with("token3"),
                Some(&over),
                Verdict::Given,
            ),
            (
                "once more",
                own.to_owned(),
                Some(&served),
                Verdict::GivenAgain,
            ),
            (
                "later",
                own.to_owned(),
                Some(&long_ago),
                Verdict::WindowOver,
            ),
            (
                "other",
                own.to_owned(),
                Some(&elsewhere),
                Verdict::WindowOver,
            ),
            ("next", with("token4"), Some(&long_ago), Verdict::Given),
            ("last", with("token3"), Some(&served), Verdict::GivenAgain),
            (
                "last, later",
                with("token3"),
                Some(&long_ago),
                Verdict::TokenUsed,
            ),
            (
                "last, other",
                with("token3"),
                Some(&elsewhere),
                Verdict::TokenUsed,
            ),
            ("old", with("token1"), Some(&served), Verdict::TokenUsed),
            (
                "to come",
                with("token5"),
                Some(&served),
                Verdict::TokenWrong,
            ),
            ("guess", with("0000"), Some(&fresh), Verdict::TokenWrong),
        ];
        for (what, path, device, verdict) in table {
            assert_eq!(of(&path, device, None), verdict, "{what}");
        }
    }

    #[test]
    fn the_network_knows_whose_address_it_is() {
        let device = device();
        let of = |neighbour| of("00156574b1c2.cfg", Some(&device), neighbour);
        assert_eq!(of(None), Verdict::Given);
        assert_eq!(of(Some("00156574b1c2")), Verdict::Given);
        assert_eq!(of(Some("3c22fb0a0b0c")), Verdict::AddressDiffers);
    }

    #[test]
    fn nobody_beyond_the_own_network_is_given_anything() {
        for path in [
            "00156574b1c2.cfg",
            "t/token3/00156574b1c2.cfg",
            "y000000000123.cfg",
        ] {
            let request = Request::read(path, AGENT).unwrap();
            let asked = Asked {
                request: &request,
                device: Some(&device()),
                token: &|serial| format!("token{serial}"),
                from: PHONE,
                local: false,
                neighbour: None,
                now: NOW,
            };
            assert_eq!(judge(&asked), Verdict::Foreign, "{path}");
        }
    }

    #[test]
    fn what_holds_no_secret_needs_no_device() {
        assert_eq!(of("y000000000123.cfg", None, None), Verdict::Common);
        assert_eq!(of("y000000000123.boot", None, None), Verdict::NotHere);
        assert_eq!(of("0c383e0a0b0c.cfg", None, None), Verdict::AddressDiffers);
    }
}
