//! Lists come in pages: a bounded number of rows, and where the next page begins.

/// Rows of one page at most.
pub const PAGE_MAX: u16 = 200;

/// How many rows a page holds: 1 to [`PAGE_MAX`].
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

    #[must_use]
    pub const fn rows(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

/// Some rows, and the cursor behind the last one if there are more.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, C> {
    pub rows: Vec<T>,
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Cuts a list that was read one row longer than the limit.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, limit: PageLimit, cursor_of: impl Fn(&T) -> C) -> Self {
        let more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        let next = if more {
            rows.last().map(cursor_of)
        } else {
            None
        };
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, PageLimit};

    #[test]
    fn a_page_names_its_end_only_where_more_follows() {
        let limit = PageLimit::new(2).unwrap();
        assert_eq!(Page::cut(vec![1, 2, 3], limit, |n| *n).next, Some(2));
        assert_eq!(Page::cut(vec![1, 2], limit, |n| *n).next, None);
        assert_eq!(Page::<i32, i32>::cut(vec![], limit, |n| *n).next, None);
    }

    #[test]
    fn a_page_has_at_least_one_row_and_at_most_two_hundred() {
        assert_eq!(PageLimit::new(0), None);
        assert_eq!(PageLimit::new(201), None);
        assert!(PageLimit::new(200).is_some());
    }
}
