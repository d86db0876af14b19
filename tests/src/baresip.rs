//! baresip as a phone or as a carrier's far end: a foreign SIP user agent, driven over its control port.
use crate::deadline::{PATIENCE, wait_until};
use crate::wav::{self, Sound};
use crate::{netstring, port, process::Process, tone};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MODULES: &str = "/usr/lib/baresip/modules";
const EVENTS_MAX: usize = 10_000;
const TONE_SECONDS: u32 = 120;

/// What this phone is.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    pub user: &'a str,
    /// `Some((host:port, password))`: registers there. `None`: it is reached at its own address.
    pub registrar: Option<(&'a str, &'a str)>,
    /// The tone that it sends for as long as a call is up.
    pub tone_hz: f64,
    pub answers: Answers,
    /// In the order of preference: `PCMA/8000/1`.
    pub codecs: &'a str,
    /// Its SIP port; `None` takes a free one.
    pub port: Option<u16>,
    pub transport: Carried,
    pub secrecy: Secrecy,
    /// Milliseconds in a packet.
    pub ptime: u8,
}

/// Are its packets encrypted (SRTP, keys in the session description)?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    Clear,
    /// Where the other side wants it too.
    Possible,
    Demanded,
}

impl Secrecy {
    const fn parameter(self) -> &'static str {
        match self {
            Self::Clear => "",
            Self::Possible => ";mediaenc=srtp",
            Self::Demanded => ";mediaenc=srtp-mand",
        }
    }
}

/// What its messages go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    Udp,
    Tcp,
    Tls,
}

impl Carried {
    const fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    Itself,
    WhenTold,
}

impl<'a> Plan<'a> {
    /// A phone on a desk that answers by itself and sends 440 Hz.
    #[must_use]
    pub const fn phone(user: &'a str, registrar: &'a str, password: &'a str) -> Self {
        Self {
            user,
            registrar: Some((registrar, password)),
            tone_hz: 440.0,
            answers: Answers::Itself,
            codecs: "PCMA/8000/1,PCMU/8000/1",
            port: None,
            transport: Carried::Udp,
            secrecy: Secrecy::Clear,
            ptime: 20,
        }
    }

    /// A number behind the carrier, which answers by itself and sends 660 Hz.
    #[must_use]
    pub const fn far_end(user: &'a str, port: u16) -> Self {
        Self {
            user,
            registrar: None,
            tone_hz: 660.0,
            answers: Answers::Itself,
            codecs: "PCMA/8000/1,PCMU/8000/1",
            port: Some(port),
            transport: Carried::Udp,
            secrecy: Secrecy::Clear,
            ptime: 20,
        }
    }
}

impl Plan<'_> {
    /// Its registrar is reached by IPv6.
    fn is_six(&self) -> bool {
        self.registrar
            .is_some_and(|(host, _)| host.starts_with('['))
    }

    fn own_host(&self) -> &'static str {
        if self.is_six() { "[::1]" } else { "127.0.0.1" }
    }
}

/// A running baresip. Ends on drop.
pub struct Baresip {
    pub address: String,
    user: String,
    folder: PathBuf,
    process: Process,
    control: TcpStream,
    inbox: Arc<Mutex<Vec<Value>>>,
    /// Events before this one were waited for already.
    seen: usize,
    token: u32,
}

impl Baresip {
    /// Starts it in a folder of its own below `world`, and waits until it can be told what to do.
    ///
    /// # Panics
    /// Where baresip is not installed or does not start.
    #[must_use]
    pub fn start(world: &Path, plan: &Plan<'_>) -> Self {
        let folder = world.join(format!("baresip-{}", plan.user));
        std::fs::create_dir_all(folder.join("heard")).expect("the phone's folder can be made");
        // It takes the port behind its own for TLS, whether it is wanted or not.
        let sip_port = plan.port.unwrap_or_else(|| port::free_row(1));
        let control_port = port::free();
        configure(&folder, plan, sip_port, control_port);
        let command = &mut Command::new("baresip");
        let family = if plan.is_six() { "-6" } else { "-4" };
        command.arg(family).arg("-f").arg(&folder);
        let process = Process::start("baresip", &folder, command);
        let control = wait_until("baresip's control port opens", PATIENCE, || {
            TcpStream::connect(("127.0.0.1", control_port)).ok()
        });
        let inbox = Arc::new(Mutex::new(Vec::new()));
        listen(&control, Arc::clone(&inbox));
        Self {
            address: format!("{}:{sip_port}", plan.own_host()),
            user: plan.user.to_owned(),
            folder,
            process,
            control,
            inbox,
            seen: 0,
            token: 0,
        }
    }

    /// Starts a phone and waits until its registrar has taken it.
    #[must_use]
    pub fn registered(world: &Path, plan: &Plan<'_>) -> Self {
        let mut phone = Self::start(world, plan);
        // A registration may be over before the control port was open: the phone's own log tells in any case.
        phone.process.expect_said(" binding", PATIENCE);
        phone
    }

    /// Waits until its registrar has said no.
    #[track_caller]
    pub fn expect_refused(&mut self) {
        self.process.expect_said("401 Unauthorized", PATIENCE);
    }

    /// Calls `number` at `host` (an address with port).
    pub fn dial(&mut self, number: &str, host: &str) {
        self.command("dial", &format!("sip:{number}@{host}"));
    }

    pub fn answer(&mut self) {
        self.command("accept", "");
    }

    pub fn hang_up(&mut self) {
        self.command("hangup", "");
    }

    pub fn hold(&mut self) {
        self.command("hold", "");
    }

    pub fn resume(&mut self) {
        self.command("resume", "");
    }

    /// Gives its call on to a number, without a word (REFER).
    pub fn transfer(&mut self, number: &str, host: &str) {
        self.command("transfer", &format!("sip:{number}@{host}"));
    }

    /// Sends digits as RFC 4733 events.
    pub fn press(&mut self, digits: &str) {
        for digit in digits.chars() {
            self.command("sndcode", &digit.to_string());
        }
    }

    /// Waits for the next event of this kind (baresip's `ua_event` names: `CALL_ESTABLISHED`); gives its parameter.
    #[track_caller]
    pub fn expect(&mut self, kind: &str) -> String {
        self.expect_within(kind, PATIENCE)
    }

    #[track_caller]
    pub fn expect_within(&mut self, kind: &str, limit: Duration) -> String {
        let what = format!("baresip {} has the event {kind}", self.user);
        let (inbox, seen) = (Arc::clone(&self.inbox), self.seen);
        let (at, parameter) = wait_until(&what, limit, || {
            let inbox = inbox.lock().expect("the reader lives");
            let found = inbox
                .iter()
                .enumerate()
                .skip(seen)
                .find(|(_, event)| event["type"] == kind);
            found.map(|(at, event)| (at, event["param"].as_str().unwrap_or_default().to_owned()))
        });
        self.seen = at + 1;
        parameter
    }

    /// Waits until its log says this.
    #[track_caller]
    pub fn expect_said(&mut self, text: &str) {
        self.process.expect_said(text, PATIENCE);
    }

    /// Has such an event come at all?
    #[must_use]
    pub fn had(&self, kind: &str) -> bool {
        let inbox = self.inbox.lock().expect("the reader lives");
        inbox.iter().any(|event| event["type"] == kind)
    }

    /// Waits until it has heard so much of the tone in one call: `ms` of sound with the tone in its last second.
    #[track_caller]
    pub fn expect_tone(&self, hz: f64, ms: u64) -> Sound {
        let what = format!("baresip {} hears {hz} Hz for {ms} ms", self.user);
        wait_until(&what, PATIENCE, || {
            let sound = self.heard()?;
            let heard = &sound.channels[0];
            let last = &heard[heard.len().saturating_sub(8_000)..];
            (sound.ms() >= ms && tone::share(last, sound.rate, hz) > 0.8).then_some(sound)
        })
    }

    /// Waits until its last second of sound is these tones together and nothing else.
    #[track_caller]
    pub fn expect_tones(&self, hz: &[f64]) {
        let what = format!("baresip {} hears {hz:?} Hz together", self.user);
        wait_until(&what, PATIENCE, || {
            let sound = self.heard()?;
            let heard = &sound.channels[0];
            let last = &heard[heard.len().saturating_sub(8_000)..];
            let shares: Vec<f64> = hz
                .iter()
                .map(|hz| tone::share(last, sound.rate, *hz))
                .collect();
            let each = shares.iter().all(|share| *share > 0.1);
            (each && shares.iter().sum::<f64>() > 0.85).then_some(())
        });
    }

    /// What it has heard in its last call so far.
    #[must_use]
    pub fn heard(&self) -> Option<Sound> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.join("heard"))
            .ok()?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        wav::read_growing(files.last()?)
    }

    #[track_caller]
    fn command(&mut self, command: &str, parameters: &str) {
        self.token += 1;
        let token = self.token.to_string();
        let text = json!({ "command": command, "params": parameters, "token": token }).to_string();
        self.control
            .write_all(&netstring::encode(&text))
            .expect("baresip takes commands");
        let what = format!("baresip {} answers {command}", self.user);
        wait_until(&what, PATIENCE, || {
            assert!(
                self.process.is_running(),
                "baresip {} ended:\n{}",
                self.user,
                self.process.tail()
            );
            let inbox = self.inbox.lock().expect("the reader lives");
            inbox
                .iter()
                .any(|said| said["token"] == token.as_str())
                .then_some(())
        });
    }
}

/// Reads what baresip says until it ends.
fn listen(control: &TcpStream, inbox: Arc<Mutex<Vec<Value>>>) {
    let mut stream = control.try_clone().expect("a stream has two ends");
    std::thread::spawn(move || {
        let (mut buffer, mut part) = (Vec::new(), [0; 4_096]);
        while let Ok(length) = stream.read(&mut part) {
            if length == 0 {
                return;
            }
            buffer.extend_from_slice(&part[..length]);
            while let Ok(Some(text)) = netstring::take(&mut buffer) {
                let said = serde_json::from_str(&text).unwrap_or(Value::Null);
                let mut inbox = inbox.lock().expect("nobody panics with the inbox in hand");
                assert!(inbox.len() < EVENTS_MAX, "baresip says too much");
                inbox.push(said);
            }
        }
    });
}

fn configure(folder: &Path, plan: &Plan<'_>, sip_port: u16, control_port: u16) {
    let tone = folder.join("tone.wav");
    wav::write(&tone, 8_000, &tone::sine(8_000, plan.tone_hz, TONE_SECONDS));
    let rtp = port::free_row(19);
    let config = format!(
        "poll_method epoll\nsip_listen {host}:{sip_port}\nnet_interface {interface}\n\
         audio_player aubridge,nowhere\naudio_source aufile,{tone}\naudio_alert aubridge,nowhere\n\
         ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
         rtp_ports {rtp}-{rtp_last}\nsnd_path {heard}\nctrl_tcp_listen 127.0.0.1:{control_port}\n\
         module_path {MODULES}\nmodule g711.so\nmodule g722.so\nmodule opus.so\nmodule gsm.so\nmodule srtp.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\n\
         module_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n",
        host = plan.own_host(),
        interface = plan.own_host().trim_matches(['[', ']']),
        tone = tone.display(),
        heard = folder.join("heard").display(),
        rtp_last = rtp + 19,
    );
    let answers = match plan.answers {
        Answers::Itself => "auto",
        Answers::WhenTold => "manual",
    };
    let own = format!("127.0.0.1:{sip_port}");
    let over = plan.transport.parameter();
    let (host, login) = match plan.registrar {
        Some((registrar, password)) => (
            registrar,
            format!(";outbound=\"sip:{registrar}{over}\";auth_pass={password};regint=60"),
        ),
        None => (own.as_str(), ";regint=0".to_owned()),
    };
    let account = format!(
        "<sip:{}@{host}>{login};answermode={answers};audio_codecs={}{};ptime={}\n",
        plan.user,
        plan.codecs,
        plan.secrecy.parameter(),
        plan.ptime
    );
    for (name, text) in [
        ("config", config.as_str()),
        ("accounts", account.as_str()),
        ("contacts", ""),
    ] {
        std::fs::write(folder.join(name), text).expect("the phone's folder takes files");
    }
}
