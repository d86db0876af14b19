//! Desk phones that configure themselves: what they ask over HTTP and by multicast, judged by `provisioning`, noted, answered.
mod book;
mod plug;

use crate::config::{ProvisioningConfig, WebConfig};
use crate::io::sip::{UdpSockets, is_lan};
use branch_store::{Reader, Store, StoreError};
use messages::command::{Command, DeviceServed, PhonePlan};
use messages::fact::Actor;
use messages::{Device, DeviceVendor, Refusal, UtcMs};
use portal::Clock;
use provisioning::{Asked, Colleague, Common, Document, File, Request, Sheet, Verdict};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

use book::Book;
pub use book::{Heard, Seen};
pub(crate) use plug::{Plugged, answer, listen};

/// How often a request is judged anew that another one has overtaken.
const TRIES: u8 = 3;

/// Clones share everything.
#[derive(Clone)]
pub struct Provision(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    udp: UdpSockets,
    config: ProvisioningConfig,
    web: WebConfig,
    book: Mutex<Book>,
}

/// What a phone asked over HTTP.
pub struct HttpAsked {
    /// Behind `/provisioning/`.
    pub path: String,
    pub user_agent: String,
    pub from: IpAddr,
    /// Not over TLS.
    pub plain: bool,
}

/// What the store says of a request.
struct Judged {
    verdict: Verdict,
    device: Option<Device>,
    /// Makes the token of the next configuration.
    next_token: Option<String>,
    phone: Option<PhonePlan>,
    /// The other phones of the branch.
    colleagues: Vec<Colleague>,
}

impl Provision {
    pub(crate) fn new(
        store: Store,
        clock: Clock,
        udp: UdpSockets,
        config: ProvisioningConfig,
        web: WebConfig,
    ) -> Self {
        let book = Mutex::default();
        Self(Arc::new(Inner {
            store,
            clock,
            udp,
            config,
            web,
            book,
        }))
    }

    /// Over plain HTTP too: for phones that believe no authority but their maker's.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.config.plain_http
    }

    /// Answers one request. What it became is in the log of requests, whatever the phone is told.
    pub async fn serve(&self, asked: HttpAsked) -> (Verdict, Option<Document>) {
        let now = self.now();
        let request = Request::read(&asked.path, &asked.user_agent);
        let (verdict, document) = if !self.book(|book| book.admits(asked.from, now)) {
            (Verdict::TooMany, None)
        } else if let Some(request) = &request {
            self.answer(request, &asked).await
        } else {
            (Verdict::Unknown, None)
        };
        let file = asked.path.rsplit('/').next().unwrap_or_default();
        self.note(Heard {
            at: now,
            from: asked.from,
            mac: request.as_ref().and_then(|one| one.mac),
            vendor: request.as_ref().and_then(|one| one.vendor),
            model: request.map(|one| one.model).unwrap_or_default(),
            asked: file.chars().take(64).collect(),
            verdict,
        });
        (verdict, document)
    }

    async fn answer(&self, request: &Request, asked: &HttpAsked) -> (Verdict, Option<Document>) {
        for _ in 0..TRIES {
            let Some(judged) = self.judged(request.clone(), asked.from).await else {
                return (Verdict::NotReady, None);
            };
            let verdict = judged.verdict;
            if verdict == Verdict::Common {
                let known = request.vendor.zip(self.common(asked, None));
                let document = known.map(|(vendor, all)| provisioning::common(vendor, &all));
                return (verdict, document);
            }
            if !matches!(verdict, Verdict::Given | Verdict::GivenAgain) {
                return (verdict, None);
            }
            let Some(document) = self.own(&judged, asked) else {
                return (Verdict::NotReady, None);
            };
            if verdict == Verdict::Given {
                match self.hand_out(&judged, asked).await {
                    Ok(()) => {}
                    // another request of the same phone was quicker: judged anew
                    Err(Refusal::DeviceServed) => continue,
                    Err(_) => return (Verdict::NotReady, None),
                }
            }
            return (verdict, Some(document));
        }
        (Verdict::NotReady, None)
    }

    /// Durable before the configuration leaves.
    async fn hand_out(&self, judged: &Judged, asked: &HttpAsked) -> Result<(), Refusal> {
        let device = judged.device.as_ref().ok_or(Refusal::UnknownDevice)?;
        let command = Command::NoteDeviceServed(DeviceServed {
            mac: device.mac,
            source: asked.from,
            user_agent: asked.user_agent.clone(),
            serial: device.serial,
        });
        let (told, answer) = oneshot::channel();
        let reply = Box::new(move |result| {
            let _nobody_waits = told.send(result);
        });
        let store = &self.0.store;
        store.propose(Actor::System, Some(asked.from), command, reply);
        answer
            .await
            .map_err(|_dropped| Refusal::NotReady)?
            .map(drop)
    }

    fn own(&self, judged: &Judged, asked: &HttpAsked) -> Option<Document> {
        let (device, phone) = (judged.device.as_ref()?, judged.phone.as_ref()?);
        let sheet = Sheet {
            common: self.common(asked, judged.next_token.as_deref())?,
            mac: device.mac,
            extension: phone.extension.clone(),
            label: phone.label.clone(),
            password: phone.password.clone(),
            colleagues: judged.colleagues.clone(),
        };
        Some(provisioning::own(device.vendor, &sheet))
    }

    async fn judged(&self, request: Request, from: IpAddr) -> Option<Judged> {
        let (store, now) = (self.0.store.clone(), self.now());
        let lamp_keys = self.0.config.lamp_keys;
        let read = move || {
            let reader = store.reader()?;
            judge(&reader, &request, from, (now, lamp_keys))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(judged)) => Some(judged),
            Ok(Err(bad)) => {
                tracing::warn!(code = bad.code(), "the store did not answer a phone");
                None
            }
            Err(bad) => {
                tracing::error!(%bad, "reading for a phone panicked");
                None
            }
        }
    }

    /// As a phone at this address reaches us; `None`: not over IP as we hear SIP.
    fn common(&self, asked: &HttpAsked, token: Option<&str>) -> Option<Common> {
        let way = self.0.udp.towards(SocketAddr::new(asked.from, 5060))?;
        let config = &self.0.config;
        let base = self.base_url(way.local.ip(), asked.plain)?;
        let token = token.map_or_else(String::new, |token| format!("t/{token}/"));
        Some(Common {
            sip_host: host(way.local.ip()),
            sip_port: way.local.port(),
            url: format!("{base}{token}"),
            authority_url: self.authority_url(way.local.ip()),
            expires_s: config.expires_s,
            ntp: config.ntp.clone(),
            resync_s: config.resync_s,
        })
    }

    /// Where all configurations are, with its slash.
    fn base_url(&self, own: IpAddr, plain: bool) -> Option<String> {
        let web = &self.0.web;
        let (scheme, place) = if plain {
            ("http", web.http.filter(|_| self.is_plain())?)
        } else {
            ("https", web.listen)
        };
        let (host, port) = (host(or_else(place.ip(), own)), place.port());
        Some(format!("{scheme}://{host}:{port}/provisioning/"))
    }

    fn authority_url(&self, own: IpAddr) -> String {
        let web = &self.0.web;
        let (scheme, place) = web
            .http
            .map_or(("https", web.listen), |http| ("http", http));
        let (host, port) = (host(or_else(place.ip(), own)), place.port());
        format!("{scheme}://{host}:{port}/setup/ca.crt")
    }

    /// For phones of the network that reaches us as `own`: plain where that is allowed and the maker's phones need it.
    pub(crate) fn url_for(&self, own: IpAddr, vendor: Option<DeviceVendor>) -> Option<String> {
        let strict = matches!(
            vendor,
            None | Some(DeviceVendor::Yealink | DeviceVendor::CiscoSpa)
        );
        let plain = strict.then(|| self.base_url(own, true)).flatten();
        plain.or_else(|| self.base_url(own, false))
    }

    /// The configuration of dnsmasq for a network that reaches us as `own`.
    #[must_use]
    pub fn dnsmasq(&self, own: IpAddr) -> Option<String> {
        self.url_for(own, None)
            .map(|url| provisioning::dnsmasq(&url))
    }

    /// Our own address towards somebody.
    #[must_use]
    pub fn own_address_for(&self, remote: IpAddr) -> Option<IpAddr> {
        let way = self.0.udp.towards(SocketAddr::new(remote, 5060))?;
        Some(way.local.ip())
    }

    /// Devices that showed themselves, the last one first.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.book(|book| book.seen())
    }

    /// Requests, the last one first.
    #[must_use]
    pub fn heard(&self, max: usize) -> Vec<Heard> {
        self.book(|book| book.heard(max))
    }

    fn note(&self, heard: Heard) {
        let (mac, from, verdict) = (heard.mac, heard.from, heard.verdict.code());
        metrics::counter!("zhunkehu_provisioning_requests_total", "verdict" => verdict)
            .increment(1);
        if heard.verdict == Verdict::TooMany {
            // a flood fills neither log
            tracing::debug!(?mac, %from, verdict, "a phone asked for its configuration");
            return self.book(|book| book.note_flood(heard));
        }
        tracing::info!(?mac, %from, verdict, "a phone asked for its configuration");
        self.book(|book| book.note(heard));
    }

    fn book<T>(&self, look: impl FnOnce(&mut Book) -> T) -> T {
        look(&mut self.0.book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> UtcMs {
        self.0.clock.now().utc
    }
}

fn judge(
    reader: &Reader,
    request: &Request,
    from: IpAddr,
    (now, lamp_keys): (UtcMs, usize),
) -> Result<Judged, StoreError> {
    let own = request.mac.filter(|_| request.file == File::Own);
    let device = own.map(|mac| reader.device(mac)).transpose()?.flatten();
    let token = |serial| own.map_or_else(String::new, |mac| reader.device_token(mac, serial));
    let verdict = provisioning::judge(&Asked {
        request,
        device: device.as_ref(),
        token: &token,
        from,
        local: is_lan(from),
        neighbour: own.and_then(|_| hw::neighbour(from)),
        now,
    });
    // the one that leaves now uses its token up
    let used = u32::from(verdict == Verdict::Given);
    let serial = device
        .as_ref()
        .map(|device| device.serial.saturating_add(used));
    let given = matches!(verdict, Verdict::Given | Verdict::GivenAgain);
    let (mut phone, mut colleagues) = (None, Vec::new());
    if let Some(device) = device.as_ref().filter(|_| given) {
        phone = reader.phone_plan(&device.extension)?;
        let all = reader.phones()?.into_iter();
        let others = all.filter(|one| one.extension != device.extension);
        let keys = others.take(lamp_keys).map(|one| Colleague {
            extension: one.extension,
            label: one.label,
        });
        colleagues = keys.collect();
    }
    Ok(Judged {
        verdict,
        next_token: serial.map(token),
        device,
        phone,
        colleagues,
    })
}

fn or_else(bound: IpAddr, own: IpAddr) -> IpAddr {
    if bound.is_unspecified() { own } else { bound }
}

fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
