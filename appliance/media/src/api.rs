//! Orders to the media threads and what they report.
use crate::{Formats, Law, SrtpKeys};
use messages::fact::{Seat, Side};
use messages::{CallId, PartyId, RecordingId};
use std::net::{IpAddr, SocketAddr};

/// A relay port of the pool: RTP on `rtp`, RTCP on `rtp + 1`. Both sockets are bound before the first call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortPair {
    pub rtp: u16,
}

/// One end of a relayed call: a call and the seat in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaLeg {
    pub call: CallId,
    pub seat: Seat,
}

/// Where a leg's packets come from and go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegMedia {
    pub leg: MediaLeg,
    pub port: PortPair,
    /// The SDP's address; `None` while none is known. Packets from it latch at once.
    pub remote: Option<SocketAddr>,
    /// The address that the signalling came from: packets from it (any port) latch once if none came from `remote`.
    pub signalling: IpAddr,
    /// False: hold; packets to this leg are not sent (sendonly / inactive).
    pub to_leg: bool,
    /// False: the leg sends nothing by agreement (hold): its silence is no fault.
    pub from_leg: bool,
    /// What was agreed on, as this leg numbers it.
    pub formats: Formats,
    /// Both ways are encrypted with these (RFC 3711).
    pub keys: Option<SrtpKeys>,
}

#[derive(Clone, Debug)]
pub enum MediaCommand {
    /// Opens a leg, or changes it (new SDP). The latch starts anew only where `remote` changed.
    Set(LegMedia),
    /// Both sides hear each other from now on.
    Bridge {
        call: CallId,
    },
    /// The call is answered: from now on silence is reported.
    Watch {
        call: CallId,
    },
    /// A tone of the gateway's own until `StopTone` or the first relayed packet.
    Tone {
        leg: MediaLeg,
        tone: Tone,
    },
    StopTone {
        leg: MediaLeg,
    },
    /// A digit for this leg, which came beside the sound of the other one.
    Digit {
        leg: MediaLeg,
        digit: char,
        duration_ms: u16,
    },
    /// The guest's leg is open: each of the three hears the others from now on. It sits `beside` this side,
    /// whose channel of the recording it shares.
    Mix {
        call: CallId,
        beside: Side,
    },
    /// There are two again. `guest_takes`: the guest has the seat of somebody who has gone; `None`: the guest has gone.
    Unmix {
        call: CallId,
        guest_takes: Option<Side>,
    },
    /// Records both sides of a bridged call.
    Record(RecordOrder),
    StopRecording {
        call: CallId,
    },
    /// The call is over: ports go back to the pool after a quiet time, the recording is closed.
    Close {
        call: CallId,
    },
}

/// 450 Hz tones of China.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// 1 s on, 4 s off
    Ringback,
    /// 0.35 s on, 0.35 s off
    Busy,
}

/// A recording whose key is durable in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordOrder {
    pub call: CallId,
    pub recording: RecordingId,
    pub party: Option<PartyId>,
    /// The law of each channel; what comes in another one is changed into it.
    pub laws: [Law; 2],
}

#[derive(Clone, Debug, PartialEq)]
pub enum MediaReport {
    /// The pool as it was bound at the start.
    Ports(Vec<PortPair>),
    /// A port may be allotted again.
    PortFree(PortPair),
    FirstPacket {
        leg: MediaLeg,
    },
    /// Nothing from this side while the other one is heard and it was to send: said within 3 s, once for each silence.
    OneWay {
        call: CallId,
        silent: Side,
    },
    /// Nothing from both sides for 30 s, and the call is not on hold.
    Silent {
        call: CallId,
    },
    /// At the end of a call, and every 5 s while it is up.
    Stats {
        leg: MediaLeg,
        stats: LegStats,
    },
    Recorder(RecorderReport),
}

/// What the recorder says of one recording; each becomes a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderReport {
    Gap {
        recording: RecordingId,
        at_ms: u64,
        lost_frames: u32,
    },
    Closed {
        recording: RecordingId,
        segments: u32,
        last_tag: Vec<u8>,
        duration_ms: u64,
        bytes: u64,
    },
    Failed {
        call: CallId,
        recording: RecordingId,
        code: &'static str,
    },
}

/// Counters of one leg since its start (RFC 3550 §6.4.1, appendix A.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegStats {
    pub received: u64,
    pub sent: u64,
    pub lost: u64,
    pub jitter_us: u32,
    /// Packets from strangers, or not RTP at all.
    pub dropped: u64,
    /// What the far end's own RTCP says of the packets that it got; zero while it says nothing.
    pub far_lost: u32,
    pub far_jitter_us: u32,
    /// From the gateway to the far end and back.
    pub round_trip_us: u32,
}
