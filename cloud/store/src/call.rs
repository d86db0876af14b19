//! A call as headquarters lists it.
use crate::PageLimit;
use messages::{
    BoxId, CallId, CustomerId, Direction, Extension, HangUpCause, PartyId, Purpose, ReleasedBy,
    SystemResult, TrunkName, UtcMs,
};

#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    pub box_id: BoxId,
    pub call: CallId,
    pub direction: Direction,
    pub purpose: Purpose,
    pub extension: Option<Extension>,
    /// The called phone of an internal call.
    pub other_extension: Option<Extension>,
    pub trunk: Option<TrunkName>,
    pub party: Option<PartyId>,
    pub customer: Option<CustomerId>,
    pub started: UtcMs,
    pub answered: Option<UtcMs>,
    /// `None` while the call lives, as far as headquarters has heard.
    pub ended: Option<CallEnd>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallEnd {
    pub at: UtcMs,
    pub result: SystemResult,
    pub cause: HangUpCause,
    pub released_by: ReleasedBy,
    pub ring_ms: u64,
    pub talk_ms: u64,
}

/// Which calls, newest first. Times bound the start: `from` inclusive, `to` exclusive.
#[derive(Clone, Debug, Default)]
pub struct CallQuery {
    pub box_id: Option<BoxId>,
    pub result: Option<SystemResult>,
    pub from: Option<UtcMs>,
    pub to: Option<UtcMs>,
    pub after: Option<CallCursor>,
    pub limit: PageLimit,
}

/// The last row of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallCursor {
    pub started: UtcMs,
    pub box_id: BoxId,
    pub call: CallId,
}

impl CallRecord {
    #[must_use]
    pub fn cursor(&self) -> CallCursor {
        CallCursor {
            started: self.started,
            box_id: self.box_id.clone(),
            call: self.call,
        }
    }
}
