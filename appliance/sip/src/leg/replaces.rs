//! One leg takes the place of another (RFC 3891): the end of an attended transfer, a picked-up call.
use super::{Leg, LegState};
use crate::api::{LegId, Origin};
use crate::machine::Sip;
use crate::message::params::Params;
use crate::message::{Name, Reply, Request};

/// The option tag.
pub(crate) const REPLACES: &str = "replaces";

/// The dialog that a Replaces names, from its receiver's side.
struct Named {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    /// Only while it still rings.
    early_only: bool,
}

impl Named {
    fn parse(text: &str) -> Option<Self> {
        let at = text.find(';')?;
        let params = Params::parse(&text[at..])?;
        let named = Self {
            call_id: text[..at].trim().to_owned(),
            local_tag: params.get("to-tag")?.to_owned(),
            remote_tag: params.get("from-tag")?.to_owned(),
            early_only: params.get("early-only").is_some(),
        };
        (!named.call_id.is_empty()).then_some(named)
    }
}

impl Sip {
    /// The leg that a new INVITE takes the place of; the answer where it cannot (§3).
    pub(crate) fn replaced(
        &self,
        request: &Request,
        origin: &Origin,
    ) -> Result<Option<LegId>, Reply> {
        let mut values = request.head.all(Name::Replaces);
        let Some(text) = values.next() else {
            return Ok(None);
        };
        let named = Named::parse(text).filter(|_| values.next().is_none());
        let named = named.ok_or_else(|| Reply::new(400))?;
        if !matches!(origin, Origin::Phone(_)) {
            return Err(Reply::new(403));
        }
        let leg = self.leg_named(&named).ok_or_else(|| Reply::new(481))?;
        match &leg.state {
            LegState::Up { .. } if named.early_only => Err(Reply::new(486)),
            LegState::Up { .. } | LegState::Calling { .. } => Ok(Some(leg.id)),
            // only a dialog that was begun here may be taken while it rings
            LegState::Invited { .. } => Err(Reply::new(481)),
            LegState::Closing { .. } => Err(Reply::new(603)),
        }
    }

    /// The same for the value within a Refer-To, whose tags are those of the peer that sends it:
    /// whoever is behind the leg that it names is meant.
    pub(crate) fn leg_of_replaces(&self, text: &str) -> Option<LegId> {
        let named = Named::parse(text)?;
        let turned = Named {
            call_id: named.call_id.clone(),
            local_tag: named.remote_tag.clone(),
            remote_tag: named.local_tag.clone(),
            early_only: named.early_only,
        };
        let leg = self.leg_named(&named).or_else(|| self.leg_named(&turned))?;
        let open = matches!(leg.state, LegState::Up { .. } | LegState::Invited { .. });
        open.then_some(leg.id)
    }

    fn leg_named(&self, named: &Named) -> Option<&Leg> {
        let leg = self.legs.by_tag(&named.local_tag)?;
        let dialog = &leg.dialog;
        // while it rings, each fork has a tag of its own
        let early = matches!(leg.state, LegState::Calling { .. });
        let same = dialog.call_id == named.call_id
            && (early || same_tag(&dialog.remote_tag, &named.remote_tag));
        same.then_some(leg)
    }
}

/// A peer without tags is named by `0` (§3).
fn same_tag(held: &str, named: &str) -> bool {
    held == named || (held.is_empty() && named == "0")
}
