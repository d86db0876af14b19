//! Where two chains part: narrowed down by comparing hashes at a few places, some more with each HELLO.
use messages::{
    journal::{ChainHash, Head},
    lane::{Hello, MARKS_MAX},
};

/// What one HELLO's hashes say beside our own chain.
pub(super) struct Search {
    /// The highest place that both have.
    common: Head,
    /// The lowest place above it where they differ.
    parted: Option<u64>,
    /// Below this the box knows no hash any more.
    floor: u64,
}

fn highest(one: Head, other: Head) -> Head {
    if other.seq > one.seq { other } else { one }
}

impl Search {
    pub(super) fn of(hello: &Hello, applied: u64, own: &impl Fn(u64) -> Option<ChainHash>) -> Self {
        let mut common = Head::EMPTY;
        let mut parted = None;
        let marks = hello.marks.iter().take(MARKS_MAX);
        for mark in marks
            .chain([&hello.head])
            .filter(|mark| mark.seq <= applied)
        {
            match own(mark.seq) {
                Some(hash) if hash == mark.hash => common = highest(common, *mark),
                Some(_) => parted = Some(parted.unwrap_or(u64::MAX).min(mark.seq)),
                None => {}
            }
        }
        Self {
            common,
            parted,
            floor: hello.oldest.saturating_sub(1),
        }
    }

    pub(super) const fn is_off_the_line(&self) -> bool {
        self.parted.is_some()
    }

    /// Found, once nothing lies between what both have and where they differ.
    pub(super) fn branch_point(&self) -> Option<Head> {
        (self.parted == Some(self.common.seq + 1)).then_some(self.common)
    }

    /// Places to compare next: both ends of what is known, and evenly between them.
    pub(super) fn wanted(&self) -> Vec<u64> {
        let low = self.common.seq.max(self.floor);
        let Some(high) = self.parted.filter(|high| *high > low) else {
            return Vec::new();
        };
        let steps = u64::try_from(MARKS_MAX).unwrap_or(u64::MAX) - 1;
        let span = high - low;
        let mut wanted: Vec<u64> = (0..=steps)
            .map(|step| {
                let along = u128::from(span) * u128::from(step) / u128::from(steps);
                low + u64::try_from(along).unwrap_or(span)
            })
            .collect();
        wanted.dedup();
        wanted
    }
}
