//! What phones really say, and what we answer.
use super::{Description, Format, FormatKind, Local, Way, speech};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr};

const PHONE: &str = "v=0\r\no=a 1 1 IN IP4 192.168.1.20\r\ns=-\r\nc=IN IP4 192.168.1.20\r\nt=0 0\r\n\
    m=audio 11780 RTP/AVP 9 0 8 18 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:18 G729/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n\
    a=ptime:20\r\na=sendrecv\r\nm=video 5004 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\na=sendonly\r\n";

fn local(formats: &[Format]) -> Local<'_> {
    Local {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 20_000,
        session: 7,
        version: 1,
        formats,
        way: Way::SendRecv,
        ptime: None,
        secret: false,
        cryptos: &[],
    }
}

#[test]
fn only_what_we_carry_is_taken_from_an_offer_in_its_order() {
    let audio = Description::read(PHONE.as_bytes()).unwrap().audio.unwrap();
    let kinds: Vec<_> = audio.formats.iter().map(|format| format.kind).collect();
    assert_eq!(
        kinds,
        [
            FormatKind::G722,
            FormatKind::MuLaw,
            FormatKind::ALaw,
            FormatKind::G729,
            FormatKind::Events
        ]
    );
    assert_eq!(audio.remote, Some("192.168.1.20:11780".parse().unwrap()));
    assert_eq!((audio.way, audio.ptime), (Way::SendRecv, Some(20)));
}

#[test]
fn an_answer_has_the_offers_lines_and_turns_video_down() {
    let offer = Description::read(PHONE.as_bytes()).unwrap();
    let answer = local(&Format::OURS).answer(&offer);
    let text = String::from_utf8(answer.to_vec()).unwrap();
    assert!(
        text.contains("m=audio 20000 RTP/AVP 8 0 9 111 13 101\r\n"),
        "{text}"
    );
    assert!(text.ends_with("m=video 0 RTP/AVP 99\r\n"), "{text}");
    let again = Description::read(&answer).unwrap().audio.unwrap();
    assert_eq!(again.formats, Format::OURS);
}

#[test]
fn both_forms_of_hold_are_understood() {
    let by_address = PHONE.replace("c=IN IP4 192.168.1.20", "c=IN IP4 0.0.0.0");
    let audio = Description::read(by_address.as_bytes())
        .unwrap()
        .audio
        .unwrap();
    assert_eq!((audio.way, audio.remote), (Way::SendOnly, None));
    let by_attribute = PHONE.replace("a=sendrecv", "a=inactive");
    assert_eq!(
        Description::read(by_attribute.as_bytes())
            .unwrap()
            .audio
            .unwrap()
            .way,
        Way::Inactive
    );
}

#[test]
fn a_format_counts_once_under_its_first_number() {
    let twice = PHONE
        .replace("RTP/AVP 9 0 8 18 101", "RTP/AVP 96 97 8 101")
        .replace(
            "a=rtpmap:9 G722/8000",
            "a=rtpmap:96 PCMA/8000\r\na=rtpmap:97 opus/48000/2",
        );
    let audio = Description::read(twice.as_bytes()).unwrap().audio.unwrap();
    let numbers = audio.formats.iter().map(|one| (one.payload, one.kind));
    let expected = [
        (96, FormatKind::ALaw),
        (97, FormatKind::Opus),
        (101, FormatKind::Events),
    ];
    assert!(numbers.eq(expected), "{:?}", audio.formats);
}

#[test]
fn a_packet_is_as_long_as_wished_and_no_longer_than_the_most() {
    let table = [
        ("a=ptime:20", Some(20)),
        ("a=ptime:30", Some(30)),
        ("a=ptime:40\r\na=maxptime:20", Some(20)),
        ("a=maxptime:60", None),
        ("a=maxptime:10", Some(10)),
        ("a=ptime:5", None),
        ("a=ptime:200", None),
        ("a=x", None),
    ];
    for (line, expected) in table {
        let text = PHONE.replace("a=ptime:20", line);
        let audio = Description::read(text.as_bytes()).unwrap().audio.unwrap();
        assert_eq!(audio.ptime, expected, "{line}");
    }
}

#[test]
fn keys_are_read_and_the_answer_repeats_the_profile() {
    let key = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    let secret = PHONE.replace("RTP/AVP 9 0 8", "RTP/SAVP 9 0 8").replace(
        "a=ptime:20",
        &format!("a=crypto:1 UNKNOWN inline:AAAA\r\na=crypto:{key}"),
    );
    let offer = Description::read(secret.as_bytes()).unwrap();
    let audio = offer.audio.as_ref().unwrap();
    assert!(audio.secret);
    assert_eq!(audio.cryptos.len(), 1);
    let local = Local {
        cryptos: &audio.cryptos,
        ..local(&Format::OURS)
    };
    let answer = local.answer(&offer);
    let again = Description::read(&answer).unwrap().audio.unwrap();
    assert!(again.secret);
    assert_eq!(again.cryptos, audio.cryptos);
}

#[test]
fn foreign_audio_leaves_nothing_to_carry() {
    let foreign = PHONE.replace("RTP/AVP 9 0 8 18 101", "RTP/AVP 3 101");
    let audio = Description::read(foreign.as_bytes())
        .unwrap()
        .audio
        .unwrap();
    assert_eq!(speech(&audio.formats), None);
}

proptest! {
    #[test]
    fn any_bytes_are_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Description::read(&bytes);
    }

    #[test]
    fn a_mutated_offer_is_read_or_refused_and_its_answer_reads_back(at in 0usize..400, byte in any::<u8>()) {
        let mut bytes = PHONE.as_bytes().to_vec();
        let len = bytes.len();
        bytes[at % len] = byte;
        if let Ok(offer) = Description::read(&bytes) {
            let answer = local(&Format::OURS).answer(&offer);
            prop_assert!(Description::read(&answer).is_ok());
        }
    }
}
