//! One table of the file: its keys are taken one by one; what is left over is said.
use super::{Faults, PlanFault};
use std::collections::BTreeSet;
use toml::de::{DeTable, DeValue};

pub(super) struct Section<'a> {
    name: &'static str,
    table: &'a DeTable<'a>,
    /// Where it begins.
    pub(super) at: usize,
    taken: BTreeSet<&'static str>,
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

impl<'a> Section<'a> {
    pub(super) const fn new(name: &'static str, table: &'a DeTable<'a>, at: usize) -> Self {
        Self {
            name,
            table,
            at,
            taken: BTreeSet::new(),
        }
    }

    pub(super) fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn text(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Found<&'a str>> {
        self.take(key, "\"…\"", faults, |value| value.as_str())
    }

    pub(super) fn flag(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Found<bool>> {
        self.take(key, "true / false", faults, DeValue::as_bool)
    }

    /// Between both bounds, or said.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        bounds: (i64, i64),
        faults: &mut Faults<'_>,
    ) -> Option<Found<i64>> {
        let found = self.take(key, "1, 2, 3 …", faults, |value| {
            let integer = value.as_integer()?;
            i64::from_str_radix(integer.as_str(), integer.radix()).ok()
        })?;
        if (bounds.0..=bounds.1).contains(&found.value) {
            return Some(found);
        }
        let fault = PlanFault::OutOfBounds(bounds.0, bounds.1);
        faults.at(found.at, &self.key(key), fault);
        None
    }

    /// A list of numbers, each between both bounds.
    pub(super) fn numbers(
        &mut self,
        key: &'static str,
        bounds: (i64, i64),
        faults: &mut Faults<'_>,
    ) -> Option<Vec<Found<i64>>> {
        let found = self.take(key, "[1, 2, 3 …]", faults, |value| {
            let array = value.as_array()?;
            let numbers = array.iter().map(|one| {
                let integer = one.get_ref().as_integer()?;
                Some(Found {
                    value: i64::from_str_radix(integer.as_str(), integer.radix()).ok()?,
                    at: one.span().start,
                })
            });
            numbers.collect::<Option<Vec<_>>>()
        })?;
        for number in &found.value {
            if !(bounds.0..=bounds.1).contains(&number.value) {
                let fault = PlanFault::OutOfBounds(bounds.0, bounds.1);
                faults.at(number.at, &self.key(key), fault);
            }
        }
        Some(found.value)
    }

    pub(super) fn texts(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Vec<Found<&'a str>>> {
        let found = self.take(key, "[\"…\"]", faults, |value| {
            let array = value.as_array()?;
            let texts = array.iter().map(|one| {
                Some(Found {
                    value: one.get_ref().as_str()?,
                    at: one.span().start,
                })
            });
            texts.collect::<Option<Vec<_>>>()
        })?;
        Some(found.value)
    }

    /// As `text`, and said where it is not there.
    pub(super) fn needed_text(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Found<&'a str>> {
        if !self.has(key) {
            faults.at(self.at, &self.key(key), PlanFault::Missing);
        }
        self.text(key, faults)
    }

    /// Every key that was not asked for is none of ours.
    pub(super) fn done(self, faults: &mut Faults<'_>) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !self.taken.contains(name) {
                faults.at(key.span().start, &self.key(name), PlanFault::UnknownKey);
            }
        }
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        kind: &'static str,
        faults: &mut Faults<'_>,
        read: impl Fn(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Found<T>> {
        self.taken.insert(key);
        let value = self.table.get(key)?;
        let at = value.span().start;
        let found = read(value.get_ref()).map(|value| Found { value, at });
        if found.is_none() {
            faults.at(at, &self.key(key), PlanFault::WrongKind(kind));
        }
        found
    }
}
