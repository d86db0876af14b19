//! The carrier on real sockets: each fate as its caller meets it, the limits, and one seed is one series of fates.
#![allow(clippy::unwrap_used)]
#![forbid(unsafe_code)]

use media::rtp::RtpPacket;
use messages::{Moment, Q850, SipCode, TrunkName};
use simulator::announcement::Announcement;
use simulator::carrier::Carrier;
use simulator::config::{CarrierConfig, Outcomes};
use simulator::endpoint::Endpoint;
use simulator::{journal, sdp};
use sip::{Command, Event, Invite, LegId, Target, TrunkAccount};
use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
const NOBODY: Outcomes = Outcomes {
    answer: 0,
    no_answer: 0,
    busy: 0,
    vacant: 0,
    fast_failure: 0,
};

/// A carrier on a thread of its own; ends on `end`.
struct Stage {
    address: SocketAddr,
    log: PathBuf,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn with(change: impl FnOnce(&mut CarrierConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("carrier.log");
        let text = format!("listen = \"127.0.0.1:0\"\nlog = \"{}\"\n", log.display());
        let mut config: CarrierConfig = toml::from_str(&text).unwrap();
        config.times.ring_ms = [20, 60];
        config.times.talk_ms = [20, 60];
        config.times.no_answer_ms = 60;
        config.times.announcement_ms = Some(200);
        config.times.callee_hangs_up_percent = 100;
        change(&mut config);
        let carrier = Carrier::new(config).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (address, ends) = (carrier.local(), Arc::clone(&stop));
        Self {
            address,
            log,
            stop,
            thread: std::thread::spawn(move || carrier.run(&ends)),
            _folder: folder,
        }
    }

    /// Ends it; what it wrote of each called number: outcome, code, who ended.
    fn end(self) -> BTreeMap<String, (String, Option<u16>, String)> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap().unwrap();
        let lines = journal::read(&self.log).unwrap().into_iter();
        lines
            .map(|line| (line.called, (line.outcome, line.code, line.ended_by)))
            .collect()
    }
}

/// What a caller met on one call.
#[derive(Debug, Default, PartialEq, Eq)]
struct Met {
    progress: Vec<u16>,
    answered: bool,
    over: bool,
    code: Option<u16>,
    cause: Option<u8>,
}

/// Calls a carrier as a gateway does.
struct Caller {
    endpoint: Endpoint,
    calls: BTreeMap<LegId, Met>,
    sound: UdpSocket,
}

impl Caller {
    fn of(stage: &Stage) -> Self {
        let trunk = TrunkAccount {
            name: TrunkName::parse("carrier").unwrap(),
            flow: Some(sip::Flow::udp(stage.address, stage.address)),
            host: stage.address.to_string(),
            accept_from: Vec::new(),
            options_every: None,
            offers: sip::Offers::default(),
            domain: None,
            login: None,
            caller_in: Default::default(),
        };
        let config = sip::Config {
            trunks: vec![trunk],
            ..sip::Config::default()
        };
        let sound = UdpSocket::bind("127.0.0.1:0").unwrap();
        sound.set_nonblocking(true).unwrap();
        Self {
            endpoint: Endpoint::bind("127.0.0.1:0".parse().unwrap(), config).unwrap(),
            calls: BTreeMap::new(),
            sound,
        }
    }

    fn call(&mut self, called: &str) -> LegId {
        let leg = self.endpoint.mint_leg();
        let sound = self.sound.local_addr().unwrap();
        self.calls.insert(leg, Met::default());
        let invite = Invite {
            leg,
            to: Target::Trunk(TrunkName::parse("carrier").unwrap()),
            called: called.to_owned(),
            caller: "1000".to_owned(),
            display: None,
            sdp: Some(sdp::describe(sound.ip(), sound.port())),
            private: false,
            diverted: Vec::new(),
            auto_answer: false,
            silence_max: None,
        };
        self.endpoint.command(Command::Invite(Box::new(invite)));
        leg
    }

    fn hang_up(&mut self, leg: LegId) {
        self.endpoint.command(Command::Release {
            leg,
            code: SipCode(480),
            cause: Some(Q850::NORMAL),
            retry_after: None,
        });
    }

    #[allow(clippy::wildcard_enum_match_arm)] // a caller waits for three things
    fn note(&mut self, event: Event) {
        match event {
            Event::Progressed { leg, code, .. } => {
                let met = self.calls.entry(leg).or_default();
                met.progress.push(code.0);
            }
            Event::Answered { leg, .. } => self.calls.entry(leg).or_default().answered = true,
            Event::Ended { leg, cause, .. } => {
                let met = self.calls.entry(leg).or_default();
                met.over = true;
                met.code = cause.sip.map(|code| code.0);
                met.cause = cause.q850.map(|cause| cause.0);
            }
            _ => {}
        }
    }

    #[track_caller]
    fn until(&mut self, what: &str, mut reached: impl FnMut(&mut Self) -> bool) {
        let end: Moment = self.endpoint.now().mono + PATIENCE;
        while !reached(self) {
            assert!(
                self.endpoint.now().mono < end,
                "not reached: {what}: {:?}",
                self.calls
            );
            for event in self.endpoint.step(Duration::from_millis(5)) {
                self.note(event);
            }
        }
    }

    #[track_caller]
    fn until_all_over(&mut self) {
        self.until("all calls are over", |now| {
            now.calls.values().all(|met| met.over)
        });
    }

    fn all(&self, met: impl Fn(&Met) -> bool) -> usize {
        self.calls.values().filter(|one| met(one)).count()
    }
}

#[test]
fn each_fate_is_met_as_it_is_described() {
    let fate = |name: &str| {
        let mut outcomes = NOBODY;
        match name {
            "answer" => outcomes.answer = 1,
            "no_answer" => outcomes.no_answer = 1,
            "busy" => outcomes.busy = 1,
            "vacant" => outcomes.vacant = 1,
            "fast_failure" => outcomes.fast_failure = 1,
            other => panic!("no fate {other}"),
        }
        outcomes
    };
    #[allow(clippy::type_complexity)] // a table
    let table: [(&str, &[u16], Option<u16>, Option<u8>); 5] = [
        ("answer", &[180], None, Some(16)),
        ("no_answer", &[180], Some(480), Some(19)),
        ("busy", &[], Some(486), Some(17)),
        ("vacant", &[183], Some(404), Some(1)),
        ("fast_failure", &[], Some(500), Some(41)),
    ];
    for (name, progress, code, cause) in table {
        let stage = Stage::with(|config| config.outcomes = fate(name));
        let mut caller = Caller::of(&stage);
        caller.call("13800138000");
        caller.until_all_over();
        let answered = name == "answer";
        let met = caller.calls.into_values().next().unwrap();
        assert_eq!(
            (met.progress.as_slice(), met.answered),
            (progress, answered),
            "{name}"
        );
        assert_eq!((met.code, met.cause), (code, cause), "{name}");
        let written = stage.end();
        let (outcome, said, by) = &written["13800138000"];
        assert_eq!((outcome.as_str(), by.as_str()), (name, "near"));
        assert_eq!(*said, code.or(Some(200)), "{name}");
    }
}

/// What a caller hears of a vacant number, and whether it is this announcement from its first word on.
#[track_caller]
fn assert_announced(own: Option<PathBuf>, said: &Announcement) {
    let stage = Stage::with(|config| {
        config.outcomes = Outcomes {
            vacant: 1,
            ..NOBODY
        };
        config.times.announcement_ms = None;
        config.announcement = own;
    });
    let mut caller = Caller::of(&stage);
    let mut heard = Vec::new();
    let mut packet = [0; 2_048];
    caller.call("13800138000");
    caller.until("the call is over", |now| {
        while let Ok(length) = now.sound.recv(&mut packet) {
            let rtp = RtpPacket::parse(&packet[..length]).unwrap();
            heard.extend_from_slice(rtp.payload);
        }
        now.calls.values().all(|met| met.over)
    });
    stage.end();
    let frames = said.millis() / 20;
    let expected: Vec<u8> = (0..frames).flat_map(|frame| said.frame(frame)).collect();
    // The last packets may be on their way when the call ends.
    let least = expected.len() * 9 / 10;
    let both = heard.len().min(expected.len());
    assert!(both >= least, "{} of {} bytes", heard.len(), expected.len());
    assert!(heard[..both] == expected[..both], "another sound");
}

#[test]
fn a_vacant_number_is_announced_in_words_before_it_is_refused() {
    assert_announced(None, &Announcement::vacant().unwrap());
}

#[test]
fn a_carrier_announces_what_a_laboratory_has_spoken_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (spoken, file) = (
        folder.path().join("spoken.wav"),
        folder.path().join("own.wav"),
    );
    let run = |command: &mut std::process::Command| {
        let done = command
            .output()
            .expect("the voice's programs are installed");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    };
    let mut voice = std::process::Command::new("espeak-ng");
    run(voice
        .args(["-v", "cmn-latn-pinyin", "-w"])
        .arg(&spoken)
        .arg("dui4 bu5 qi3"));
    let mut form = std::process::Command::new("sox");
    form.arg(&spoken)
        .args(["--rate", "8000", "--channels", "1", "--encoding", "a-law"]);
    run(form.arg(&file));
    let said = Announcement::read(&file).unwrap();
    assert_ne!(said, Announcement::vacant().unwrap());
    assert_announced(Some(file), &said);
}

#[test]
fn calls_above_the_limits_are_refused_with_503_and_let_in_again_below_them() {
    let patient = |config: &mut CarrierConfig| {
        config.outcomes = Outcomes {
            answer: 1,
            ..NOBODY
        };
        config.times.callee_hangs_up_percent = 0;
    };
    let is_refused = |met: &Met| (met.code, met.cause) == (Some(503), Some(34));

    let stage = Stage::with(|config| {
        patient(config);
        config.concurrent_max = 2;
    });
    let mut caller = Caller::of(&stage);
    let first = caller.call("1");
    ["2", "3", "4"].iter().for_each(|called| {
        caller.call(called);
    });
    caller.until("two talk, two are refused", |now| {
        now.all(|met| met.answered) == 2 && now.all(is_refused) == 2
    });
    caller.hang_up(first);
    caller.until("the first is over", |now| now.calls[&first].over);
    let next = caller.call("5");
    caller.until("there is room again", |now| now.calls[&next].answered);
    let written = stage.end();
    let limited = written
        .values()
        .filter(|(outcome, ..)| outcome == "limit")
        .count();
    assert_eq!((limited, written["5"].0.as_str()), (2, "answer"));

    let stage = Stage::with(|config| {
        patient(config);
        config.cps_max = 3;
    });
    let mut caller = Caller::of(&stage);
    ["1", "2", "3", "4", "5"].iter().for_each(|called| {
        caller.call(called);
    });
    caller.until("three talk, two are refused", |now| {
        now.all(|met| met.answered) == 3 && now.all(is_refused) == 2
    });
    let late = caller.endpoint.now().mono + Duration::from_millis(1_100);
    caller.until("another second has begun", |now| {
        now.endpoint.now().mono > late
    });
    let next = caller.call("6");
    caller.until("there is room again", |now| now.calls[&next].answered);
    stage.end();
}

#[test]
fn one_seed_is_one_series_of_fates_whatever_happens_in_between() {
    let series = |seed: u64, at_once: usize| {
        let stage = Stage::with(|config| {
            config.seed = seed;
            config.times.announcement_ms = Some(40);
        });
        let mut caller = Caller::of(&stage);
        let called: Vec<String> = (0..40).map(|number| format!("138{number:08}")).collect();
        for part in called.chunks(at_once) {
            for number in part {
                caller.call(number);
            }
            caller.until_all_over();
        }
        stage.end()
    };
    let whole = series(7, 40);
    assert_eq!(whole, series(7, 8), "the pace changes no fate");
    assert_ne!(whole, series(8, 40), "another seed is another series");
    let kinds: std::collections::BTreeSet<_> =
        whole.values().map(|(outcome, ..)| outcome).collect();
    assert!(kinds.len() >= 4, "{kinds:?}");
}
