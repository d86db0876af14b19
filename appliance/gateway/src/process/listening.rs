//! Keeps SIP open on the addresses that the machine has: a cable that is plugged in later, or an address that changes,
//! needs no restart.
use super::Ground;
use super::telephony::Telephony;
use crate::config::SipConfig;
use crate::io::sip::{self, SipSockets};
use anyhow::Context as _;
use core::time::Duration;
use portal::Tasks;
use portal::serve::Identity;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Opens what can be opened now, and looks again from time to time. An address that is named and cannot be had is an error.
pub(super) fn start(
    ground: &Ground,
    telephony: &Telephony,
    identity: Identity,
) -> anyhow::Result<()> {
    let mut ears = Ears {
        config: ground.config.sip.clone(),
        sockets: telephony.sockets.clone(),
        identity,
        tasks: ground.tasks.clone(),
        plain: BTreeMap::new(),
        tls: BTreeMap::new(),
    };
    ears.look(&hw::addresses().context("the machine's addresses cannot be read")?);
    ears.all_named()?;
    let roots = sip::trusting(&ground.config.sip.trunk_ca).context("sip.trunk_ca")?;
    sip::dial(&telephony.sockets.streams, roots, &ground.tasks);
    let stop = ground.tasks.stop_token();
    ground.tasks.spawn("sip addresses", async move {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = looks.tick() => {}
            }
            match tokio::task::spawn_blocking(hw::addresses).await {
                Ok(Some(own)) => ears.look(&own),
                Ok(None) => {}
                Err(bad) => tracing::error!(%bad, "reading the machine's addresses panicked"),
            }
        }
    });
    Ok(())
}

type Open = BTreeMap<SocketAddr, CancellationToken>;

struct Ears {
    config: SipConfig,
    sockets: SipSockets,
    identity: Identity,
    tasks: Tasks,
    /// UDP and TCP.
    plain: Open,
    tls: Open,
}

impl Ears {
    fn look(&mut self, own: &[std::net::IpAddr]) {
        let of = |wanted: &[SocketAddr]| sip::places(wanted, own, self.config.wan);
        let (plain, tls) = (of(&self.config.listen), of(&self.config.tls));
        for gone in leave(&mut self.plain, &plain) {
            self.sockets.udp.close(gone);
        }
        leave(&mut self.tls, &tls);
        for place in plain {
            if !self.plain.contains_key(&place) {
                let opened = self.open_plain(place);
                note(&mut self.plain, place, opened);
            }
        }
        for place in tls {
            if !self.tls.contains_key(&place) {
                let opened = self.open_tls(place);
                note(&mut self.tls, place, opened);
            }
        }
    }

    fn open_plain(&self, place: SocketAddr) -> io::Result<CancellationToken> {
        let stop = self.tasks.stop_token().child_token();
        sip::listen(place, &self.sockets.streams, &self.tasks, stop.clone())?;
        // one without the other would be half a place
        self.sockets
            .udp
            .open(place)
            .inspect_err(|_| stop.cancel())?;
        Ok(stop)
    }

    fn open_tls(&self, place: SocketAddr) -> io::Result<CancellationToken> {
        let stop = self.tasks.stop_token().child_token();
        let (identity, streams) = (self.identity.clone(), &self.sockets.streams);
        sip::listen_tls(place, identity, streams, &self.tasks, stop.clone())?;
        Ok(stop)
    }

    /// What the configuration names by its address is there, or the start ends with the reason.
    fn all_named(&self) -> anyhow::Result<()> {
        let named = |wanted: &[SocketAddr], open: &Open| {
            let missing =
                |place: &&SocketAddr| !place.ip().is_unspecified() && !open.contains_key(*place);
            wanted.iter().find(missing).copied()
        };
        let plain = named(&self.config.listen, &self.plain);
        if let Some(place) = plain {
            self.open_plain(place)
                .with_context(|| format!("sip.listen {place}"))?;
        }
        if let Some(place) = named(&self.config.tls, &self.tls) {
            self.open_tls(place)
                .with_context(|| format!("sip.tls {place}"))?;
        }
        Ok(())
    }
}

/// Lets go of the places that are wanted no longer.
fn leave(open: &mut Open, wanted: &BTreeSet<SocketAddr>) -> Vec<SocketAddr> {
    let gone: Vec<SocketAddr> = open
        .keys()
        .filter(|place| !wanted.contains(place))
        .copied()
        .collect();
    for place in &gone {
        if let Some(stop) = open.remove(place) {
            stop.cancel();
        }
        tracing::info!(%place, "SIP is not heard here any more");
    }
    gone
}

fn note(open: &mut Open, place: SocketAddr, opened: io::Result<CancellationToken>) {
    match opened {
        Ok(stop) => {
            tracing::info!(%place, "SIP is heard here");
            open.insert(place, stop);
        }
        Err(error) => {
            tracing::warn!(%place, %error, code = "sip_place_not_opened", "SIP is not heard here")
        }
    }
}
