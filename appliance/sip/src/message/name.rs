//! Header names: full and compact text, and the case of rsip's header enum that holds each.
use rsip::headers::UntypedHeader;

macro_rules! names {
    (held_by_rsip { $($t:ident $text:literal $compact:literal,)* } own { $($o:ident $otext:literal $ocompact:literal,)* }) => {
        /// A header that we know by name. Unknown ones stay as text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Name { $($t,)* $($o,)* }

        impl Name {
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$t => $text,)* $(Self::$o => $otext,)* }
            }

            /// Full or compact form, any case.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                if let [letter] = text.as_bytes() {
                    return Self::of_letter(letter.to_ascii_lowercase());
                }
                $(if text.eq_ignore_ascii_case($text) { return Some(Self::$t); })*
                $(if text.eq_ignore_ascii_case($otext) { return Some(Self::$o); })*
                None
            }

            fn of_letter(letter: u8) -> Option<Self> {
                $(if $compact.as_bytes() == [letter] { return Some(Self::$t); })*
                $(if $ocompact.as_bytes() == [letter] { return Some(Self::$o); })*
                None
            }

            pub(crate) fn header(self, value: String) -> rsip::Header {
                match self {
                    $(Self::$t => rsip::Header::$t(rsip::headers::$t::new(value)),)*
                    $(Self::$o => rsip::Header::Other($otext.to_owned(), value),)*
                }
            }

            /// The value if `header` is of this name.
            pub(crate) fn value_of(self, header: &rsip::Header) -> Option<&str> {
                match header {
                    $(rsip::Header::$t(held) => (self == Self::$t).then(|| held.value()),)*
                    rsip::Header::Other(name, value) => (self.is_own() && name == self.text()).then_some(value.as_str()),
                }
            }

            const fn is_own(self) -> bool {
                match self { $(Self::$t => false,)* $(Self::$o => true,)* }
            }
        }
    };
}

names! {
    held_by_rsip {
        Via "Via" "v",
        From "From" "f",
        To "To" "t",
        CallId "Call-ID" "i",
        CSeq "CSeq" "",
        Contact "Contact" "m",
        MaxForwards "Max-Forwards" "",
        ContentLength "Content-Length" "l",
        ContentType "Content-Type" "c",
        Route "Route" "",
        RecordRoute "Record-Route" "",
        Authorization "Authorization" "",
        ProxyAuthorization "Proxy-Authorization" "",
        WwwAuthenticate "WWW-Authenticate" "",
        ProxyAuthenticate "Proxy-Authenticate" "",
        Expires "Expires" "",
        UserAgent "User-Agent" "",
        Allow "Allow" "",
        Supported "Supported" "k",
        Accept "Accept" "",
        Require "Require" "",
        ProxyRequire "Proxy-Require" "",
        Unsupported "Unsupported" "",
        RetryAfter "Retry-After" "",
        MinExpires "Min-Expires" "",
        Server "Server" "",
        Timestamp "Timestamp" "",
        Date "Date" "",
        AlertInfo "Alert-Info" "",
        CallInfo "Call-Info" "",
        ContentEncoding "Content-Encoding" "e",
        ContentDisposition "Content-Disposition" "",
        ContentLanguage "Content-Language" "",
        AcceptEncoding "Accept-Encoding" "",
        AcceptLanguage "Accept-Language" "",
        AuthenticationInfo "Authentication-Info" "",
        ErrorInfo "Error-Info" "",
        Event "Event" "o",
        InReplyTo "In-Reply-To" "",
        MimeVersion "MIME-Version" "",
        Organization "Organization" "",
        Priority "Priority" "",
        ReplyTo "Reply-To" "",
        Subject "Subject" "s",
        SubscriptionState "Subscription-State" "",
        Warning "Warning" "",
    }
    own {
        AllowEvents "Allow-Events" "u",
        Reason "Reason" "",
        SessionExpires "Session-Expires" "x",
        MinSe "Min-SE" "",
        RSeq "RSeq" "",
        RAck "RAck" "",
        AnswerMode "Answer-Mode" "",
        ReferTo "Refer-To" "r",
        ReferSub "Refer-Sub" "",
        ReferredBy "Referred-By" "b",
        Replaces "Replaces" "",
        Diversion "Diversion" "",
        HistoryInfo "History-Info" "",
        AssertedIdentity "P-Asserted-Identity" "",
        PreferredIdentity "P-Preferred-Identity" "",
        CalledParty "P-Called-Party-ID" "",
        Privacy "Privacy" "",
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_read_in_any_case_and_in_their_compact_form() {
        assert_eq!(Name::parse("vIa"), Some(Name::Via));
        assert_eq!(Name::parse("V"), Some(Name::Via));
        assert_eq!(Name::parse("call-id"), Some(Name::CallId));
        assert_eq!(Name::parse("x"), Some(Name::SessionExpires));
        assert_eq!(Name::parse("q"), None);
        assert_eq!(Name::parse("X-Own"), None);
        let header = Name::Reason.header("Q.850;cause=16".to_owned());
        assert_eq!(Name::Reason.value_of(&header), Some("Q.850;cause=16"));
        assert_eq!(Name::Via.value_of(&header), None);
    }
}
