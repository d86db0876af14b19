//! Who is shown as the caller, who vouches for it, and whom the call was meant for before.
use crate::api::{Diversion, Invite, Origin, Target};
use crate::message::{Head, Name, NameAddr, Request, scan, uri};
use messages::DivertReason;
use messages::command::CallerIn;

/// The values of Privacy that hide the caller (RFC 3323 §4.2, RFC 3325 §9.3).
const HIDING: [&str; 3] = ["id", "user", "header"];
/// Who does not want to be shown (RFC 3323 §4.1.1.3).
const ANONYMOUS: &str = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";

/// The caller of an INVITE that came.
pub(crate) struct Shown {
    pub caller: String,
    pub display: Option<String>,
    pub private: bool,
}

impl Shown {
    /// A trunk's network vouches for its callers; a phone is known by its password.
    pub(crate) fn of(request: &Request, origin: &Origin) -> Self {
        let from = &request.from;
        let asserted = || {
            let mut values = request.head.list(Name::AssertedIdentity);
            values.find_map(|value| number_of(value).map(|user| (user, value)))
        };
        let vouched = match origin {
            Origin::Trunk(_) => asserted(),
            Origin::Phone(_) | Origin::Registrar { .. } => None,
        };
        let (caller, display) = match vouched {
            Some((user, value)) => {
                let display = NameAddr::parse(value).and_then(|one| one.display);
                (user, display.or_else(|| from.display.clone()))
            }
            None => (from.uri.user.clone(), from.display.clone()),
        };
        let nameless = from.uri.host.eq_ignore_ascii_case("anonymous.invalid");
        let asked = request.head.all(Name::Privacy).any(hides);
        Self {
            caller,
            display,
            private: nameless || asked,
        }
    }
}

/// The user of a SIP address, or the digits of a tel URI.
fn number_of(value: &str) -> Option<String> {
    let uri = NameAddr::parse(value)?.uri;
    if uri.is_sip() {
        return (!uri.user.is_empty()).then_some(uri.user);
    }
    let (scheme, rest) = uri.text.split_once(':')?;
    let number = rest.split(';').next().unwrap_or(rest);
    (scheme.eq_ignore_ascii_case("tel") && !number.is_empty()).then(|| number.to_owned())
}

fn hides(value: &str) -> bool {
    let mut parts = value.split([';', ',']).map(str::trim);
    parts.any(|part| HIDING.iter().any(|one| part.eq_ignore_ascii_case(one)))
}

/// The caller of an INVITE that goes.
pub(crate) struct From {
    /// Without tag.
    pub value: String,
    /// Told to the network only.
    asserted: Option<String>,
    preferred: Option<String>,
    private: bool,
}

impl From {
    pub(crate) fn of(invite: &Invite, host: &str, caller_in: CallerIn) -> Self {
        let user = uri::escape_user(&invite.caller);
        let user = if user.is_empty() { "anonymous" } else { &user };
        let address = format!("<sip:{user}@{host}>");
        if !invite.private {
            let name = invite.display.as_deref().map(scan::quote);
            let name = name.map(|name| format!("{name} ")).unwrap_or_default();
            let also = |wanted| (caller_in == wanted).then(|| address.clone());
            return Self {
                asserted: also(CallerIn::Asserted),
                preferred: also(CallerIn::Preferred),
                value: format!("{name}{address}"),
                private: false,
            };
        }
        let network = matches!(invite.to, Target::Trunk(_) | Target::Registrar { .. });
        Self {
            value: ANONYMOUS.to_owned(),
            asserted: network.then_some(address),
            preferred: None,
            private: network,
        }
    }

    pub(crate) fn put_assertion(self, head: &mut Head) {
        if let Some(address) = self.asserted {
            head.push(Name::AssertedIdentity, address);
        }
        if let Some(address) = self.preferred {
            head.push(Name::PreferredIdentity, address);
        }
        if self.private {
            head.push(Name::Privacy, "id");
        }
    }
}

/// Both ways to say it: carriers read the one or the other.
pub(crate) fn put_diversions(head: &mut Head, invite: &Invite, host: &str) {
    let address = |user: &str| format!("sip:{}@{host}", uri::escape_user(user));
    for Diversion { by, reason } in &invite.diverted {
        let reason = diversion_word(*reason);
        let value = format!("<{}>;reason={reason};counter=1", address(by));
        head.push(Name::Diversion, value);
    }
    let oldest_first = invite.diverted.iter().rev();
    let mut index = String::from("1");
    for Diversion { by, reason } in oldest_first {
        let code = history_code(*reason);
        let value = format!(
            "<{}?Reason=SIP%3Bcause%3D{code}>;index={index}",
            address(by)
        );
        head.push(Name::HistoryInfo, value);
        index.push_str(".1");
    }
    if !invite.diverted.is_empty() {
        let value = format!("<{}>;index={index}", address(&invite.called));
        head.push(Name::HistoryInfo, value);
    }
}

/// RFC 5806 §4.
const fn diversion_word(reason: DivertReason) -> &'static str {
    match reason {
        DivertReason::Always => "unconditional",
        DivertReason::Busy => "user-busy",
        DivertReason::NoAnswer => "no-answer",
        DivertReason::Unreachable => "unavailable",
        DivertReason::DoNotDisturb => "do-not-disturb",
        DivertReason::ByPhone => "deflection",
    }
}

/// RFC 4458 §2.
const fn history_code(reason: DivertReason) -> u16 {
    match reason {
        DivertReason::Always => 302,
        DivertReason::Busy | DivertReason::DoNotDisturb => 486,
        DivertReason::NoAnswer => 408,
        DivertReason::Unreachable => 503,
        DivertReason::ByPhone => 480,
    }
}

#[cfg(test)]
mod tests {
    use super::{hides, number_of};

    #[test]
    fn a_caller_is_hidden_where_any_part_of_its_wish_says_so() {
        for (value, hidden) in [
            ("id", true),
            ("critical; ID", true),
            ("header;session", true),
            ("none", false),
            ("history", false),
            ("", false),
        ] {
            assert_eq!(hides(value), hidden, "{value}");
        }
    }

    #[test]
    fn a_number_is_read_from_either_kind_of_uri() {
        for (value, number) in [
            ("\"x\" <sip:01088@carrier.cn;user=phone>", Some("01088")),
            (
                "<tel:+8613800138000;phone-context=x>",
                Some("+8613800138000"),
            ),
            ("<sip:carrier.cn>", None),
            ("<mailto:a@b>", None),
            ("rubbish", None),
        ] {
            assert_eq!(number_of(value).as_deref(), number, "{value}");
        }
    }
}
