//! The filters, in their order: emergency passes · number form · dial rule · refusal of contact · the trunk's limits.
use crate::{
    Token,
    pace::Pace,
    route::{DialPlan, Route},
};
use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan};
use messages::{
    Dialled, Digits, Emergency, Extension, Moment, PartyNumber, PhoneNumber, Purpose, Refusal,
    TrunkName,
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
}

#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub dialled: &'a str,
    pub purpose: Purpose,
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

pub struct Gate {
    profile: Profile,
    plan: DialPlan,
    trunks: BTreeMap<TrunkName, Line>,
    refused: BTreeSet<[u8; 16]>,
    /// Is there room for recordings?
    recordings: bool,
    indexer: Indexer,
    /// A second index, that of refusals known across the branches.
    wide: Option<WideIndexer>,
}

struct Line {
    pace: Pace,
    caller: Option<String>,
    /// Gone from the configuration; kept while calls are up on it.
    retired: bool,
}

impl Gate {
    #[must_use]
    pub fn new(indexer: Indexer) -> Self {
        Self {
            profile: Profile::Production,
            plan: DialPlan::default(),
            trunks: BTreeMap::new(),
            refused: BTreeSet::new(),
            recordings: true,
            indexer,
            wide: None,
        }
    }

    pub fn configure(&mut self, rules: Rules, now: Moment) {
        self.profile = rules.profile;
        self.plan = DialPlan::new(rules.dial_rules);
        for line in self.trunks.values_mut() {
            line.retired = true;
        }
        for trunk in rules.trunks {
            let fresh = || Pace::new(trunk.concurrent_max, trunk.cps_max, now);
            let line = self.trunks.entry(trunk.name).or_insert_with(|| Line {
                pace: fresh(),
                caller: None,
                retired: false,
            });
            line.pace.limit(trunk.concurrent_max, trunk.cps_max);
            line.caller = trunk.caller;
            line.retired = false;
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
        let block = |refusal| Blocked {
            refusal,
            party: None,
        };
        let digits = Digits::parse(request.dialled).map_err(|_bad| block(Refusal::BadNumber))?;
        if let Some(emergency) = Emergency::parse(digits.as_str()) {
            return self.let_emergency_out(emergency).map(Pass::Outside);
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
            RuleTarget::Trunk(trunk) => {
                let forms = [kept.as_str(), sent.as_str(), digits.as_str()];
                if let Some(emergency) = forms.into_iter().find_map(Emergency::parse) {
                    return self.let_emergency_out(emergency).map(Pass::Outside);
                }
                let refused = self.refusing(forms);
                let party = self.party_of(forms).map_err(block)?;
                if let Some(party) = refused {
                    return Err(Blocked {
                        refusal: Refusal::DoNotCall,
                        party: Some(party),
                    });
                }
                self.let_out(trunk, sent, party, request.purpose, record, now)
                    .map(Pass::Outside)
            }
        }
    }

    /// Does this reach an emergency service, as dialled or by what a rule makes of it?
    #[must_use]
    pub fn is_emergency(&self, dialled: &str) -> bool {
        let Ok(digits) = Digits::parse(dialled) else {
            return false;
        };
        let is = |text: &str| Emergency::parse(text).is_some();
        let by_rule = |route: Route<'_>| {
            matches!(route.rule.to, RuleTarget::Trunk(_)) && (is(route.kept) || is(&route.sent))
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
        if record && !self.recordings {
            return Err(block(Refusal::NoRoomToRecord));
        }
        let line = self.trunks.get_mut(&trunk).filter(|line| !line.retired);
        let line = line.ok_or_else(|| block(Refusal::TrunkUnknown))?;
        line.pace.start(now).map_err(block)?;
        Ok(Token::new(
            trunk,
            dial,
            party,
            purpose,
            record,
            line.caller.clone(),
        ))
    }

    /// Over the first trunk that is configured, whatever its limits say.
    fn let_emergency_out(&mut self, emergency: Emergency) -> Result<Token, Blocked> {
        let block = |refusal| Blocked {
            refusal,
            party: None,
        };
        let (name, line) = self
            .trunks
            .iter_mut()
            .filter(|(_, line)| !line.retired)
            .min_by_key(|(_, line)| line.pace.in_use())
            .ok_or_else(|| block(Refusal::TrunkUnknown))?;
        line.pace.force();
        let dial = emergency.digits().to_owned();
        let party = PartyNumber::parse(&dial).map_err(|_bad| block(Refusal::BadNumber))?;
        Ok(Token::new(
            name.clone(),
            dial,
            party,
            Purpose::Emergency,
            true,
            line.caller.clone(),
        ))
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
mod tests {
    use super::{Gate, Pass, Request, Rules};
    use messages::command::{DialRule, Profile, RuleTarget, TrunkPlan};
    use messages::{Moment, PartyNumber, PersonalValue, Purpose, Refusal, TrunkName};

    fn index(number: &PartyNumber) -> [u8; 16] {
        let mut index = [0; 16];
        for (slot, byte) in index.iter_mut().zip(number.to_text().bytes().rev()) {
            *slot = byte;
        }
        index
    }

    fn rule(prefix: &str, to: RuleTarget, strip: u8, prepend: &str) -> DialRule {
        DialRule {
            prefix: prefix.to_owned(),
            to,
            record: prefix == "8",
            strip,
            prepend: prepend.to_owned(),
        }
    }

    fn gate(profile: Profile) -> Gate {
        let carrier = TrunkName::parse("carrier").unwrap();
        let trunk = TrunkPlan {
            name: carrier.clone(),
            address: "127.0.0.1:5160".to_owned(),
            transport: messages::command::TrunkTransport::Udp,
            accept_from: Vec::new(),
            concurrent_max: 2,
            cps_max: 10,
            caller: None,
        };
        let to_carrier = || RuleTarget::Trunk(carrier.clone());
        let mut gate = Gate::new(Box::new(index));
        let dial_rules = vec![
            rule("9", to_carrier(), 0, ""),
            rule("8", to_carrier(), 0, ""),
            rule("1", RuleTarget::Phone, 0, ""),
            rule("0", to_carrier(), 1, "00"),
            rule("7", to_carrier(), 1, ""),
            rule("6", to_carrier(), 1, "17909"),
        ];
        gate.configure(
            Rules {
                profile,
                dial_rules,
                trunks: vec![trunk],
            },
            Moment::START,
        );
        gate
    }

    fn ask(gate: &mut Gate, dialled: &str, purpose: Purpose) -> String {
        match gate.ask(&Request { dialled, purpose }, Moment::START) {
            Ok(Pass::Phone { extension, .. }) => format!("phone {extension}"),
            Ok(Pass::Outside(token)) => {
                let recorded = if token.record() { " recorded" } else { "" };
                format!("{} {}{recorded}", token.trunk(), token.dial())
            }
            Err(blocked) => blocked.refusal.code().to_owned(),
        }
    }

    #[test]
    #[allow(clippy::too_many_lines)] // a table
    fn dialled_digits_go_where_the_longest_fitting_rule_says() {
        let table = [
            (Profile::Lab, "1001", Purpose::Internal, "phone 1001"),
            (Profile::Lab, "9123", Purpose::Service, "carrier 9123"),
            (
                Profile::Lab,
                "8123",
                Purpose::Service,
                "carrier 8123 recorded",
            ),
            (
                Profile::Lab,
                "0755123",
                Purpose::Service,
                "carrier 00755123",
            ),
            (Profile::Lab, "2001", Purpose::Internal, "no_route"),
            (Profile::Lab, "13800138000", Purpose::Service, "no_route"),
            (
                Profile::Lab,
                "13800138000",
                Purpose::Sales,
                "carrier 13800138000",
            ),
            (Profile::Production, "9123", Purpose::Service, "number_form"),
            (
                Profile::Production,
                "110",
                Purpose::Service,
                "carrier 110 recorded",
            ),
            (Profile::Lab, "12a", Purpose::Internal, "bad_number"),
            (
                Profile::Production,
                "713800138000",
                Purpose::Service,
                "carrier 13800138000",
            ),
            (
                Profile::Production,
                "613800138000",
                Purpose::Service,
                "carrier 1790913800138000",
            ),
            (
                Profile::Production,
                "79123",
                Purpose::Service,
                "number_form",
            ),
            (
                Profile::Production,
                "7110",
                Purpose::Service,
                "carrier 110 recorded",
            ),
            (
                Profile::Production,
                "6120",
                Purpose::Service,
                "carrier 120 recorded",
            ),
        ];
        for (profile, dialled, purpose, expected) in table {
            assert_eq!(
                ask(&mut gate(profile), dialled, purpose),
                expected,
                "{dialled}"
            );
        }
    }

    #[test]
    fn without_room_for_recordings_only_calls_that_are_not_recorded_go_out() {
        let mut gate = gate(Profile::Lab);
        gate.take_recordings(false);
        for (dialled, expected) in [
            ("8123", "no_room_to_record"),
            ("9123", "carrier 9123"),
            ("1001", "phone 1001"),
            ("110", "carrier 110 recorded"),
        ] {
            assert_eq!(ask(&mut gate, dialled, Purpose::Service), expected);
        }
        gate.take_recordings(true);
        gate.release(&TrunkName::parse("carrier").unwrap());
        assert_eq!(
            ask(&mut gate, "8123", Purpose::Service),
            "carrier 8123 recorded"
        );
    }

    #[test]
    fn who_refused_contact_is_not_dialled_by_any_rule_until_it_is_lifted() {
        let mut gate = gate(Profile::Lab);
        let number = PartyNumber::parse("+86 95588").unwrap();
        gate.replace_refusals(vec![index(&number)]);
        for purpose in [Purpose::Sales, Purpose::Service, Purpose::RequestedCallBack] {
            assert_eq!(ask(&mut gate, "95588", purpose), "do_not_call");
        }
        gate.replace_refusals(Vec::new());
        assert_eq!(ask(&mut gate, "95588", Purpose::Sales), "carrier 95588");
    }

    #[test]
    fn a_prefix_changes_neither_whom_a_call_is_to_nor_who_refused_it() {
        let number = PartyNumber::parse("13800138000").unwrap();
        for dialled in ["713800138000", "613800138000", "13800138000"] {
            let mut gate = gate(Profile::Production);
            let purpose = match dialled.len() {
                11 => Purpose::Sales,
                _ => Purpose::Service,
            };
            let Ok(Pass::Outside(token)) = gate.ask(&Request { dialled, purpose }, Moment::START)
            else {
                panic!("{dialled} is let out");
            };
            assert_eq!(token.party(), &number, "{dialled}");
            gate.replace_refusals(vec![index(&number)]);
            assert_eq!(ask(&mut gate, dialled, purpose), "do_not_call", "{dialled}");
        }
    }

    #[test]
    fn who_refused_contact_in_another_branch_is_known_by_the_index_of_all_branches() {
        let number = PartyNumber::parse("13800138000").unwrap();
        let wide = |number: &PartyNumber| index(number).map(|byte| byte ^ 0xff);
        let mut gate = gate(Profile::Production);
        gate.replace_refusals(vec![wide(&number)]);
        let dialled = "713800138000";
        assert_ne!(ask(&mut gate, dialled, Purpose::Service), "do_not_call");
        gate.also_index(Box::new(move |number| Some(wide(number))));
        assert_eq!(ask(&mut gate, dialled, Purpose::Service), "do_not_call");
    }

    #[test]
    fn emergencies_are_known_by_any_way_out() {
        let gate = gate(Profile::Production);
        for dialled in ["110", "7119", "6122"] {
            assert!(gate.is_emergency(dialled), "{dialled}");
        }
        for dialled in ["1100", "9110", "713800138000", "x"] {
            assert!(!gate.is_emergency(dialled), "{dialled}");
        }
    }

    #[test]
    fn a_full_trunk_refuses_all_but_emergencies_and_frees_with_release() {
        let mut gate = gate(Profile::Lab);
        let carrier = TrunkName::parse("carrier").unwrap();
        assert_eq!(ask(&mut gate, "91", Purpose::Service), "carrier 91");
        assert_eq!(gate.let_in(&carrier), Ok(()));
        assert_eq!(ask(&mut gate, "92", Purpose::Service), "trunk_full");
        assert_eq!(gate.let_in(&carrier), Err(Refusal::TrunkFull));
        assert_eq!(
            ask(&mut gate, "120", Purpose::Service),
            "carrier 120 recorded"
        );
        gate.release(&carrier);
        gate.release(&carrier);
        assert_eq!(ask(&mut gate, "93", Purpose::Service), "carrier 93");
    }

    #[test]
    fn a_trunk_taken_out_of_the_configuration_takes_no_new_call() {
        let mut gate = gate(Profile::Lab);
        assert_eq!(ask(&mut gate, "91", Purpose::Service), "carrier 91");
        let rules = vec![rule(
            "9",
            RuleTarget::Trunk(TrunkName::parse("carrier").unwrap()),
            0,
            "",
        )];
        gate.configure(
            Rules {
                profile: Profile::Lab,
                dial_rules: rules,
                trunks: Vec::new(),
            },
            Moment::START,
        );
        assert_eq!(ask(&mut gate, "92", Purpose::Service), "trunk_unknown");
    }
}
