//! The header fields of one message, in their order.
use super::Name;

#[derive(Clone, Debug, Default)]
pub(crate) struct Head(rsip::Headers);

impl Head {
    pub(crate) fn push(&mut self, name: Name, value: impl Into<String>) {
        self.0.push(name.header(value.into()));
    }

    /// A header that has no name here keeps its text.
    pub(crate) fn push_unknown(&mut self, name: &str, value: String) {
        self.0.push(rsip::Header::Other(name.to_owned(), value));
    }

    pub(crate) fn first(&self, name: Name) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: Name) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter_map(move |header| name.value_of(header))
    }

    pub(crate) fn count(&self, name: Name) -> usize {
        self.all(name).count()
    }

    /// The values of a header that is a list, over all its lines.
    pub(crate) fn list(&self, name: Name) -> impl Iterator<Item = &str> {
        self.all(name)
            .flat_map(|line| super::scan::split(line, ','))
            .map(str::trim)
            .filter(|one| !one.is_empty())
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.0.retain(|header| name.value_of(header).is_none());
    }

    pub(crate) fn print(&self) -> String {
        self.0.to_string()
    }
}
