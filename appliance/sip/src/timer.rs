//! Every timer of the SIP machine by name, and the base times (RFC 3261 §17, table 4; RFC 6026).
use crate::api::LegId;
use crate::lamps::WatchId;
use crate::registration::Registrant;
use core::time::Duration;
use messages::{Extension, TrunkName};

/// Round-trip estimate.
pub(crate) const T1: Duration = Duration::from_millis(500);
/// Longest interval between two sendings.
pub(crate) const T2: Duration = Duration::from_secs(4);
/// How long a message may live in the network.
pub(crate) const T4: Duration = Duration::from_secs(5);
/// 64 · T1: when a transaction gives up.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(32);
/// Timer C: how long a called peer may ring without a sign of life (RFC 3261 §16.6: more than 3 minutes).
pub(crate) const RING_MAX: Duration = Duration::from_secs(185);

/// One transaction of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TxId(pub u64);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// INVITE client, datagram: send again; starts with T1, doubles.
    A(TxId),
    /// INVITE client: no answer at all within 64·T1.
    B(TxId),
    /// INVITE client: not even a provisional answer within its patience.
    Silence(TxId),
    /// INVITE client: provisional answers only, for too long: CANCEL.
    C(TxId),
    /// INVITE client, refused: stays to acknowledge repeated refusals; 32 s.
    D(TxId),
    /// Non-INVITE client, datagram: send again; starts with T1, doubles up to T2.
    E(TxId),
    /// Non-INVITE client: no final answer within 64·T1.
    F(TxId),
    /// INVITE server, refused, datagram: send the refusal again; starts with T1, doubles up to T2.
    G(TxId),
    /// INVITE server, refused: no ACK within 64·T1.
    H(TxId),
    /// INVITE server, refusal acknowledged: absorbs repeated ACKs; T4.
    I(TxId),
    /// Non-INVITE server: repeats its answer to repeated requests; 64·T1.
    J(TxId),
    /// Non-INVITE client, answered: absorbs repeated answers; T4.
    K(TxId),
    /// INVITE server, accepted: absorbs repeated INVITEs; 64·T1 (RFC 6026).
    L(TxId),
    /// INVITE client, accepted: acknowledges repeated and forked 200s; 64·T1 (RFC 6026).
    M(TxId),
    /// Our CANCEL brought no final answer to the INVITE within 64·T1 (RFC 3261 §9.1).
    CancelUnheard(TxId),
    /// Our 200 to an INVITE is not acknowledged yet: send it again (RFC 3261 §13.3.1.4).
    OkAgain(LegId),
    /// No ACK of our 200 within 64·T1: BYE.
    AckMissing(LegId),
    /// Both sides offered at once: try our offer again (RFC 3261 §14.1).
    Glare(LegId),
    /// Our reliable provisional answer is not acknowledged yet: send it again (RFC 3262).
    ProgressAgain(LegId),
    /// No PRACK within 64·T1: the INVITE is refused.
    PrackMissing(LegId),
    /// The session of this leg is ours to refresh (RFC 4028).
    SessionRefresh(LegId),
    /// Nobody has refreshed it in time: BYE.
    SessionOver(LegId),
    /// The first binding of this phone runs out.
    Binding(Extension),
    /// Our own registration wants to be refreshed or tried again.
    Refresh(Registrant),
    /// A phone's look at another one ends.
    Watch(WatchId),
    /// OPTIONS to this trunk is due.
    Ping(TrunkName),
}
