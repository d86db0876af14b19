//! linphone as a desk phone with two lines: a foreign SIP user agent, driven line by line over its daemon's input.
use crate::deadline::{PATIENCE, wait_until};
use crate::{port, process::Process, tone, wav};
use std::path::Path;
use std::process::Command;

const PROMPT: &str = "daemon-linphone>";
const TONE_SECONDS: u32 = 120;

/// A running linphone that is registered. Ends on drop.
pub struct Linphone {
    process: Process,
    tone: String,
}

impl Linphone {
    /// Starts it in a folder of its own and waits until its registrar at `host:port` has taken it.
    /// It sends a tone in every call that it is told to sound in.
    ///
    /// # Panics
    /// Where linphone is not installed or is not let in.
    #[must_use]
    pub fn registered(world: &Path, user: &str, registrar: &str, password: &str, hz: f64) -> Self {
        Self::registered_with(world, user, registrar, password, hz, "")
    }

    /// The same; its digits go beside the sound (INFO).
    #[must_use]
    pub fn with_digits_beside(
        world: &Path,
        user: &str,
        registrar: &str,
        password: &str,
        hz: f64,
    ) -> Self {
        let digits = "use_info=1\nuse_rfc2833=0\n";
        Self::registered_with(world, user, registrar, password, hz, digits)
    }

    fn registered_with(
        world: &Path,
        user: &str,
        registrar: &str,
        password: &str,
        hz: f64,
        sip_settings: &str,
    ) -> Self {
        let folder = world.join(format!("linphone-{user}"));
        std::fs::create_dir_all(folder.join(".local/share/linphone"))
            .expect("the phone's folder can be made");
        let (sip, rtp) = (port::free(), port::free_row(7));
        let config = folder.join("linphonerc");
        let text = format!(
            "[sip]\nauto_net_state_mon=0\nregister_only_when_network_is_up=0\nsip_port={sip}\nsip_tcp_port=0\nsip_tls_port=0\nmedia_encryption=none\nuse_ipv6=0\n{sip_settings}\
             [net]\nfirewall_policy=0\n[rtp]\naudio_rtp_port={rtp}-{}\n[misc]\nlog_collection=0\n",
            rtp + 7
        );
        std::fs::write(&config, text).expect("the phone's folder takes files");
        let tone_file = folder.join("tone.wav");
        wav::write(&tone_file, 8_000, &tone::sine(8_000, hz, TONE_SECONDS));
        let mut command = Command::new("linphone-daemon");
        command.env("HOME", &folder).arg("--config").arg(&config);
        let process = Process::start_listening("linphone", &folder, &mut command);
        let mut phone = Self {
            process,
            tone: tone_file.display().to_string(),
        };
        // by their payload types: PCMA, PCMU
        for order in ["disable ALL", "enable 8", "enable 0"] {
            phone.ask(&format!("audio-codec-{order}"));
        }
        phone.ask(&format!(
            "register sip:{user}@{registrar} sip:{registrar} {password}"
        ));
        let registered = "LinphoneRegistrationOk";
        wait_until("linphone is registered", PATIENCE, || {
            let said = phone.ask("register-status 1");
            said.contains(registered).then_some(())
        });
        phone
    }

    /// Calls a number; the call's own number.
    #[track_caller]
    pub fn dial(&mut self, number: &str, host: &str) -> u32 {
        let said = self.ask(&format!("call sip:{number}@{host}"));
        number_of(&said)
    }

    /// Waits for a call to come, and takes it.
    #[track_caller]
    pub fn take(&mut self, call: u32) {
        self.expect(call, "IncomingReceived");
        self.ask(&format!("answer {call}"));
        self.expect(call, "StreamsRunning");
    }

    /// Waits until a call is in this state (`StreamsRunning`, `Paused`, `Released`).
    #[track_caller]
    pub fn expect(&mut self, call: u32, state: &str) {
        let wanted = format!("LinphoneCall{state}");
        let mut last = String::new();
        wait_until(
            &format!("linphone's call {call} is {state}"),
            PATIENCE,
            || {
                last = self.ask(&format!("call-status {call}"));
                // a call that is over is forgotten
                let gone = state == "Released" && last.contains("No call with such id");
                (gone || last.contains(&wanted)).then_some(())
            },
        );
    }

    /// Sends its tone in this call from now on.
    pub fn sound(&mut self, call: u32) {
        let tone = self.tone.clone();
        self.ask(&format!("incall-player-start {tone} {call}"));
    }

    pub fn pause(&mut self, call: u32) {
        self.ask(&format!("call-pause {call}"));
        self.expect(call, "Paused");
    }

    pub fn resume(&mut self, call: u32) {
        self.ask(&format!("call-resume {call}"));
        self.expect(call, "StreamsRunning");
    }

    /// Gives a call on to a number, without a word.
    pub fn transfer(&mut self, call: u32, number: &str, host: &str) {
        self.ask(&format!("call-transfer {call} sip:{number}@{host}"));
    }

    /// Gives a call on to whoever is in another one of its calls.
    pub fn join(&mut self, call: u32, other: u32) {
        self.ask(&format!("call-transfer {call} {other}"));
    }

    pub fn press(&mut self, digit: char) {
        self.ask(&format!("dtmf {digit}"));
    }

    pub fn hang_up(&mut self, call: u32) {
        self.ask(&format!("terminate {call}"));
    }

    /// What it answers to one line.
    #[track_caller]
    fn ask(&mut self, line: &str) -> String {
        let before = self.process.said().len();
        self.process.tell(line);
        wait_until(&format!("linphone answers {line:?}"), PATIENCE, || {
            let said = self.process.said();
            let (_, answer) = said.get(before..)?.split_once("Status: ")?;
            let end = answer.find(PROMPT)?;
            Some(answer[..end].to_owned())
        })
    }
}

#[track_caller]
fn number_of(said: &str) -> u32 {
    let id = said.lines().find_map(|line| line.strip_prefix("Id: "));
    let id = id.and_then(|text| text.trim().parse().ok());
    id.unwrap_or_else(|| panic!("linphone does not call: {said}"))
}
