//! Which line of a text a byte stands on.

/// Finds the line of a byte.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of_text(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// From 1.
    pub(super) fn of(&self, byte: usize) -> usize {
        self.0.partition_point(|end| *end < byte) + 1
    }

    /// Of the first byte from `byte` on that is no line break.
    pub(super) fn of_row(&self, text: &str, byte: usize) -> usize {
        let rest = text.as_bytes().get(byte..).unwrap_or_default();
        let breaks = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
        self.of(byte + breaks.count())
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn a_byte_knows_its_line() {
        let lines = Lines::of_text("ab\ncd\n\nef");
        let table = [(0, 1), (2, 1), (3, 2), (5, 2), (6, 3), (7, 4), (99, 4)];
        for (byte, line) in table {
            assert_eq!(lines.of(byte), line, "byte {byte}");
        }
    }
}
