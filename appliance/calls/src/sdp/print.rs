//! Printing our own descriptions.
use super::{Description, Format, FormatKind, Local, MediaLine, Way};
use bytes::Bytes;
use core::fmt::Write as _;
use std::net::IpAddr;

pub(super) fn offer(local: &Local<'_>) -> Bytes {
    let mut text = head(local);
    let protocol = if local.secret { "RTP/SAVP" } else { "RTP/AVP" };
    audio_line(&mut text, local, protocol);
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
    for crypto in local.cryptos {
        let _ = write!(text, "a=crypto:{crypto}\r\n");
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
    let name = match format.kind {
        FormatKind::ALaw => "PCMA/8000",
        FormatKind::MuLaw => "PCMU/8000",
        FormatKind::G722 => "G722/8000",
        FormatKind::Opus => "opus/48000/2",
        FormatKind::G729 => "G729/8000",
        FormatKind::Comfort => "CN/8000",
        FormatKind::Events => "telephone-event/8000",
    };
    let _ = write!(text, "a=rtpmap:{payload} {name}\r\n");
    let parameters = match format.kind {
        // one voice, and packets that make up for lost ones where the far end can (RFC 7587 §6.1)
        FormatKind::Opus => Some("useinbandfec=1;stereo=0;sprop-stereo=0"),
        FormatKind::G729 => Some("annexb=no"),
        FormatKind::Events => Some("0-15"),
        FormatKind::ALaw | FormatKind::MuLaw | FormatKind::G722 | FormatKind::Comfort => None,
    };
    if let Some(parameters) = parameters {
        let _ = write!(text, "a=fmtp:{payload} {parameters}\r\n");
    }
}

/// Port 0, everything else as it was offered (RFC 3264 §6).
fn turned_down(text: &mut String, line: &MediaLine) {
    let _ = write!(text, "m={} 0 {}", line.kind, line.protocol);
    for format in &line.formats {
        let _ = write!(text, " {format}");
    }
    text.push_str("\r\n");
}
