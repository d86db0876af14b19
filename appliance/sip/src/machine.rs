//! The machine: its state, its inputs sent to the right room, its outputs in one queue.
use crate::api::{Command, Config, Event, Flow, Input, LegId, Output, Refused, Transport};
use crate::bans::Bans;
use crate::digest::Nonces;
use crate::framer::{Framed, Framer};
use crate::lamps::Lamps;
use crate::leg::Legs;
use crate::message::{Method, Parsed, Reply, Request, parse};
use crate::pinger::Pinger;
use crate::registrar::Registrar;
use crate::registration::{Registrant, Registration};
use crate::settings::Settings;
use crate::timer::{Timer, TxId};
use crate::trace::{Traced, Way};
use crate::transaction::client_side::Unanswered;
use crate::transaction::server_side::reply_flow;
use crate::transaction::{Clients, Servers};
use bytes::Bytes;
use messages::{HangUpCause, Moment, Now, SipCode, UtcMs};
use sansio::{Machine, Secrets, TimerTable};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// SIP of both sides: registrar, callee and caller towards phones and trunks; client towards registrars.
pub struct Sip {
    pub(crate) config: Settings,
    pub(crate) secrets: Box<dyn Secrets>,
    pub(crate) out: VecDeque<Output>,
    pub(crate) timers: TimerTable<Timer>,
    pub(crate) servers: Servers,
    pub(crate) clients: Clients,
    pub(crate) legs: Legs,
    pub(crate) registrar: Registrar,
    pub(crate) bans: Bans,
    pub(crate) registrations: BTreeMap<Registrant, Registration>,
    pub(crate) pinger: Pinger,
    pub(crate) lamps: Lamps,
    /// Registrations that were taken back because their login changed.
    pub(crate) formers: u32,
    pub(crate) nonces: Nonces,
    pub(crate) streams: BTreeMap<Flow, Framer>,
    pub(crate) tag_key: [u8; 32],
    pub(crate) now: Now,
    transactions_minted: u64,
}

impl Sip {
    /// `secrets` gives tags, branches, nonces.
    #[must_use]
    pub fn new(mut secrets: Box<dyn Secrets>) -> Self {
        let mut nonce_key = [0; 32];
        let mut tag_key = [0; 32];
        secrets.fill(&mut nonce_key);
        secrets.fill(&mut tag_key);
        Self {
            config: Settings::new(Config::default()),
            secrets,
            out: VecDeque::new(),
            timers: TimerTable::default(),
            servers: Servers::default(),
            clients: Clients::default(),
            legs: Legs::default(),
            registrar: Registrar::default(),
            bans: Bans::default(),
            registrations: BTreeMap::new(),
            pinger: Pinger::default(),
            lamps: Lamps::default(),
            formers: 0,
            nonces: Nonces::new(nonce_key),
            streams: BTreeMap::new(),
            tag_key,
            now: Now {
                mono: Moment::START,
                utc: UtcMs(0),
                utc_trusted: false,
            },
            transactions_minted: 0,
        }
    }

    /// The id of the next leg, for `Command::Invite`.
    pub fn mint_leg(&mut self) -> LegId {
        self.legs.mint()
    }

    /// Legs that are not over, also those whose BYE is not answered yet.
    #[must_use]
    pub fn legs_count(&self) -> usize {
        self.legs.len()
    }

    /// The Call-ID of a leg.
    #[must_use]
    pub fn name_of(&self, leg: LegId) -> Option<&str> {
        Some(&self.legs.get(leg)?.dialog.call_id)
    }

    /// Transactions of both sides.
    #[must_use]
    pub fn transactions_count(&self) -> usize {
        self.servers.len() + self.clients.len()
    }

    pub(crate) fn mint_tx(&mut self) -> TxId {
        self.transactions_minted += 1;
        TxId(self.transactions_minted)
    }

    pub(crate) fn mint_branch(&mut self) -> String {
        format!("z9hG4bK{}", self.secrets.hex(12))
    }

    pub(crate) fn mint_tag(&mut self) -> String {
        self.secrets.hex(8)
    }

    pub(crate) fn send(&mut self, flow: Flow, bytes: Bytes) {
        self.trace(Way::Out, flow, &bytes);
        self.out.push_back(Output::Send { flow, bytes });
    }

    fn trace(&mut self, way: Way, flow: Flow, bytes: &[u8]) {
        let traced = Traced::of(way, flow, bytes).map(Box::new);
        self.out.extend(traced.map(Output::Traced));
    }

    /// The leg is known to others by now.
    pub(crate) fn tell_name(&mut self, leg: LegId, call_id: &str) {
        let call_id = call_id.to_owned();
        self.out.push_back(Output::LegNamed { leg, call_id });
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    /// A leg that never came to be, or whose end nobody has to be told on the wire.
    pub(crate) fn tell_ended(&mut self, leg: LegId, by_peer: bool, cause: HangUpCause) {
        self.tell(Event::Ended {
            leg,
            by_peer,
            cause,
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.transactions_count() >= self.config.limits.transactions_max
    }

    fn on_received(&mut self, flow: Flow, bytes: &Bytes) {
        if self.bans.is_banned(self.now.mono, flow.remote) && !self.is_ours(flow.remote) {
            return self.shut_out(flow);
        }
        let max = self.config.limits.message_bytes_max;
        if flow.transport.keeps_messages_apart() {
            if bytes.len() > max {
                return self.tell_refused(flow, Refused::Malformed);
            }
            return self.on_message(flow, bytes);
        }
        let framer = self.streams.entry(flow).or_default();
        framer.push(bytes);
        loop {
            let framed = self.streams.get_mut(&flow).map(|framer| framer.next(max));
            match framed {
                Some(Framed::Message(message)) => self.on_message(flow, &message),
                Some(Framed::Ping) => self.send(flow, Bytes::from_static(b"\r\n")),
                Some(Framed::Broken) => {
                    self.tell_refused(flow, Refused::Malformed);
                    self.out.push_back(Output::CloseFlow { flow });
                    return self.on_flow_closed(flow);
                }
                Some(Framed::Nothing) | None => return,
            }
        }
    }

    fn on_message(&mut self, flow: Flow, bytes: &Bytes) {
        self.trace(Way::In, flow, bytes);
        match parse(bytes, flow.remote) {
            Parsed::Request(request) => self.on_request(flow, &request),
            Parsed::Response(response) => self.on_response(flow, &response),
            Parsed::Faulty { fault, echo, via } => {
                let mut reply = Reply::new(fault.code());
                reply.phrase = fault.phrase();
                self.respond_to_echo(reply_flow(flow, via.reply_to(flow.remote)), &echo, reply);
                self.tell_refused(flow, Refused::Malformed);
            }
            Parsed::Garbage => self.tell_refused(flow, Refused::Malformed),
            Parsed::KeepAlive => {}
        }
    }

    /// Somebody was not let in.
    pub(crate) fn tell_refused(&mut self, flow: Flow, why: Refused) {
        self.tell(Event::Refused { flow, why });
    }

    /// The same of a request that was read: whoever tries again and again is not heard for a while. Never a trunk.
    pub(crate) fn turn_away(&mut self, flow: Flow, request: &Request, why: Refused) {
        self.tell_refused(flow, why);
        let Some(why) = why.as_try().filter(|_| !self.is_ours(flow.remote)) else {
            return;
        };
        let shared = self.registrar.has_phones_at(flow.remote.ip());
        if let Some(during) = self
            .bans
            .failed(self.now.mono, flow.remote, &request.call_id, shared)
        {
            self.tell(Event::Banned {
                source: flow.remote.ip().to_canonical(),
                port: shared.then_some(flow.remote.port()),
                why,
                during,
            });
            self.shut_out(flow);
        }
    }

    /// Whom we speak with of our own accord: trunks, and where we are registered.
    fn is_ours(&self, at: SocketAddr) -> bool {
        let mut registrars = self.registrations.values();
        self.config.trunk_at(at).is_some() || registrars.any(|one| one.flow().remote == at)
    }

    fn shut_out(&mut self, flow: Flow) {
        if flow.transport != Transport::Udp {
            self.out.push_back(Output::CloseFlow { flow });
            self.on_flow_closed(flow);
        }
    }

    fn on_flow_closed(&mut self, flow: Flow) {
        self.streams.remove(&flow);
        for id in self.clients.on_flow(flow) {
            self.give_up(id, Unanswered::FlowClosed);
        }
        // dialogs outlive a connection of ours: what they say next opens another one (RFC 5923 §2)
        if flow.is_dialled() {
            return;
        }
        for id in self.legs.on_flow(flow) {
            self.on_leg_flow_closed(id);
        }
        self.forget_watches_on(flow);
        self.unbind_flow(flow);
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Invite(invite) => self.invite(*invite),
            Command::Progress { leg, code, sdp } => self.progress(leg, code, sdp),
            Command::Answer { leg, sdp } => self.answer(leg, sdp),
            Command::Release {
                leg,
                code,
                cause,
                retry_after,
            } => self.release(leg, code, cause, retry_after),
            Command::Reoffer { leg, sdp } => self.reoffer(leg, sdp),
            Command::AcceptReoffer { leg, sdp } => self.accept_reoffer(leg, sdp),
            Command::RefuseReoffer { leg, code } => self.refuse_reoffer(leg, code),
            Command::ReportReferral { leg, code } => self.report_referral(leg, code),
            Command::ByeOrphan { orphan, record } => self.bye_orphan(orphan, &record),
            Command::Register(with) => self.register_as(*with),
            Command::SignOff => self.sign_off(),
            Command::Unregister { user } => self.unregister(&user),
            Command::Light { of, lamp } => self.light(of, lamp),
            Command::OfferProfile { reply, url } => self.offer_profile(*reply, &url),
            Command::Resync { extension, how } => self.resync(&extension, how),
            Command::Unban { source } => {
                self.bans.lift(self.now.mono, source);
            }
        }
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::A(id) => self.on_timer_resend(id, true),
            Timer::E(id) => self.on_timer_resend(id, false),
            Timer::B(id) | Timer::F(id) | Timer::CancelUnheard(id) => {
                self.give_up(id, Unanswered::TimedOut)
            }
            Timer::Silence(id) => self.on_silence(id),
            Timer::C(id) => self.on_rung_out(id),
            Timer::D(id) | Timer::K(id) | Timer::M(id) => {
                self.forget_client(id);
            }
            Timer::G(id) => self.on_timer_g(id),
            Timer::H(id) | Timer::I(id) | Timer::J(id) | Timer::L(id) => self.forget_server(id),
            Timer::OkAgain(leg) => self.on_ok_again(leg),
            Timer::AckMissing(leg) => self.on_ack_missing(leg),
            Timer::Glare(leg) => self.on_glare_over(leg),
            Timer::ProgressAgain(leg) => self.on_progress_again(leg),
            Timer::PrackMissing(leg) => self.on_prack_missing(leg),
            Timer::SessionRefresh(leg) => self.on_session_refresh(leg),
            Timer::SessionOver(leg) => self.on_session_over(leg),
            Timer::Binding(extension) => self.on_binding_due(&extension),
            Timer::Refresh(who) => self.on_refresh_due(&who),
            Timer::Watch(id) => self.on_watch_over(id),
            Timer::Ping(trunk) => self.ping(&trunk),
        }
    }
}

impl Machine for Sip {
    type Input = Input;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input) {
        self.now = now;
        match input {
            Input::Configure(config) => self.configure(config),
            Input::Received { flow, bytes } => self.on_received(flow, &bytes),
            Input::FlowClosed { flow } => self.on_flow_closed(flow),
            Input::Command(command) => self.on_command(command),
        }
    }

    fn tick(&mut self, now: Now) {
        self.now = now;
        while let Some(timer) = self.timers.pop_due(now.mono) {
            self.on_timer(timer);
        }
    }

    fn deadline(&self) -> Option<Moment> {
        self.timers.deadline()
    }

    fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }
}

/// What a code means as the cause of a leg's end.
pub(crate) const fn cause_of_code(code: u16) -> HangUpCause {
    HangUpCause {
        sip: Some(SipCode(code)),
        q850: None,
    }
}

/// Requests that are answered within a running dialog or make one.
pub(crate) const fn is_screened(method: &Method) -> bool {
    !matches!(method, Method::Ack | Method::Cancel)
}
