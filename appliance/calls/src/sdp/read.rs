//! Reading what a peer says: tolerant of what it may say, strict about what we rely on.
use super::{Audio, Crypto, Description, Format, FormatKind, MediaLine, SDP_BYTES_MAX, Way};
use std::net::{IpAddr, SocketAddr};
use thiserror::Error;

/// M-lines beyond this are refused.
const LINES_MAX: usize = 16;
/// Keys beyond this are not looked at.
const CRYPTOS_MAX: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadSdp {
    #[error("too long")]
    TooLong,
    #[error("does not begin with v=0")]
    NoVersion,
    #[error("a broken m-line")]
    MediaLine,
    #[error("too many m-lines")]
    TooManyLines,
    #[error("no m-line")]
    NoMedia,
}

/// An audio line while its attributes are still being read.
struct Draft {
    line: usize,
    port: u16,
    address: Option<IpAddr>,
    payloads: Vec<u8>,
    maps: Vec<(u8, String)>,
    way: Option<Way>,
    ptime: Option<u16>,
    ptime_max: Option<u16>,
    secret: bool,
    cryptos: Vec<Crypto>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Description, BadSdp> {
    if bytes.len() > SDP_BYTES_MAX {
        return Err(BadSdp::TooLong);
    }
    let text = String::from_utf8_lossy(bytes);
    let mut rows = text
        .lines()
        .map(str::trim_end)
        .filter(|row| !row.is_empty());
    if rows.next() != Some("v=0") {
        return Err(BadSdp::NoVersion);
    }
    let mut session_address = None;
    let mut session_way = None;
    let mut lines = Vec::new();
    let mut draft: Option<Draft> = None;
    let mut within = Section::Session;
    for row in rows {
        let Some((key, value)) = row.split_once('=') else {
            continue;
        };
        match key {
            "m" => {
                if lines.len() == LINES_MAX {
                    return Err(BadSdp::TooManyLines);
                }
                let (line, audio) = media_line(value, lines.len())?;
                lines.push(line);
                within = Section::Other;
                if let (Some(audio), None) = (audio, &draft) {
                    draft = Some(audio);
                    within = Section::Audio;
                }
            }
            "c" => match within {
                Section::Session => session_address = connection(value),
                Section::Audio => set(&mut draft, |audio| audio.address = connection(value)),
                Section::Other => {}
            },
            "a" => match within {
                Section::Session => session_way = way(value).or(session_way),
                Section::Audio => set(&mut draft, |audio| attribute(audio, value)),
                Section::Other => {}
            },
            _ => {}
        }
    }
    if lines.is_empty() {
        return Err(BadSdp::NoMedia);
    }
    let audio = draft.map(|draft| draft.finish(session_address, session_way));
    Ok(Description { lines, audio })
}

#[derive(Clone, Copy)]
enum Section {
    Session,
    Audio,
    Other,
}

fn set(draft: &mut Option<Draft>, change: impl FnOnce(&mut Draft)) {
    if let Some(audio) = draft {
        change(audio);
    }
}

/// `audio 4000 RTP/AVP 8 0 101`
fn media_line(value: &str, index: usize) -> Result<(MediaLine, Option<Draft>), BadSdp> {
    let mut words = value.split_ascii_whitespace();
    let (Some(kind), Some(port), Some(protocol)) = (words.next(), words.next(), words.next())
    else {
        return Err(BadSdp::MediaLine);
    };
    let port = port.split('/').next().unwrap_or(port);
    let port: u16 = port.parse().map_err(|_bad| BadSdp::MediaLine)?;
    let formats: Vec<String> = words.take(64).map(str::to_owned).collect();
    let secret = matches!(protocol, "RTP/SAVP" | "RTP/SAVPF");
    let clear = matches!(protocol, "RTP/AVP" | "RTP/AVPF");
    let is_ours = kind == "audio" && (clear || secret) && port != 0;
    let audio = is_ours.then(|| Draft {
        line: index,
        port,
        address: None,
        payloads: formats
            .iter()
            .filter_map(|format| format.parse().ok())
            .filter(|p| *p < 128)
            .collect(),
        maps: Vec::new(),
        way: None,
        ptime: None,
        ptime_max: None,
        secret,
        cryptos: Vec::new(),
    });
    Ok((
        MediaLine {
            kind: kind.to_owned(),
            protocol: protocol.to_owned(),
            formats,
        },
        audio,
    ))
}

/// `IN IP4 192.0.2.1`, with or without `/ttl`
fn connection(value: &str) -> Option<IpAddr> {
    let address = value.split_ascii_whitespace().nth(2)?;
    address.split('/').next()?.parse().ok()
}

fn attribute(audio: &mut Draft, value: &str) {
    if let Some(one) = way(value) {
        audio.way = Some(one);
    } else if let Some(map) = value.strip_prefix("rtpmap:") {
        if let Some((payload, name)) = map.split_once(' ')
            && let Ok(payload) = payload.parse()
            && audio.maps.len() < 64
        {
            audio.maps.push((payload, name.trim().to_ascii_lowercase()));
        }
    } else if let Some(ptime) = value.strip_prefix("ptime:") {
        audio.ptime = packet_time(ptime);
    } else if let Some(most) = value.strip_prefix("maxptime:") {
        audio.ptime_max = packet_time(most);
    } else if let Some(crypto) = value.strip_prefix("crypto:")
        && audio.cryptos.len() < CRYPTOS_MAX
    {
        audio.cryptos.extend(Crypto::read(crypto));
    }
}

/// Milliseconds, where they are of a length that we make.
fn packet_time(value: &str) -> Option<u16> {
    let ms = value.trim().parse().ok();
    ms.filter(|ms| (10..=60).contains(ms))
}

fn way(value: &str) -> Option<Way> {
    Some(match value.trim() {
        "sendrecv" => Way::SendRecv,
        "sendonly" => Way::SendOnly,
        "recvonly" => Way::RecvOnly,
        "inactive" => Way::Inactive,
        _ => return None,
    })
}

impl Draft {
    fn finish(self, session_address: Option<IpAddr>, session_way: Option<Way>) -> Audio {
        let address = self.address.or(session_address);
        // 0.0.0.0 is the hold of RFC 2543
        let held = address.is_some_and(|ip| ip.is_unspecified());
        let reachable = address.filter(|ip| !ip.is_unspecified() && !ip.is_multicast());
        let way = self.way.or(session_way).unwrap_or_default();
        let mut formats: Vec<Format> = Vec::new();
        for format in self.payloads.iter().filter_map(|one| self.format(*one)) {
            // the first number of a kind is the one that is used
            if formats.iter().all(|one| one.kind != format.kind) {
                formats.push(format);
            }
        }
        Audio {
            line: self.line,
            remote: reachable.map(|ip| SocketAddr::new(ip, self.port)),
            formats,
            way: if held && way == Way::SendRecv {
                Way::SendOnly
            } else {
                way
            },
            ptime: match (self.ptime, self.ptime_max) {
                (Some(wanted), Some(most)) => Some(wanted.min(most)),
                // 20 ms is what nobody has to name
                (None, most) => most.filter(|most| *most < 20),
                (wanted, None) => wanted,
            },
            secret: self.secret,
            cryptos: self.cryptos,
        }
    }

    fn format(&self, payload: u8) -> Option<Format> {
        let name = self
            .maps
            .iter()
            .find(|(number, _)| *number == payload)
            .map(|(_, name)| name.as_str());
        let kind = match (payload, name) {
            (8, None) => FormatKind::ALaw,
            (0, None) => FormatKind::MuLaw,
            (9, None) => FormatKind::G722,
            (18, None) => FormatKind::G729,
            (13, None) => FormatKind::Comfort,
            (_, Some("pcma/8000" | "pcma/8000/1")) => FormatKind::ALaw,
            (_, Some("pcmu/8000" | "pcmu/8000/1")) => FormatKind::MuLaw,
            (_, Some("g722/8000" | "g722/8000/1")) => FormatKind::G722,
            (_, Some("g729/8000" | "g729/8000/1" | "g729a/8000")) => FormatKind::G729,
            (_, Some("opus/48000/2")) => FormatKind::Opus,
            (_, Some("cn/8000" | "cn/8000/1")) => FormatKind::Comfort,
            (_, Some("telephone-event/8000" | "telephone-event/8000/1")) => FormatKind::Events,
            _ => return None,
        };
        Some(Format { payload, kind })
    }
}
