//! What has to hold: after every step, and after quiet.
use super::{World, fold::State};
use std::collections::BTreeSet;

impl World {
    /// Cheap: the line's end is the book's cursor, and nothing is called safe that is not there.
    pub(crate) fn check_step(&self) {
        let books = &self.hq.books;
        let len = u64::try_from(books.line.len()).unwrap();
        assert_eq!(books.book.applied.seq, len);
        if let Some(last) = books.line.last() {
            let head = last.as_ref().map(|(head, _)| *head);
            assert!(
                head.is_none() || head == Some(books.book.applied),
                "the cursor is the end of the line"
            );
        }
        assert!(books.book.safe <= len);
        let ran: BTreeSet<_> = self.life.ran.iter().collect();
        assert!(
            self.restores + self.clones > 0 || ran.len() == self.life.ran.len(),
            "a command ran twice"
        );
    }

    pub(crate) fn check_all_arrived(&self) {
        let (books, disk) = (&self.hq.books, &self.life.disk);
        assert_eq!(
            self.phase(),
            "flowing",
            "{:?} {:?}",
            self.life.status,
            books.book
        );
        assert_eq!(books.book.applied, disk.head());
        assert_eq!(disk.cursor.applied, disk.head());
        for (index, fact) in books.line.iter().enumerate() {
            let seq = u64::try_from(index).unwrap() + 1;
            let in_gap = books
                .gaps
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&seq));
            assert!(
                fact.as_ref()
                    .map_or(in_gap, |(_, bytes)| *bytes == disk.facts[index]),
                "fact {seq} is not what the branch has"
            );
        }
        let read = books.line.iter().flatten().map(|(_, bytes)| bytes);
        assert_eq!(
            (&books.state, books.dead),
            (&State::of(read.clone()).0, State::of(read).1)
        );
        if books.gaps.is_empty() {
            assert_eq!(books.state, State::of(&disk.facts).0, "equal state");
        }
        self.check_side_lanes();
    }

    fn check_side_lanes(&self) {
        let (books, disk) = (&self.hq.books, &self.life.disk);
        for (seq, (issued, passed)) in (1..).zip(&books.directives) {
            // A restored headquarters may have heard of a copy's inbox before: the numbers of the two cannot both be right.
            let copied = self.clones > 0 && disk.inbox.contains_key(&seq);
            let same = copied
                || disk
                    .inbox
                    .get(&seq)
                    .is_some_and(|kept| kept == issued || *passed);
            assert!(same, "directive {seq} of {}", books.directives.len());
        }
        assert_eq!(disk.inbox.len(), books.directives.len());
        let mut offered = std::collections::BTreeMap::new();
        for offer in &disk.keys {
            offered.insert(offer.party, offer.version);
        }
        for (party, version) in offered {
            assert_eq!(
                books.keys.get(&party).map(|kept| kept.0),
                Some(version),
                "key of {party}"
            );
        }
        for command in &self.hq.commands {
            assert!(
                self.hq.results.contains_key(&command.id),
                "a command without an answer"
            );
        }
    }

    pub(crate) fn phase(&self) -> &'static str {
        self.life.end.status().phase.code()
    }
}
