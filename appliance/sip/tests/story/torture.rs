//! The torture messages of RFC 4475 and RFC 5118: each gets its right answer, and the machine still answers after it.
use crate::world::{GATEWAY, World};
use bytes::Bytes;
use sip::Input;
use sipx_testkit::{rfc4475, rfc5118};

/// What the message may be answered.
enum Right {
    /// Dropped without a word.
    Silence,
    /// One of these codes.
    Codes(&'static [u16]),
    /// Well formed: anything but a 400.
    WellFormed,
    /// This code; being taken as if it were well formed is tolerated (RFC 4475 says so).
    OrLenient(u16),
    /// Refused with 400, or dropped.
    OrDropped(u16),
}

use Right::{Codes, OrDropped, OrLenient, Silence, WellFormed};

/// By the name that RFC 4475 gives, with its section.
const EXPECTED: [(&str, &str, Right); 49] = [
    ("wsinv", "3.1.1.1", WellFormed),
    (
        "intmeth",
        "3.1.1.2",
        Codes(&[501, 405, 404, 403, 401, 407, 200]),
    ),
    ("esc01", "3.1.1.3", WellFormed),
    ("escnull", "3.1.1.4", WellFormed),
    ("esc02", "3.1.1.5", Codes(&[501, 405, 404, 403, 401, 407])),
    ("lwsdisp", "3.1.1.6", WellFormed),
    ("longreq", "3.1.1.7", WellFormed),
    ("dblreq", "3.1.1.8", WellFormed),
    ("semiuri", "3.1.1.9", WellFormed),
    ("transports", "3.1.1.10", WellFormed),
    ("mpart01", "3.1.1.11", WellFormed),
    ("unreason", "3.1.1.12", Silence),
    ("noreason", "3.1.1.13", Silence),
    ("badinv01", "3.1.2.1", Codes(&[400])),
    ("clerr", "3.1.2.2", Codes(&[400])),
    ("ncl", "3.1.2.3", Codes(&[400])),
    ("scalar02", "3.1.2.4", Codes(&[400])),
    ("scalarlg", "3.1.2.5", Silence),
    ("quotbal", "3.1.2.6", Codes(&[400])),
    ("ltgtruri", "3.1.2.7", OrLenient(400)),
    ("lwsruri", "3.1.2.8", OrLenient(400)),
    ("lwsstart", "3.1.2.9", OrLenient(400)),
    ("trws", "3.1.2.10", OrLenient(400)),
    ("escruri", "3.1.2.11", OrLenient(400)),
    ("baddate", "3.1.2.12", OrLenient(400)),
    ("regbadct", "3.1.2.13", Codes(&[400])),
    ("badaspec", "3.1.2.14", OrLenient(400)),
    ("baddn", "3.1.2.15", OrLenient(400)),
    ("badvers", "3.1.2.16", Codes(&[505])),
    ("mismatch01", "3.1.2.17", Codes(&[400])),
    ("mismatch02", "3.1.2.18", Codes(&[501, 400])),
    ("bigcode", "3.1.2.19", Silence),
    ("badbranch", "3.2.1", OrLenient(400)),
    ("insuf", "3.3.1", OrDropped(400)),
    ("unkscm", "3.3.2", Codes(&[416])),
    ("novelsc", "3.3.3", Codes(&[416])),
    ("unksm2", "3.3.4", Codes(&[400, 401, 407, 404, 403])),
    ("bext01", "3.3.5", Codes(&[420])),
    ("invut", "3.3.6", Codes(&[415, 401, 407])),
    ("regaut01", "3.3.7", Codes(&[401, 407, 404, 403])),
    ("multi01", "3.3.8", Codes(&[400])),
    ("mcl01", "3.3.9", Codes(&[400])),
    ("bcast", "3.3.10", Silence),
    ("zeromf", "3.3.11", Codes(&[200, 483, 404, 401, 407])),
    ("cparam01", "3.3.12", Codes(&[200, 401, 407, 404, 403])),
    ("cparam02", "3.3.13", Codes(&[200, 401, 407, 404, 403])),
    ("regescrt", "3.3.14", Codes(&[200, 401, 407, 404, 403])),
    ("sdp01", "3.3.15", Codes(&[406, 401, 407])),
    ("inv2543", "3.4.1", WellFormed),
];

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Score {
    Right,
    Tolerated,
    Wrong,
}

fn judge(right: &Right, code: Option<u16>) -> Score {
    let good = match (right, code) {
        (Silence, code) => code.is_none(),
        (Codes(codes), Some(code)) => codes.contains(&code),
        (WellFormed, Some(code)) => code != 400,
        (OrLenient(wanted), Some(code)) if code != *wanted => return Score::Tolerated,
        (OrLenient(wanted) | OrDropped(wanted), Some(code)) => code == *wanted,
        (OrDropped(_), None) => true,
        (Codes(_) | WellFormed | OrLenient(_), None) => false,
    };
    if good { Score::Right } else { Score::Wrong }
}

/// Final answer to one datagram from a stranger.
fn answer(world: &mut World, bytes: Bytes) -> (Option<u16>, String) {
    let flow = sip::Flow {
        remote: "192.0.2.200:5060".parse().unwrap(),
        ..crate::world::flow(GATEWAY, GATEWAY)
    };
    world.sent.clear();
    world.input(GATEWAY, Input::Received { flow, bytes });
    let code = |text: &str| text.get(8..11).and_then(|code| code.parse::<u16>().ok());
    let last = world
        .sent
        .iter()
        .rev()
        .find(|(_, _, text)| text.starts_with("SIP/2.0 ") && code(text) != Some(100));
    let text = last.map(|(_, _, text)| text.clone()).unwrap_or_default();
    (code(&text), text)
}

fn is_alive(world: &mut World, number: usize) -> bool {
    let options = format!(
        "OPTIONS sip:branch SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.201;branch=z9hG4bKalive{number};rport\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:branch>\r\nCall-ID: alive{number}\r\nCSeq: 1 OPTIONS\r\n\r\n"
    );
    answer(world, Bytes::from(options)).0 == Some(200)
}

/// A passing test's words are swallowed: the runner's last lines read the score from here.
fn say_score(name: &str, score: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(format!("{name}.score")), format!("{score}\n")).unwrap();
}

/// As the published table writes what is accepted.
fn in_words(right: &Right) -> String {
    match right {
        Silence => "none".to_owned(),
        WellFormed => "any but 400,crash".to_owned(),
        OrLenient(code) => format!("{code},lenient"),
        OrDropped(code) => format!("{code},none"),
        Codes(codes) => {
            let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
            codes.join(",")
        }
    }
}

#[test]
#[ignore = "needs the data beside the project"]
#[allow(clippy::disallowed_methods)] // the folder is named by whoever runs it
fn accept_the_expected_answers_are_those_of_the_published_table() {
    let data = std::env::var("ZK_DATA").expect("ZK_DATA names the folder");
    let table = std::fs::read_to_string(format!("{data}/sip-torture/expected.tsv")).unwrap();
    let mut rows = 0;
    for row in table.lines().skip(1) {
        let columns: Vec<_> = row.split('\t').collect();
        let ours = EXPECTED.iter().find(|(name, ..)| *name == columns[0]);
        let (_, section, right) = ours.unwrap_or_else(|| panic!("{} is missing", columns[0]));
        assert_eq!(
            (*section, in_words(right).as_str()),
            (columns[1], columns[5]),
            "{}",
            columns[0]
        );
        rows += 1;
    }
    assert_eq!(rows, EXPECTED.len());
}

#[test]
fn torture_messages_get_their_right_answer() {
    let mut world = World::new(40);
    let (mut right, mut tolerated) = (0, 0);
    for (number, (name, section, expected)) in EXPECTED.iter().enumerate() {
        let case = rfc4475::case(name).unwrap();
        let (code, text) = answer(&mut world, Bytes::from_static(case.bytes));
        match judge(expected, code) {
            Score::Right => right += 1,
            Score::Tolerated => tolerated += 1,
            Score::Wrong => println!("{section} {name}: answered {code:?}\n{text}"),
        }
        assert!(is_alive(&mut world, number), "dead after {name}");
    }
    say_score(
        "torture",
        &format!(
            "SIP torture (RFC 4475): {right} right + {tolerated} tolerated of {}",
            EXPECTED.len()
        ),
    );
    assert!(right + tolerated >= 49, "{right} + {tolerated}");
}

#[test]
fn messages_with_ipv6_addresses_are_read_and_the_bad_one_is_refused() {
    let mut world = World::new(41);
    let mut right = 0;
    let cases: Vec<_> = rfc5118::classified().collect();
    for (number, case) in cases.iter().enumerate() {
        let (code, text) = answer(&mut world, case.wire());
        let is_response = case.wire().starts_with(b"SIP/2.0");
        let good = if case.name == "ipv6-bad" {
            code == Some(400)
        } else {
            is_response || code.is_some_and(|code| code != 400)
        };
        if good {
            right += 1;
        } else {
            println!("{} {}: answered {code:?}\n{text}", case.section, case.name);
        }
        assert!(is_alive(&mut world, number), "dead after {}", case.name);
    }
    say_score(
        "torture-ipv6",
        &format!("SIP torture (RFC 5118): {right} right of {}", cases.len()),
    );
    assert_eq!((right, cases.len()), (12, 12));
}
