//! The filters, in their order: emergency passes · dial rule · refusal of contact · number form · kind of destination ·
//! hours and ceilings · room to record · the trunk's limits.
use crate::{
    Met, Token,
    did::Dids,
    line::Line,
    route::{DialPlan, Route},
    usage::{By, Spent, Usage},
};
use messages::command::{DialRule, Did, Profile, RuleTarget, TrunkPlan};
use messages::{
    Destination, Dialled, Digits, Emergency, Extension, Moment, PartyNumber, PhoneNumber, Purpose,
    Refusal, SipCode, TrunkName, UtcMs, ceilings::Ceilings,
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the blind index of a number: the refusals of contact are kept by it.
pub type Indexer = Box<dyn Fn(&PartyNumber) -> [u8; 16] + Send>;

/// The same by an index that may not be known yet.
pub type WideIndexer = Box<dyn Fn(&PartyNumber) -> Option<[u8; 16]> + Send>;

/// What the gate goes by. A new one replaces the old one; calls that are up keep their channels.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub profile: Profile,
    pub dial_rules: Vec<DialRule>,
    pub trunks: Vec<TrunkPlan>,
    pub dids: Vec<Did>,
    /// Kinds of destinations that are open.
    pub destinations: Vec<Destination>,
    pub ceilings: Ceilings,
}

#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub dialled: &'a str,
    pub purpose: Purpose,
    /// Whose phone the call is of; nobody's, where a trunk asks.
    pub by: Option<By<'a>>,
    pub utc: UtcMs,
}

/// Let through: to a phone of the branch, or outside with the token.
#[derive(Debug, PartialEq, Eq)]
pub enum Pass {
    Phone { extension: Extension, record: bool },
    Outside(Token),
}

/// Held back: the code, and whom it concerns where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    pub refusal: Refusal,
    pub party: Option<PartyNumber>,
}

/// A call that a rule sends outside. Forms: behind the rule's prefix, as it is sent, as it was dialled.
struct Out<'a> {
    to: &'a RuleTarget,
    forms: [&'a str; 3],
    purpose: Purpose,
    record: bool,
    by: Option<By<'a>>,
    utc: UtcMs,
}

pub struct Gate {
    profile: Profile,
    plan: DialPlan,
    dids: Dids,
    open: BTreeSet<Destination>,
    trunks: BTreeMap<TrunkName, Line>,
    refused: BTreeSet<[u8; 16]>,
    usage: Usage,
    /// Is there room for recordings?
    recordings: bool,
    indexer: Indexer,
    /// A second index, that of refusals known across the branches.
    wide: Option<WideIndexer>,
}

impl Gate {
    #[must_use]
    pub fn new(indexer: Indexer) -> Self {
        Self {
            profile: Profile::Production,
            plan: DialPlan::default(),
            dids: Dids::default(),
            open: BTreeSet::from(Destination::USUAL),
            trunks: BTreeMap::new(),
            refused: BTreeSet::new(),
            usage: Usage::default(),
            recordings: true,
            indexer,
            wide: None,
        }
    }

    pub fn configure(&mut self, rules: Rules, now: Moment) {
        self.profile = rules.profile;
        self.plan = DialPlan::new(rules.dial_rules);
        self.dids = Dids::new(rules.dids);
        self.open = rules.destinations.into_iter().collect();
        self.usage.ceilings = rules.ceilings;
        for line in self.trunks.values_mut() {
            line.retired = true;
        }
        for plan in rules.trunks {
            let line = self.trunks.entry(plan.name.clone());
            line.or_insert_with(|| Line::new(&plan, now)).go_by(&plan);
        }
        self.trunks
            .retain(|_, line| !line.retired || line.pace.in_use() > 0);
    }

    /// Refusals may also stand by this index: numbers go by either.
    pub fn also_index(&mut self, indexer: WideIndexer) {
        self.wide = Some(indexer);
    }

    /// The refusals of contact that stand from now on, by whichever index.
    pub fn replace_refusals(&mut self, indexes: Vec<[u8; 16]>) {
        self.refused = indexes.into_iter().collect();
    }

    /// Does this person not want to be called?
    #[must_use]
    pub fn is_refused(&self, number: &PartyNumber) -> bool {
        let wide = self.wide.as_ref().and_then(|indexer| indexer(number));
        self.refused.contains(&(self.indexer)(number))
            || wide.is_some_and(|index| self.refused.contains(&index))
    }

    /// Without room for recordings nobody is dialled whose call has to be recorded. Emergencies are not asked.
    pub const fn take_recordings(&mut self, room: bool) {
        self.recordings = room;
    }

    /// The one question. A token in the answer holds a channel until `release`.
    pub fn ask(&mut self, request: &Request<'_>, now: Moment) -> Result<Pass, Blocked> {
        self.ask_beside(request, &[], now)
    }

    /// A call that comes over a trunk: one of our own numbers is for whom it stands, anything else goes as dialled.
    pub fn ask_in(
        &mut self,
        trunk: &TrunkName,
        request: &Request<'_>,
        now: Moment,
    ) -> Result<Pass, Blocked> {
        match self.dids.find(trunk, request.dialled) {
            Some(extension) => Ok(Pass::Phone {
                extension: extension.clone(),
                record: false,
            }),
            None => self.ask(request, now),
        }
    }

    /// The same try again, because the trunks that were `tried` could not bring it through: over another one.
    pub fn ask_beside(
        &mut self,
        request: &Request<'_>,
        tried: &[TrunkName],
        now: Moment,
    ) -> Result<Pass, Blocked> {
        let block = |refusal| Blocked {
            refusal,
            party: None,
        };
        let digits = Digits::parse(request.dialled).map_err(|_bad| block(Refusal::BadNumber))?;
        if let Some(emergency) = Emergency::parse(digits.as_str()) {
            return self
                .let_emergency_out(emergency, tried, now)
                .map(Pass::Outside);
        }
        let found = match request.purpose {
            Purpose::Sales | Purpose::RequestedCallBack => self.plan.find_outside(digits.as_str()),
            Purpose::Service | Purpose::Internal | Purpose::SelfTest | Purpose::Emergency => {
                self.plan.find(digits.as_str())
            }
        };
        let Some(Route { rule, kept, sent }) = found else {
            return Err(block(Refusal::NoRoute));
        };
        let (record, to, kept) = (rule.record, rule.to.clone(), kept.to_owned());
        match to {
            RuleTarget::Phone => {
                let extension = Extension::parse(&sent).ok_or_else(|| block(Refusal::NoRoute))?;
                Ok(Pass::Phone { extension, record })
            }
            RuleTarget::Trunk(_) | RuleTarget::Trunks(_) => {
                let forms = [kept.as_str(), sent.as_str(), digits.as_str()];
                if let Some(emergency) = forms.into_iter().find_map(Emergency::parse) {
                    return self
                        .let_emergency_out(emergency, tried, now)
                        .map(Pass::Outside);
                }
                let out = Out {
                    to: &to,
                    forms,
                    purpose: request.purpose,
                    record,
                    by: request.by,
                    utc: request.utc,
                };
                self.let_out_by(&out, tried, now).map(Pass::Outside)
            }
        }
    }

    /// A test call: over this trunk and no other one, through the same filters. Nobody tests with a number that helps in need.
    pub fn ask_over(
        &mut self,
        trunk: &TrunkName,
        request: &Request<'_>,
        now: Moment,
    ) -> Result<Token, Blocked> {
        let block = |refusal| Blocked {
            refusal,
            party: None,
        };
        let digits = Digits::parse(request.dialled).map_err(|_bad| block(Refusal::BadNumber))?;
        let dialled = digits.as_str();
        if Emergency::parse(dialled).is_some() {
            return Err(block(Refusal::NotAllowed));
        }
        let out = Out {
            to: &RuleTarget::Trunk(trunk.clone()),
            forms: [dialled; 3],
            purpose: request.purpose,
            record: false,
            by: request.by,
            utc: request.utc,
        };
        self.let_out_by(&out, &[], now)
    }

    /// The filters of a call that leaves, in their order.
    fn let_out_by(
        &mut self,
        out: &Out<'_>,
        tried: &[TrunkName],
        now: Moment,
    ) -> Result<Token, Blocked> {
        let refused = self.refusing(out.forms);
        let party = self.party_of(out.forms).map_err(|refusal| Blocked {
            refusal,
            party: None,
        })?;
        let held_back = |refusal, party| {
            Err(Blocked {
                refusal,
                party: Some(party),
            })
        };
        if let Some(party) = refused {
            return held_back(Refusal::DoNotCall, party);
        }
        if !self.is_open(out.forms) {
            return held_back(Refusal::DestinationClosed, party);
        }
        // one that goes on over another trunk was let out already
        if tried.is_empty()
            && let Err(refusal) = self.below_ceilings(out, now)
        {
            return held_back(refusal, party);
        }
        if out.record && !self.recordings {
            return held_back(Refusal::NoRoomToRecord, party);
        }
        let trunk = match self.choose(out.to.trunks(), tried, now) {
            Ok(trunk) => trunk,
            Err(refusal) => return held_back(refusal, party),
        };
        let others = out.to.trunks().len() > tried.len() + 1;
        let [_, sent, _] = out.forms;
        self.let_out(trunk, sent.to_owned(), party, out.purpose, out.record, now)
            .map(|token| token.beside(others).wanted(out.by.map(|by| by.phone)))
            .inspect(|_token| {
                if tried.is_empty() && !self.profile.is_free() {
                    self.usage.began(out.by, now);
                }
            })
    }

    /// In a laboratory nobody is held back.
    fn below_ceilings(&mut self, out: &Out<'_>, now: Moment) -> Result<(), Refusal> {
        if self.profile.is_free() {
            return Ok(());
        }
        self.usage.admits(out.by, out.utc, now)
    }

    /// What a call used that is over.
    pub fn spent(&mut self, spent: &Spent, utc: UtcMs) {
        self.usage.spent(spent, utc);
    }

    /// Does this reach an emergency service, as dialled or by what a rule makes of it?
    #[must_use]
    pub fn is_emergency(&self, dialled: &str) -> bool {
        let Ok(digits) = Digits::parse(dialled) else {
            return false;
        };
        let is = |text: &str| Emergency::parse(text).is_some();
        let by_rule = |route: Route<'_>| {
            !route.rule.to.trunks().is_empty() && (is(route.kept) || is(&route.sent))
        };
        is(digits.as_str()) || self.plan.find(digits.as_str()).is_some_and(by_rule)
    }

    /// An incoming call takes one of the trunk's channels.
    pub fn let_in(&mut self, trunk: &TrunkName) -> Result<(), Refusal> {
        self.trunks
            .get_mut(trunk)
            .ok_or(Refusal::TrunkUnknown)?
            .pace
            .take_channel()
    }

    /// The call of a token, or an incoming one, is over.
    pub fn release(&mut self, trunk: &TrunkName) {
        if let Some(line) = self.trunks.get_mut(trunk) {
            line.pace.release();
        }
    }

    /// What a call met on its trunk: from this the next calls go there, or elsewhere.
    pub fn met(&mut self, trunk: &TrunkName, met: Met, now: Moment) {
        if let Some(line) = self.trunks.get_mut(trunk) {
            line.met(met, now);
        }
    }

    /// Whether we are registered at a trunk that wants it.
    pub fn trunk_registered(&mut self, trunk: &TrunkName, registered: bool) {
        if let Some(line) = self.trunks.get_mut(trunk) {
            line.registered(registered);
        }
    }

    /// What a trunk answers when it is asked (OPTIONS).
    pub fn trunk_answers(&mut self, trunk: &TrunkName, answers: bool) {
        if let Some(line) = self.trunks.get_mut(trunk) {
            line.asked(answers);
        }
    }

    /// Is this end of a try, before it rang, for another trunk to try?
    #[must_use]
    pub fn passes_on(&self, trunk: &TrunkName, code: Option<SipCode>) -> bool {
        let line = self.trunks.get(trunk);
        line.is_some_and(|line| line.passes_on(code))
    }

    /// Channels in use, for the UI.
    #[must_use]
    pub fn in_use(&self, trunk: &TrunkName) -> u32 {
        self.trunks.get(trunk).map_or(0, |line| line.pace.in_use())
    }

    /// Who is called. The digits behind a rule's prefix come first: a number of the public network among the forms
    /// is the party's, whatever stands before it for the carrier or for the way out.
    fn party_of(&self, forms: [&str; 3]) -> Result<PartyNumber, Refusal> {
        if let Some(number) = forms.into_iter().find_map(public_number) {
            return Ok(PartyNumber::Phone(number));
        }
        let digits = Digits::parse(forms[0]).map_err(|_bad| Refusal::BadNumber)?;
        if self.profile.is_free() {
            Ok(PartyNumber::Private(digits))
        } else {
            Err(Refusal::NumberForm)
        }
    }

    /// May calls go to numbers of this kind? Deny wins: no form of what was dialled may be of a closed kind.
    /// In a laboratory everything is open.
    fn is_open(&self, forms: [&str; 3]) -> bool {
        let mut numbers = forms.into_iter().filter_map(public_number);
        self.profile.is_free()
            || numbers.all(|number| self.open.contains(&Destination::of(&number)))
    }

    /// Deny wins: whoever refused contact in any form of what was dialled is not called.
    fn refusing(&self, forms: [&str; 3]) -> Option<PartyNumber> {
        let parties = forms.into_iter().filter_map(|form| {
            let private = || Digits::parse(form).ok().map(PartyNumber::Private);
            public_number(form).map(PartyNumber::Phone).or_else(private)
        });
        parties.into_iter().find(|party| self.is_refused(party))
    }

    fn let_out(
        &mut self,
        trunk: TrunkName,
        dial: String,
        party: PartyNumber,
        purpose: Purpose,
        record: bool,
        now: Moment,
    ) -> Result<Token, Blocked> {
        let block = |refusal| Blocked {
            refusal,
            party: Some(party.clone()),
        };
        let line = self.trunks.get_mut(&trunk).filter(|line| !line.retired);
        let line = line.ok_or_else(|| block(Refusal::TrunkUnknown))?;
        line.pace.start(now).map_err(block)?;
        let dial = line.written(&dial);
        Ok(Token::new(
            trunk,
            dial,
            party,
            purpose,
            record,
            line.next_caller(),
        ))
    }

    /// Of these, the one that has room, works and has the least to do. Where none has, why.
    fn choose(
        &mut self,
        names: &[TrunkName],
        tried: &[TrunkName],
        now: Moment,
    ) -> Result<TrunkName, Refusal> {
        let mut best = None;
        let mut why = Refusal::TrunkUnknown;
        for name in names.iter().filter(|name| !tried.contains(name)) {
            let free = self.profile.is_free();
            let usage = &self.usage;
            let rank = self.trunks.get_mut(name).map(|line| {
                if !free {
                    usage.trunk_admits(name, line.day_limits())?;
                }
                line.rank(now)
            });
            match rank {
                Some(Ok(rank)) if best.is_none_or(|(least, _)| rank < least) => {
                    best = Some((rank, name));
                }
                Some(Ok(_)) | None => {}
                Some(Err(refusal)) => why = refusal,
            }
        }
        best.map(|(_, name)| name.clone()).ok_or(why)
    }

    /// Over whichever trunk works and has the least to do, whatever its limits say.
    fn let_emergency_out(
        &mut self,
        emergency: Emergency,
        tried: &[TrunkName],
        now: Moment,
    ) -> Result<Token, Blocked> {
        let block = |refusal| Blocked {
            refusal,
            party: None,
        };
        let left = self
            .trunks
            .iter_mut()
            .filter(|(name, line)| !line.retired && !tried.contains(name));
        let mut left: Vec<_> = left.collect();
        let others = left.len() > 1;
        let best = (0..left.len()).min_by_key(|at| {
            let (_, line) = &left[*at];
            (!line.is_well(now), line.pace.in_use())
        });
        let best = best.ok_or_else(|| block(Refusal::TrunkUnknown))?;
        let (name, line) = left.swap_remove(best);
        line.pace.force();
        let dial = emergency.digits().to_owned();
        let party = PartyNumber::parse(&dial).map_err(|_bad| block(Refusal::BadNumber))?;
        Ok(Token::new(
            name.clone(),
            dial,
            party,
            Purpose::Emergency,
            true,
            line.next_caller(),
        )
        .beside(others))
    }
}

fn public_number(form: &str) -> Option<PhoneNumber> {
    match Dialled::parse(form) {
        Ok(Dialled::Phone(number)) => Some(number),
        Ok(
            Dialled::Private(_)
            | Dialled::Service(_)
            | Dialled::Extension(_)
            | Dialled::Emergency(_),
        )
        | Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
