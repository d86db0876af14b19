//! Bytes of each lane as released: what was sent once is read for ever, and what is written stays what it was.
#![allow(clippy::unwrap_used)] // a test's harness
use link::{CloudBook, CloudEnd, DirectiveSigner, Judged, Trust, pack_batch, unpack_payload};
use messages::{
    BootId, BoxId, CommandId, PartyId, UtcMs,
    directive::{Directive, FieldPolicySet, HqSees},
    journal::{ChainHash, Head},
    lane::{
        Ack, Batch, BoxCommand, Codec, CommandCode, CommandResult, DirectiveAck, DirectiveBatch,
        DncChange, Hello, HwSample, KeyAck, KeyBatch, KeyOffer, LinkState, Metrics, OfferedKey,
        Order, Pull, Urgent, Verdict, Welcome,
    },
    wire,
};
use std::{fmt::Debug, fs, path::PathBuf};

fn head(seq: u64) -> Head {
    Head {
        seq,
        hash: ChainHash([0xab; 32]),
    }
}

const BOOT: BootId = BootId::from_bytes([0x11; 16]);

fn facts() -> Vec<Vec<u8>> {
    (1..=5_u8).map(|n| vec![n; usize::from(n) * 20]).collect()
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.v1.cbor"))
}

/// Reads the golden bytes. Where there are none yet they are written and the test fails once: a released file is never changed.
fn golden(name: &str, made: &[u8]) -> Vec<u8> {
    let path = path(name);
    if !path.exists() {
        fs::write(&path, made).unwrap();
        panic!("{name} is written now; look at it and run again");
    }
    fs::read(&path).unwrap()
}

fn check<T>(name: &str, message: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
{
    let made = wire::encode(message).unwrap();
    let golden = golden(name, &made);
    assert_eq!(made, golden, "{name} is written as before");
    assert_eq!(&wire::decode::<T>(&golden).unwrap(), message, "{name}");
    let longer = with_a_key_of_tomorrow(&golden);
    assert_eq!(&wire::decode::<T>(&longer).unwrap(), message, "{name}");
}

/// The same map with one more entry, `"zz": 1`.
fn with_a_key_of_tomorrow(message: &[u8]) -> Vec<u8> {
    assert_eq!(message[0] & 0xe0, 0xa0, "a small map");
    let mut longer = message.to_vec();
    longer[0] += 1;
    longer.extend([0x62, b'z', b'z', 0x01]);
    longer
}

#[test]
fn hello_and_welcome_are_what_they_were() {
    check(
        "hello",
        &Hello {
            protocol: 1,
            schema: 1,
            box_id: BoxId::parse("sz-01").unwrap(),
            boot: BOOT,
            epoch: 3,
            head: head(1_000),
            oldest: 1,
            utc: UtcMs(1_772_416_800_000),
            version: "0.1.0".to_owned(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        },
    );
    for (name, verdict) in [
        ("welcome", Verdict::Resume),
        ("welcome_restored", Verdict::Restored),
        ("welcome_diverged", Verdict::Diverged),
        ("welcome_gap", Verdict::Gap),
        ("welcome_cloned", Verdict::Cloned),
    ] {
        check(
            name,
            &Welcome {
                protocol: 1,
                boot: BOOT,
                epoch: 3,
                verdict,
                applied: head(900),
                safe: 500,
                utc: UtcMs(1_772_416_800_000),
                wanted: Vec::new(),
                go_on: None,
                prove: None,
                window: None,
                keys: None,
                keys_last: None,
                upgrade: false,
            },
        );
    }
}

#[test]
fn ack_metrics_and_state_are_what_they_were() {
    check(
        "ack",
        &Ack {
            epoch: 3,
            applied: head(900),
            safe: 500,
            window: None,
        },
    );
    check(
        "metrics",
        &Metrics {
            utc: UtcMs(1),
            version: "0.1.0".to_owned(),
            uptime_s: 60,
            head: 1_000,
            applied: 900,
            phones_registered: 2,
            calls_live: 1,
            calls_today: 10,
            answered_today: 5,
            sample: HwSample {
                temperature_celsius: Some(48.5),
                ..HwSample::default()
            },
        },
    );
    check(
        "state",
        &LinkState {
            connected: false,
            boot: BOOT,
        },
    );
}

/// Compressed bytes may differ between versions of the compressor: the golden batch has to open, not to be made again.
#[test]
fn batches_of_before_still_open_and_apply() {
    let before = Head {
        seq: 40,
        hash: ChainHash([0xab; 32]),
    };
    let (made, after) = pack_batch(3, before, &facts()).unwrap();
    for (name, bytes) in [("batch_zstd", made), ("batch_plain", plain_batch(before))] {
        let golden = golden(name, &bytes);
        let batch: Batch = wire::decode(&golden).unwrap();
        assert_eq!(
            unpack_payload(batch.codec, &batch.payload).unwrap(),
            facts()
        );
        let book = CloudBook {
            epoch: 3,
            applied: before,
            ..CloudBook::NEW
        };
        let end = CloudEnd::new(BoxId::parse("sz-01").unwrap(), book);
        let longer = with_a_key_of_tomorrow(&golden);
        for bytes in [golden, longer] {
            let Judged::Apply {
                facts: new, head, ..
            } = end.batch(&bytes, UtcMs(0))
            else {
                panic!("{name} is not applied");
            };
            let new: Vec<Vec<u8>> = new.into_iter().map(|fact| fact.bytes).collect();
            assert_eq!((new, head), (facts(), after), "{name}");
        }
    }
}

fn plain_batch(before: Head) -> Vec<u8> {
    let (made, _) = pack_batch(3, before, &facts()).unwrap();
    let mut batch: Batch = wire::decode(&made).unwrap();
    batch.codec = Codec::Plain;
    batch.payload = wire::encode_byte_strings(&facts()).unwrap();
    wire::encode(&batch).unwrap()
}

#[test]
fn a_greeting_with_all_its_keys_is_what_it_was() {
    check(
        "hello_all",
        &Hello {
            protocol: 1,
            schema: 2,
            box_id: BoxId::parse("sz-01").unwrap(),
            boot: BOOT,
            epoch: 3,
            head: head(1_000),
            oldest: 1,
            utc: UtcMs(1_772_416_800_000),
            version: "0.1.0".to_owned(),
            marks: vec![head(800), head(900)],
            asks_to_branch: true,
            proof: Some(2),
            directives: Some(7),
        },
    );
    check(
        "welcome_all",
        &Welcome {
            protocol: 1,
            boot: BOOT,
            epoch: 4,
            verdict: Verdict::Diverged,
            applied: head(900),
            safe: 500,
            utc: UtcMs(1_772_416_800_000),
            wanted: vec![10, 20],
            go_on: Some(head(15)),
            prove: Some(2),
            window: Some(4),
            keys: Some(12),
            keys_last: Some(ChainHash([0xcd; 32])),
            upgrade: true,
        },
    );
    check(
        "pull",
        &Pull {
            epoch: 4,
            after: head(300),
            upto: 500,
        },
    );
}

#[test]
fn directives_commands_and_their_answers_are_what_they_were() {
    let id = CommandId::from_bytes([0x22; 16]);
    let wish = FieldPolicySet {
        name: HqSees::Masked,
        number: HqSees::Never,
    };
    let box_id = BoxId::parse("sz-01").unwrap();
    let directive = Directive::new("hq", box_id.clone(), 1, UtcMs(5), &wish.into()).unwrap();
    check("directive", &directive);
    let signer = DirectiveSigner::from_seed(&[7; 32]).unwrap();
    let signed = signer.sign(&directive).unwrap();
    let golden = golden("directive_signed", &signed);
    assert_eq!(signed, golden, "Ed25519 signs the same bytes the same way");
    let trust = Trust {
        tenant: "hq".to_owned(),
        box_id,
        keys: vec![signer.key().clone()],
    };
    assert_eq!(trust.open(&golden), Ok(directive));
    assert_eq!(
        trust.open(&with_a_key_of_tomorrow(&golden)),
        trust.open(&golden)
    );
    let directives = vec![golden.into()];
    check(
        "directives",
        &DirectiveBatch {
            first: 1,
            directives,
        },
    );
    check("directive_ack", &DirectiveAck { upto: 1 });
    check("command", &BoxCommand::new(id, UtcMs(9), &Order::Report));
    check(
        "result",
        &CommandResult {
            id,
            utc: UtcMs(8),
            code: CommandCode::Done,
            detail: "0.1.0".to_owned(),
        },
    );
}

#[test]
fn keys_and_urgent_words_are_what_they_were() {
    let offer = |key| KeyOffer {
        party: PartyId::from_bytes([0x33; 16]),
        version: 2,
        key,
    };
    check(
        "keys",
        &KeyBatch {
            epoch: 3,
            first: 9,
            anew: false,
            offers: vec![
                offer(OfferedKey::Wrapped(vec![1, 2, 3])),
                offer(OfferedKey::Gone),
            ],
        },
    );
    check("key_ack", &KeyAck { epoch: 3, upto: 10 });
    check(
        "urgent",
        &Urgent {
            epoch: 3,
            upto: head(12),
            changes: vec![DncChange {
                index: vec![0x44; 16],
                refused: true,
                reason: "asked".to_owned(),
                utc: UtcMs(4),
            }],
        },
    );
}
