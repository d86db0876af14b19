//! Numbers of our own, however a trunk writes them, and the phone or group that each is for.
use messages::command::Did;
use messages::{Dialled, Extension, TrunkName};
use std::collections::BTreeMap;

/// A number without its area code is told by so many of its last digits at least.
const LOCAL_DIGITS_MIN: usize = 7;

/// First by the trunk that a call comes over, then of any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dids(BTreeMap<(Option<TrunkName>, String), Extension>);

impl Dids {
    pub(crate) fn new(dids: Vec<Did>) -> Self {
        let dids = dids.into_iter();
        Self(
            dids.map(|did| ((did.trunk, plain(&did.number)), did.to))
                .collect(),
        )
    }

    pub(crate) fn find(&self, trunk: &TrunkName, called: &str) -> Option<&Extension> {
        if self.0.is_empty() {
            return None;
        }
        let called = plain(called);
        let ways = [Some(trunk.clone()), None];
        let whole = ways
            .iter()
            .find_map(|way| self.0.get(&(way.clone(), called.clone())));
        whole.or_else(|| ways.iter().find_map(|way| self.find_local(way, &called)))
    }

    /// The only one of a trunk that ends like this.
    fn find_local(&self, way: &Option<TrunkName>, called: &str) -> Option<&Extension> {
        if called.len() < LOCAL_DIGITS_MIN {
            return None;
        }
        let mut same = self
            .0
            .iter()
            .filter(|((of, number), _)| of == way && number.ends_with(called));
        let (_, first) = same.next()?;
        same.next().is_none().then_some(first)
    }
}

/// E.164 where it is a number of the public network, else as it is written.
fn plain(number: &str) -> String {
    match Dialled::parse(number) {
        Ok(Dialled::Phone(number)) => number.e164(),
        Ok(
            Dialled::Private(_)
            | Dialled::Service(_)
            | Dialled::Extension(_)
            | Dialled::Emergency(_),
        )
        | Err(_) => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Dids;
    use messages::command::Did;
    use messages::{Extension, TrunkName};

    #[test]
    fn a_number_is_known_in_every_form_that_a_trunk_writes_it_in() {
        let trunk = |name: &str| TrunkName::parse(name).unwrap();
        let did = |number: &str, of: Option<&str>, to: &str| Did {
            number: number.to_owned(),
            trunk: of.map(trunk),
            to: Extension::parse(to).unwrap(),
        };
        let dids = Dids::new(vec![
            did("020 8123 4567".replace(' ', "").as_str(), None, "1900"),
            did("02081234568", None, "1001"),
            did("02081234568", Some("b"), "1002"),
            did("4008001234", None, "1003"),
            did("88001", None, "1004"),
            did("01081234567", Some("c"), "1005"),
            did("02181234567", Some("c"), "1006"),
        ]);
        let found = |over: &str, called: &str| {
            let found = dids.find(&trunk(over), called);
            found.map_or_else(|| "-".to_owned(), ToString::to_string)
        };
        for (over, called, to) in [
            ("a", "02081234567", "1900"),
            ("a", "+862081234567", "1900"),
            ("a", "862081234567", "1900"),
            ("a", "00862081234567", "1900"),
            ("a", "81234567", "1900"),
            ("a", "02081234568", "1001"),
            ("b", "02081234568", "1002"),
            ("a", "4008001234", "1003"),
            ("a", "88001", "1004"),
            ("a", "4567", "-"),
            ("a", "02081234569", "-"),
            ("c", "01081234567", "1005"),
        ] {
            assert_eq!(found(over, called), to, "{called} over {over}");
        }
        assert_eq!(
            found("c", "81234567"),
            "1900",
            "two of its own end like this"
        );
    }
}
