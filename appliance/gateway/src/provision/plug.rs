//! Phones that were just plugged in ask everybody in their network (SIP PnP): heard at the group's address, told where their
//! configuration is.
use super::{Heard, Provision};
use crate::drive::Door;
use crate::io::sip::is_lan;
use branch::Input;
use bytes::Bytes;
use core::time::Duration;
use portal::Tasks;
use provisioning::Verdict;
use sip::{Flow, ProfileAsked};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

/// Questions that wait; more at one moment are asked again by their phones.
const WAITING_MAX: usize = 64;
const DATAGRAM_BYTES_MAX: usize = 4_096;
/// How often the machine's addresses are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Where all phones ask.
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 1, 75);

/// Where the branch machine puts the questions.
#[derive(Clone)]
pub(crate) struct Plugged(mpsc::Sender<Box<ProfileAsked>>);

impl Plugged {
    /// Never waits.
    pub(crate) fn ask(&self, asked: Box<ProfileAsked>) {
        if self.0.try_send(asked).is_err() {
            tracing::debug!("too many phones ask at once; they ask again");
        }
    }

    pub(crate) fn channel() -> (Self, mpsc::Receiver<Box<ProfileAsked>>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        (Self(sender), receiver)
    }
}

/// Answers what the branch machine was asked.
pub(crate) fn answer(
    provision: &Provision,
    mut asked: mpsc::Receiver<Box<ProfileAsked>>,
    door: &Door,
    tasks: &Tasks,
) {
    let (desk, answers) = (provision.clone(), door.clone());
    let stop = tasks.stop_token();
    tasks.spawn("plugged phones", async move {
        loop {
            let one = tokio::select! {
                () = stop.cancelled() => return,
                one = asked.recv() => one,
            };
            let Some(one) = one else { return };
            if let Some((reply, url)) = desk.plugged(*one).await {
                let reply = Box::new(reply);
                answers.offer(Input::OfferProfile { reply, url });
            }
        }
    });
}

/// Hears the group on the configured ports, once SIP is open.
pub(crate) fn listen(provision: &Provision, door: &Door, tasks: &Tasks) {
    for port in &provision.0.config.pnp_ports {
        match group(*port) {
            Ok(socket) => hear(provision, socket, door, tasks),
            Err(error) => {
                tracing::warn!(%error, port, "phones that ask by multicast are not heard")
            }
        }
    }
}

impl Provision {
    /// Where the configuration is, for a device that somebody waits for.
    async fn plugged(&self, asked: ProfileAsked) -> Option<(sip::ProfileReply, String)> {
        let from = asked.source.ip().to_canonical();
        let vendor = provisioning::of_user_agent(&asked.user_agent);
        let model = vendor.as_ref().map(|(_, model)| model.clone());
        let vendor = vendor.map(|(vendor, _)| vendor);
        let vendor = asked.mac.and_then(provisioning::of_mac).or(vendor);
        let (verdict, url) = self.where_it_is(&asked, from).await;
        self.note(Heard {
            at: self.now(),
            from,
            mac: asked.mac,
            vendor,
            model: model.unwrap_or_default(),
            asked: "PnP".to_owned(),
            verdict,
        });
        url.map(|url| (asked.reply, url))
    }

    async fn where_it_is(&self, asked: &ProfileAsked, from: IpAddr) -> (Verdict, Option<String>) {
        if !self.book(|book| book.admits(from, self.now())) {
            return (Verdict::TooMany, None);
        }
        if !is_lan(from) {
            return (Verdict::Foreign, None);
        }
        let Some(mac) = asked.mac else {
            return (Verdict::Unknown, None);
        };
        let (store, now) = (self.0.store.clone(), self.now());
        let read = move || {
            let reader = store.reader()?;
            let device = reader.device(mac)?;
            let token = device
                .as_ref()
                .map(|one| reader.device_token(mac, one.serial));
            Ok::<_, branch_store::StoreError>(device.zip(token))
        };
        let Ok(Ok(found)) = tokio::task::spawn_blocking(read).await else {
            return (Verdict::NotReady, None);
        };
        let Some((device, token)) = found else {
            return (Verdict::Quarantined, None);
        };
        if !provisioning::waited_for(&device, now) {
            return (Verdict::Settled, None);
        }
        let base = self.url_for(asked.local.ip(), Some(device.vendor));
        let url =
            base.map(|base| provisioning::url_of(device.vendor, &format!("{base}t/{token}/"), mac));
        (Verdict::Told, url)
    }
}

fn group(port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    // other servers of phones on the same machine hear the group too
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::V4(SocketAddrV4::new(GROUP, port)).into())?;
    UdpSocket::from_std(socket.into())
}

fn hear(provision: &Provision, socket: UdpSocket, door: &Door, tasks: &Tasks) {
    let (desk, door) = (provision.clone(), door.clone());
    let stop = tasks.stop_token();
    let mut joined = BTreeSet::new();
    desk.join(&socket, &mut joined);
    tasks.spawn("multicast", async move {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = looks.tick() => desk.join(&socket, &mut joined),
                read = socket.recv_from(&mut buffer) => {
                    let Ok((length, remote)) = read else { continue };
                    desk.pass_on(&buffer[..length], remote, &door);
                }
            }
        }
    });
}

impl Provision {
    /// In each network whose SIP is heard.
    fn join(&self, socket: &UdpSocket, joined: &mut BTreeSet<Ipv4Addr>) {
        for place in self.0.udp.places() {
            let IpAddr::V4(own) = place.ip() else {
                continue;
            };
            if !joined.contains(&own) && socket.join_multicast_v4(GROUP, own).is_ok() {
                joined.insert(own);
            }
        }
    }

    /// Only the one question comes in this way; it is answered from our own address in the phone's network.
    fn pass_on(&self, message: &[u8], remote: SocketAddr, door: &Door) {
        let Some(way) = self.0.udp.towards(remote) else {
            return;
        };
        if message.starts_with(b"SUBSCRIBE ") {
            let flow = Flow::udp(way.local, remote);
            let bytes = Bytes::copy_from_slice(message);
            door.offer(Input::Sip { flow, bytes });
        }
    }
}
