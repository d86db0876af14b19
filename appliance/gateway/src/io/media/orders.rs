//! The way of an order to the thread that serves its call.
use media::MediaCommand;
use messages::CallId;
use rustix::event::{EventfdFlags, eventfd};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use thiserror::Error;

/// Orders that wait for one thread. The giver waits for room: a media thread never waits for anybody, so there soon is.
const ORDERS_MAX: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the media thread has ended")]
pub struct MediaGone;

/// Gives orders from any thread; cheap to clone.
#[derive(Clone)]
pub struct MediaOrders(Arc<[Way]>);

struct Way {
    sender: SyncSender<MediaCommand>,
    bell: Arc<OwnedFd>,
}

/// A media thread's end of the way.
pub(super) struct Shard {
    pub orders: Receiver<MediaCommand>,
    /// Readable when somebody rang.
    pub bell: Arc<OwnedFd>,
}

pub(super) fn shards(count: usize) -> io::Result<(MediaOrders, Vec<Shard>)> {
    let mut ways = Vec::with_capacity(count);
    let mut shards = Vec::with_capacity(count);
    for _ in 0..count {
        let (sender, orders) = sync_channel(ORDERS_MAX);
        let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        ways.push(Way {
            sender,
            bell: Arc::clone(&bell),
        });
        shards.push(Shard { orders, bell });
    }
    Ok((MediaOrders(ways.into()), shards))
}

impl MediaOrders {
    /// All orders of one call are carried out in the order in which they were given.
    pub fn give(&self, command: MediaCommand) -> Result<(), MediaGone> {
        let way = &self.0[self.shard_of(call_of(&command))];
        way.sender.send(command).map_err(|_gone| MediaGone)?;
        way.ring();
        Ok(())
    }

    pub(super) fn wake_all(&self) {
        self.0.iter().for_each(Way::ring);
    }

    fn shard_of(&self, call: CallId) -> usize {
        let sum: usize = call.as_bytes().iter().map(|byte| usize::from(*byte)).sum();
        sum % self.0.len()
    }
}

impl Way {
    fn ring(&self) {
        // It fails only when 2^64 − 1 rings wait: the bell is heard in any case.
        let _ = rustix::io::write(&*self.bell, &1_u64.to_ne_bytes());
    }
}

const fn call_of(command: &MediaCommand) -> CallId {
    match command {
        MediaCommand::Set(media) => media.leg.call,
        MediaCommand::Tone { leg, .. }
        | MediaCommand::StopTone { leg }
        | MediaCommand::Digit { leg, .. } => leg.call,
        MediaCommand::Record(order) => order.call,
        MediaCommand::Bridge { call }
        | MediaCommand::Watch { call }
        | MediaCommand::Mix { call, .. }
        | MediaCommand::Unmix { call, .. }
        | MediaCommand::StopRecording { call }
        | MediaCommand::Close { call } => *call,
    }
}
