//! Names and last digits in memory: sealed columns cannot be searched by SQL. Opened at boot, followed by each commit.
use messages::{CustomerId, PartyNumber, PersonName};

/// One customer, in clear: about 60 bytes.
#[derive(Clone)]
pub(crate) struct SearchEntry {
    customer: CustomerId,
    name: Box<str>,
    /// The last four digits.
    tail: Box<str>,
}

#[derive(Default)]
pub(crate) struct SearchIndex {
    entries: Vec<SearchEntry>,
    max: usize,
}

impl SearchEntry {
    pub(crate) fn new(customer: CustomerId, name: &PersonName, number: &PartyNumber) -> Self {
        let digits = number.to_dial();
        let tail = digits.get(digits.len().saturating_sub(4)..).unwrap_or("");
        Self {
            customer,
            name: name.as_str().to_lowercase().into(),
            tail: tail.into(),
        }
    }
}

impl SearchIndex {
    pub(crate) const fn with_room_for(max: usize) -> Self {
        Self {
            entries: Vec::new(),
            max,
        }
    }

    /// The oldest customers are not found when there are too many: the log says so once.
    pub(crate) fn extend(&mut self, entries: impl IntoIterator<Item = SearchEntry>) {
        self.entries.extend(entries);
        if self.entries.len() > self.max {
            let over = self.entries.len() - self.max;
            tracing::warn!(over, "more customers than the search index holds");
            self.entries.drain(..over);
        }
    }

    /// Nobody finds this customer any more.
    pub(crate) fn remove(&mut self, customer: CustomerId) {
        self.entries.retain(|entry| entry.customer != customer);
    }

    /// Newest first. Up to four digits are looked for at the end of numbers, other text anywhere in names.
    pub(crate) fn find(&self, text: &str, max: usize) -> Vec<CustomerId> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        let digits = text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        let fits = |entry: &&SearchEntry| {
            entry.name.contains(&text) || (digits && entry.tail.ends_with(&text))
        };
        let found = self.entries.iter().rev().filter(fits);
        found.map(|entry| entry.customer).take(max).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{SearchEntry, SearchIndex};
    use messages::{CustomerId, PartyNumber, PersonName};

    #[test]
    fn names_are_found_by_any_part_and_numbers_by_their_end() {
        let mut index = SearchIndex::with_room_for(2);
        let entry = |id, name, number| {
            SearchEntry::new(
                CustomerId::from_bytes([id; 16]),
                &PersonName::parse(name).unwrap(),
                &PartyNumber::parse(number).unwrap(),
            )
        };
        index.extend([
            entry(1, "王小芳", "13800138000"),
            entry(2, "Anna Wang", "13900138001"),
        ]);
        let id = |byte| CustomerId::from_bytes([byte; 16]);
        assert_eq!(index.find("小芳", 9), [id(1)]);
        assert_eq!(index.find("wang", 9), [id(2)]);
        assert_eq!(index.find("8000", 9), [id(1)]);
        assert_eq!(index.find("138", 9), []);
        assert_eq!(index.find(" ", 9), []);
        index.remove(id(2));
        assert_eq!(index.find("wang", 9), []);
        index.extend([entry(2, "Anna Wang", "13900138001")]);
        index.extend([entry(3, "李四", "95588")]);
        assert_eq!(index.find("小芳", 9), [], "the oldest one made room");
    }
}
