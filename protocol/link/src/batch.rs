//! The payload of a batch: sealed facts as they are, listed, compressed; opened again only within bounds.
use crate::{
    cloud_end::Arrived,
    refused::{ProtocolFault, Refused},
};
use messages::{
    journal::Head,
    lane::{BATCH_BYTES_MAX, BATCH_FACTS_MAX, Batch, Codec, PROTOCOL, SCHEMA},
    wire,
};
use thiserror::Error;

/// One message of the facts lane, whole; below every packet limit on its way.
pub const BATCH_MESSAGE_BYTES_MAX: usize = 192 * 1024;
/// What a payload may open to. A batch is filled to `BATCH_BYTES_MAX`; only a single large fact goes beyond.
pub const PLAIN_BYTES_MAX: usize = 1024 * 1024;

const ZSTD_LEVEL: i32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CannotPack {
    #[error("no facts")]
    Empty,
    #[error("a single fact does not fit into a batch")]
    FactTooLarge,
    #[error("the batch could not be encoded")]
    Encode,
}

/// Packs the facts behind `before`, as many as fit into one batch; hands back the message and where it ends.
pub fn pack_batch(
    epoch: u32,
    before: Head,
    facts: &[Vec<u8>],
) -> Result<(Vec<u8>, Head), CannotPack> {
    pack_batch_as(SCHEMA, epoch, before, facts)
}

/// As `pack_batch`, for facts of a schema of their own.
pub(crate) fn pack_batch_as(
    schema: u16,
    epoch: u32,
    before: Head,
    facts: &[Vec<u8>],
) -> Result<(Vec<u8>, Head), CannotPack> {
    let facts = &facts[..fitting(facts)];
    let count = u64::try_from(facts.len()).unwrap_or(u64::MAX);
    if count == 0 {
        return Err(CannotPack::Empty);
    }
    let after = Head {
        seq: before.seq + count,
        hash: facts.iter().fold(before.hash, |hash, fact| hash.next(fact)),
    };
    let plain = wire::encode_byte_strings(facts).map_err(|_bad| CannotPack::Encode)?;
    if plain.len() > PLAIN_BYTES_MAX {
        return Err(CannotPack::FactTooLarge);
    }
    let (codec, payload) = compress(plain);
    let message = wire::encode(&Batch {
        protocol: PROTOCOL,
        schema,
        epoch,
        prev_seq: before.seq,
        first: before.seq + 1,
        last: after.seq,
        hash_before: before.hash,
        hash_after: after.hash,
        codec,
        payload,
    })
    .map_err(|_bad| CannotPack::Encode)?;
    if message.len() > BATCH_MESSAGE_BYTES_MAX {
        return Err(CannotPack::FactTooLarge);
    }
    Ok((message, after))
}

/// How many of the facts go into one batch: at least one, however large it is.
fn fitting(facts: &[Vec<u8>]) -> usize {
    let mut bytes = 0;
    let fit = facts
        .iter()
        .take(BATCH_FACTS_MAX)
        .take_while(|fact| {
            bytes += fact.len();
            bytes <= BATCH_BYTES_MAX
        })
        .count();
    fit.max(1).min(facts.len())
}

/// Compressed where that makes it smaller.
fn compress(plain: Vec<u8>) -> (Codec, Vec<u8>) {
    match zstd::bulk::compress(&plain, ZSTD_LEVEL) {
        Ok(small) if small.len() < plain.len() => (Codec::Zstd, small),
        Ok(_) | Err(_) => (Codec::Plain, plain),
    }
}

/// Opens a payload to its sealed facts. Never holds more than `PLAIN_BYTES_MAX` of opened bytes.
pub fn unpack_payload(codec: Codec, payload: &[u8]) -> Result<Vec<Vec<u8>>, ProtocolFault> {
    let opened;
    let plain = match codec {
        Codec::Plain => payload,
        Codec::Zstd => {
            opened = zstd::bulk::decompress(payload, PLAIN_BYTES_MAX)
                .map_err(|_bad| ProtocolFault::Compression)?;
            &opened
        }
    };
    if plain.len() > PLAIN_BYTES_MAX {
        return Err(ProtocolFault::TooLarge);
    }
    wire::decode_byte_strings(plain).map_err(|_bad| ProtocolFault::Undecodable)
}

/// Walks the chain over a batch's facts: it has to pass through `cursor` and to end where the header says.
/// Hands back what stands behind the cursor.
pub(crate) fn chained(
    batch: &Batch,
    facts: Vec<Vec<u8>>,
    cursor: Head,
) -> Result<(Vec<Arrived>, Head), Refused> {
    let count = batch.last.saturating_sub(batch.prev_seq);
    if u64::try_from(facts.len()) != Ok(count) {
        return Err(ProtocolFault::Count.into());
    }
    let mut head = Head {
        seq: batch.prev_seq,
        hash: batch.hash_before,
    };
    let mut passed = head == cursor;
    let mut fresh = Vec::with_capacity(facts.len());
    for bytes in facts {
        head = Head {
            seq: head.seq + 1,
            hash: head.hash.next(&bytes),
        };
        passed |= head == cursor;
        if head.seq > cursor.seq {
            fresh.push(Arrived { head, bytes });
        }
    }
    if passed && head.hash == batch.hash_after {
        Ok((fresh, head))
    } else {
        Err(Refused::Hash)
    }
}

#[cfg(test)]
mod tests {
    use super::{PLAIN_BYTES_MAX, pack_batch, unpack_payload};
    use crate::ProtocolFault;
    use messages::{
        journal::Head,
        lane::{BATCH_BYTES_MAX, BATCH_FACTS_MAX, Batch, Codec},
        wire,
    };

    #[test]
    fn a_batch_holds_no_more_than_its_limits_and_opens_to_the_same_bytes() {
        for (size, count_expected) in [(10, BATCH_FACTS_MAX), (1_000, BATCH_BYTES_MAX / 1_000)] {
            let facts = vec![vec![7; size]; 500];
            let (message, after) = pack_batch(1, Head::EMPTY, &facts).unwrap();
            let batch: Batch = wire::decode(&message).unwrap();
            assert_eq!(batch.last, after.seq);
            let opened = unpack_payload(batch.codec, &batch.payload).unwrap();
            assert_eq!(opened, facts[..count_expected]);
        }
    }

    #[test]
    fn a_single_large_fact_travels_alone() {
        let facts = vec![vec![7; BATCH_BYTES_MAX * 2], vec![8; 10]];
        let (_, after) = pack_batch(1, Head::EMPTY, &facts).unwrap();
        assert_eq!(after.seq, 1);
        assert!(pack_batch(1, Head::EMPTY, &[vec![0; PLAIN_BYTES_MAX + 1]]).is_err());
    }

    #[test]
    fn a_payload_that_opens_without_end_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; PLAIN_BYTES_MAX * 64], 19).unwrap();
        assert!(bomb.len() < 16_384);
        assert_eq!(
            unpack_payload(Codec::Zstd, &bomb),
            Err(ProtocolFault::Compression)
        );
        assert_eq!(
            unpack_payload(Codec::Zstd, b"not zstd"),
            Err(ProtocolFault::Compression)
        );
        assert_eq!(
            unpack_payload(Codec::Plain, b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
            Err(ProtocolFault::Undecodable)
        );
    }
}
