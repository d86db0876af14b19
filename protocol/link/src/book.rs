//! What the cloud's store keeps of one box's link, and what a HELLO means beside it.
use messages::{
    BootId,
    journal::Head,
    lane::{Hello, Verdict},
};

/// One row of the cloud's store. It changes in the same transaction as the facts that move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloudBook {
    /// 0 before the first HELLO.
    pub epoch: u32,
    pub applied: Head,
    /// Covered by a verified backup or a replica; never above `applied`.
    pub safe: u64,
    /// The run that said HELLO last.
    pub boot: Option<BootId>,
    /// The run before it: if that one comes back, both are alive.
    pub boot_before: Option<BootId>,
}

impl CloudBook {
    /// Of a box that never said HELLO.
    pub const NEW: Self = Self {
        epoch: 0,
        applied: Head::EMPTY,
        safe: 0,
        boot: None,
        boot_before: None,
    };

    /// What the HELLO means, and the book behind it.
    #[must_use]
    pub fn greeted(self, hello: &Hello) -> (Verdict, Self) {
        let verdict = self.verdict(hello);
        let mut book = self;
        if self.boot != Some(hello.boot) && verdict != Verdict::Cloned {
            book.boot_before = self.boot;
            book.boot = Some(hello.boot);
        }
        if verdict == Verdict::Resume {
            book.epoch = self.epoch.max(hello.epoch).max(1);
        }
        (verdict, book)
    }

    fn verdict(&self, hello: &Hello) -> Verdict {
        if self.boot_before == Some(hello.boot) {
            return Verdict::Cloned;
        }
        if hello.head.seq < self.applied.seq {
            return Verdict::Restored;
        }
        let same_seq_other_hash = hello.head.seq == self.applied.seq && hello.head != self.applied;
        let older_epoch = hello.epoch > 0 && hello.epoch < self.epoch;
        if same_seq_other_hash || older_epoch {
            return Verdict::Diverged;
        }
        if hello.head.seq > self.applied.seq && hello.oldest > self.applied.seq + 1 {
            return Verdict::Gap;
        }
        Verdict::Resume
    }
}

#[cfg(test)]
mod tests {
    use super::CloudBook;
    use messages::{
        BootId, BoxId, UtcMs,
        journal::{ChainHash, Head},
        lane::{Hello, PROTOCOL, SCHEMA, Verdict},
    };

    fn head(seq: u64, hash: u8) -> Head {
        Head {
            seq,
            hash: ChainHash([hash; 32]),
        }
    }

    const BOOT: BootId = BootId::from_bytes([1; 16]);
    const LAST_BOOT: BootId = BootId::from_bytes([2; 16]);

    fn hello(head: Head, oldest: u64, epoch: u32, boot: BootId) -> Hello {
        Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            box_id: BoxId::parse("sz-01").unwrap(),
            boot,
            epoch,
            head,
            oldest,
            utc: UtcMs(0),
            version: "1".to_owned(),
            marks: Vec::new(),
            asks_to_branch: false,
            proof: None,
            directives: None,
        }
    }

    #[test]
    fn each_row_of_the_table_has_its_verdict() {
        let book = CloudBook {
            epoch: 2,
            applied: head(100, 1),
            safe: 50,
            boot: Some(BOOT),
            boot_before: Some(LAST_BOOT),
        };
        let third = BootId::from_bytes([3; 16]);
        let table = [
            (hello(head(100, 1), 1, 2, BOOT), Verdict::Resume),
            (hello(head(150, 9), 1, 2, third), Verdict::Resume),
            (hello(head(150, 9), 101, 2, BOOT), Verdict::Resume),
            (hello(head(150, 9), 1, 0, BOOT), Verdict::Resume),
            (hello(head(99, 7), 1, 2, third), Verdict::Restored),
            (hello(head(0, 0), 1, 0, third), Verdict::Restored),
            (hello(head(100, 2), 1, 2, third), Verdict::Diverged),
            (hello(head(150, 9), 1, 1, third), Verdict::Diverged),
            (hello(head(150, 9), 102, 2, BOOT), Verdict::Gap),
            (hello(head(150, 9), 1, 2, LAST_BOOT), Verdict::Cloned),
        ];
        for (hello, expected) in table {
            let (verdict, after) = book.greeted(&hello);
            assert_eq!(verdict, expected, "{hello:?}");
            assert_eq!((after.applied, after.epoch), (book.applied, 2));
        }
    }

    #[test]
    fn a_new_box_gets_its_first_epoch_and_two_living_copies_are_noticed() {
        let (verdict, book) = CloudBook::NEW.greeted(&hello(head(5, 5), 1, 0, BOOT));
        assert_eq!((verdict, book.epoch), (Verdict::Resume, 1));
        let (verdict, book) = book.greeted(&hello(head(5, 5), 1, 1, LAST_BOOT));
        assert_eq!(verdict, Verdict::Resume);
        let (verdict, book) = book.greeted(&hello(head(5, 5), 1, 1, BOOT));
        assert_eq!(verdict, Verdict::Cloned);
        assert_eq!(book.boot, Some(LAST_BOOT));
    }
}
