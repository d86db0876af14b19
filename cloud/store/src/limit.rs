//! Lists come in pages of a bounded number of rows.

/// Rows of one page at most.
pub const PAGE_MAX: u16 = 200;

/// How many rows a page holds: 1 to [`PAGE_MAX`]. A list is read one row longer: that row tells that a next page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// `None` outside 1..=[`PAGE_MAX`].
    #[must_use]
    pub const fn new(rows: u16) -> Option<Self> {
        if rows >= 1 && rows <= PAGE_MAX {
            Some(Self(rows))
        } else {
            None
        }
    }

    pub const LONGEST: Self = Self(PAGE_MAX);

    #[must_use]
    pub const fn rows(self) -> u16 {
        self.0
    }

    /// The page and the row that follows it.
    #[must_use]
    pub const fn and_one(self) -> u32 {
        self.0 as u32 + 1
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

#[cfg(test)]
mod tests {
    use super::PageLimit;

    #[test]
    fn a_page_has_at_least_one_row_and_at_most_two_hundred() {
        assert_eq!(PageLimit::new(0), None);
        assert_eq!(PageLimit::new(201), None);
        assert_eq!(PageLimit::new(200).map(PageLimit::and_one), Some(201));
    }
}
