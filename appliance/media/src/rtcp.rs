//! RTCP as far as a relay reads it: sender and receiver reports (RFC 3550 §6.4); all else is passed unread.
use thiserror::Error;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const BLOCK_BYTES: usize = 24;

/// A compound packet whose lengths are sound.
#[derive(Clone, Copy, Debug)]
pub struct Rtcp<'a> {
    bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not RTCP")]
pub struct NotRtcp;

impl NotRtcp {
    #[must_use]
    pub const fn code(self) -> &'static str {
        "not_rtcp"
    }
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// Who reports.
    pub ssrc: u32,
    /// Of a sender report: the middle 32 bits of its NTP time, as receivers echo them.
    pub sent_ntp_mid: Option<u32>,
    blocks: &'a [u8],
}

/// What a receiver says of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportBlock {
    pub about_ssrc: u32,
    /// Of the last interval, in 1/256.
    pub fraction_lost: u8,
    /// Since the start; negative when duplicates came.
    pub lost: i32,
    /// In samples of the payload's clock.
    pub jitter: u32,
    /// The middle of the NTP time of the last sender report that came; 0: none.
    pub last_sr: u32,
    /// From then to this report, in 1/65,536 s.
    pub delay_since_sr: u32,
}

impl<'a> Rtcp<'a> {
    /// Checks version and lengths of every packet of the compound.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NotRtcp> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (_, behind) = split(rest).ok_or(NotRtcp)?;
            rest = behind;
        }
        if bytes.is_empty() {
            return Err(NotRtcp);
        }
        Ok(Self { bytes })
    }

    /// Sender and receiver reports in their order.
    pub fn reports(self) -> impl Iterator<Item = Report<'a>> {
        let mut rest = self.bytes;
        core::iter::from_fn(move || {
            let (packet, behind) = split(rest)?;
            rest = behind;
            Some(packet)
        })
        .filter_map(report)
    }

    /// Who sends: the source of the first packet.
    #[must_use]
    pub fn ssrc(self) -> Option<u32> {
        word(self.bytes, 4)
    }
}

impl<'a> Report<'a> {
    pub fn blocks(self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.blocks.chunks_exact(BLOCK_BYTES).filter_map(block)
    }
}

/// The first packet of a compound and what follows it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = bytes.first_chunk::<4>()?;
    let typed = head[0] >> 6 == 2 && (192..=223).contains(&head[1]);
    let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
    let size = (words + 1) * 4;
    (typed && size <= bytes.len()).then(|| bytes.split_at(size))
}

fn report(packet: &[u8]) -> Option<Report<'_>> {
    let blocks = usize::from(packet[0] & 0x1F) * BLOCK_BYTES;
    let (from, sent_ntp_mid) = match packet[1] {
        SENDER_REPORT => (28, Some(word(packet, 10)?)),
        RECEIVER_REPORT => (8, None),
        _ => return None,
    };
    Some(Report {
        ssrc: word(packet, 4)?,
        sent_ntp_mid,
        blocks: packet.get(from..from + blocks)?,
    })
}

fn block(bytes: &[u8]) -> Option<ReportBlock> {
    let losses = word(bytes, 4)?;
    Some(ReportBlock {
        about_ssrc: word(bytes, 0)?,
        fraction_lost: losses.to_be_bytes()[0],
        lost: (losses << 8).cast_signed() >> 8,
        jitter: word(bytes, 12)?,
        last_sr: word(bytes, 16)?,
        delay_since_sr: word(bytes, 20)?,
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::{NotRtcp, ReportBlock, Rtcp};
    use proptest::prelude::*;

    /// A sender report with one block, then a BYE.
    fn compound() -> Vec<u8> {
        let mut bytes = vec![0x81, 200, 0, 12];
        for word in [
            0x1111_u32,
            0xAAAA_BBBB,
            0xCCCC_DDDD,
            160,
            1,
            160,
            0x2222,
            0x40FF_FFFE,
            9,
            33,
            0xBBBB_CCCC,
            65_536,
        ] {
            bytes.extend_from_slice(&word.to_be_bytes());
        }
        bytes.extend_from_slice(&[0x81, 203, 0, 1, 0, 0, 0x11, 0x11]);
        bytes
    }

    #[test]
    fn reports_are_read_and_the_rest_is_passed_over() {
        let bytes = compound();
        let read = Rtcp::parse(&bytes).unwrap();
        let reports: Vec<_> = read.reports().collect();
        assert_eq!(reports.len(), 1);
        assert_eq!(
            (read.ssrc(), reports[0].sent_ntp_mid),
            (Some(0x1111), Some(0xBBBB_CCCC))
        );
        let blocks: Vec<_> = reports[0].blocks().collect();
        let expect = ReportBlock {
            about_ssrc: 0x2222,
            fraction_lost: 0x40,
            lost: -2,
            jitter: 33,
            last_sr: 0xBBBB_CCCC,
            delay_since_sr: 65_536,
        };
        assert_eq!(blocks, [expect]);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let whole = compound();
        for cut in (1..whole.len()).filter(|cut| *cut != 52) {
            assert_eq!(
                Rtcp::parse(&whole[..cut]).map(|_| ()),
                Err(NotRtcp),
                "{cut}"
            );
        }
        let mut blocks = whole;
        blocks[0] = 0x9F;
        let count = Rtcp::parse(&blocks).unwrap().reports().count();
        assert_eq!(count, 0, "31 blocks do not fit");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            if let Ok(read) = Rtcp::parse(&bytes) {
                prop_assert!(read.reports().flat_map(|r| r.blocks()).count() <= bytes.len() / 24);
            }
        }
    }
}
