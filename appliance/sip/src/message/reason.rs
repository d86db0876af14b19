//! The Reason header (RFC 3326): why a call was let go, in Q.850 and SIP terms.
use super::{Head, Name, params::Params};
use messages::{HangUpCause, Q850, SipCode};

/// What all Reason values of a message say.
pub(crate) fn read(head: &Head) -> HangUpCause {
    let mut cause = HangUpCause::default();
    for value in head.list(Name::Reason) {
        let at = value.find(';').unwrap_or(value.len());
        let Some(params) = Params::parse(&value[at..]) else {
            continue;
        };
        let number = params.get("cause").and_then(|c| c.parse::<u16>().ok());
        match value[..at].trim().to_ascii_uppercase().as_str() {
            "Q.850" => {
                cause.q850 = number
                    .and_then(|n| u8::try_from(n).ok())
                    .filter(|n| (1..128).contains(n))
                    .map(Q850)
            }
            "SIP" => cause.sip = number.filter(|n| (100..700).contains(n)).map(SipCode),
            _ => {}
        }
    }
    cause
}

pub(crate) fn print(cause: Q850) -> String {
    format!("Q.850;cause={}", cause.0)
}

#[cfg(test)]
mod tests {
    use super::{print, read};
    use crate::message::{Head, Name};
    use messages::{HangUpCause, Q850, SipCode};

    #[test]
    fn causes_are_read_and_printed() {
        let mut head = Head::default();
        head.push(
            Name::Reason,
            r#"Q.850 ;cause=17;text="busy, gone", SIP;cause=600"#,
        );
        head.push(Name::Reason, "X;cause=;");
        assert_eq!(
            read(&head),
            HangUpCause {
                sip: Some(SipCode(600)),
                q850: Some(Q850(17))
            }
        );
        let mut own = Head::default();
        own.push(Name::Reason, print(Q850(31)));
        assert_eq!(read(&own).q850, Some(Q850(31)));
        let mut wild = Head::default();
        wild.push(Name::Reason, "Q.850;cause=999999");
        assert_eq!(read(&wild), HangUpCause::default());
    }
}
