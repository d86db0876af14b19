//! Printing our own descriptions.
use super::{Description, Format, FormatKind, Local, MediaLine, Way};
use bytes::Bytes;
use core::fmt::Write as _;
use std::net::IpAddr;

pub(super) fn offer(local: &Local<'_>) -> Bytes {
    let mut text = head(local);
    audio_line(&mut text, local, "RTP/AVP");
    Bytes::from(text)
}

pub(super) fn answer(local: &Local<'_>, to: &Description) -> Bytes {
    let mut text = head(local);
    let audio = to.audio.as_ref().map(|audio| audio.line);
    for (index, line) in to.lines.iter().enumerate() {
        if Some(index) == audio {
            audio_line(&mut text, local, &line.protocol);
        } else {
            turned_down(&mut text, line);
        }
    }
    Bytes::from(text)
}

fn head(local: &Local<'_>) -> String {
    let family = match local.address {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    };
    let (ip, session, version) = (local.address, local.session, local.version);
    format!(
        "v=0\r\no=- {session} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n"
    )
}

fn audio_line(text: &mut String, local: &Local<'_>, protocol: &str) {
    let _ = write!(text, "m=audio {} {protocol}", local.port);
    for format in local.formats {
        let _ = write!(text, " {}", format.payload);
    }
    text.push_str("\r\n");
    for format in local.formats {
        map(text, format);
    }
    if let Some(ptime) = local.ptime {
        let _ = write!(text, "a=ptime:{ptime}\r\n");
    }
    let way = match local.way {
        Way::SendRecv => "sendrecv",
        Way::SendOnly => "sendonly",
        Way::RecvOnly => "recvonly",
        Way::Inactive => "inactive",
    };
    let _ = write!(text, "a={way}\r\n");
}

fn map(text: &mut String, format: &Format) {
    let payload = format.payload;
    let _ = match format.kind {
        FormatKind::ALaw => write!(text, "a=rtpmap:{payload} PCMA/8000\r\n"),
        FormatKind::MuLaw => write!(text, "a=rtpmap:{payload} PCMU/8000\r\n"),
        FormatKind::Events => {
            write!(
                text,
                "a=rtpmap:{payload} telephone-event/8000\r\na=fmtp:{payload} 0-15\r\n"
            )
        }
    };
}

/// Port 0, everything else as it was offered (RFC 3264 §6).
fn turned_down(text: &mut String, line: &MediaLine) {
    let _ = write!(text, "m={} 0 {}", line.kind, line.protocol);
    for format in &line.formats {
        let _ = write!(text, " {format}");
    }
    text.push_str("\r\n");
}
