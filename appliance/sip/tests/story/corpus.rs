//! The committed corpus of the fuzz target, played again, each case also cut short at many places.
use crate::play::play;
use std::path::Path;

#[test]
fn every_case_of_the_corpus_is_survived_whole_and_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/sip_messages");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 30, "the corpus is there");
    let mut outputs = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.len() < 70_000, "{}", path.display());
        outputs += play(&bytes);
        for cut in 1..8 {
            play(&bytes[..bytes.len() * cut / 8]);
        }
    }
    assert!(outputs > 300, "the cases reach the machine: {outputs}");
}
