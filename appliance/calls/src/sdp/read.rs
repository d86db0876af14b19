//! Reading what a peer says: tolerant of what it may say, strict about what we rely on.
use super::{Audio, Description, Format, FormatKind, MediaLine, SDP_BYTES_MAX, Way};
use std::net::{IpAddr, SocketAddr};
use thiserror::Error;

/// M-lines beyond this are refused.
const LINES_MAX: usize = 16;

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
    let is_ours = kind == "audio" && matches!(protocol, "RTP/AVP" | "RTP/AVPF") && port != 0;
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
        audio.ptime = ptime
            .trim()
            .parse()
            .ok()
            .filter(|ms| (10..=60).contains(ms));
    }
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
        let formats = self
            .payloads
            .iter()
            .filter_map(|payload| self.format(*payload))
            .collect();
        Audio {
            line: self.line,
            remote: reachable.map(|ip| SocketAddr::new(ip, self.port)),
            formats,
            way: if held && way == Way::SendRecv {
                Way::SendOnly
            } else {
                way
            },
            ptime: self.ptime,
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
            (_, Some("pcma/8000" | "pcma/8000/1")) => FormatKind::ALaw,
            (_, Some("pcmu/8000" | "pcmu/8000/1")) => FormatKind::MuLaw,
            (_, Some("telephone-event/8000" | "telephone-event/8000/1")) => FormatKind::Events,
            _ => return None,
        };
        // The relay passes packets unchanged: speech stays at its static number.
        let passes = match kind {
            FormatKind::ALaw => payload == 8,
            FormatKind::MuLaw => payload == 0,
            FormatKind::Events => true,
        };
        passes.then_some(Format { payload, kind })
    }
}
