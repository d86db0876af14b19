//! Reading a binary's TOML file: every mistake is said with file, line and key.
#![forbid(unsafe_code)]

use serde::de::DeserializeOwned;
use std::ops::Range;
use std::path::Path;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{file}: {source}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    /// The key with its table: `media.port_first`.
    #[error("{file}:{line}: {key}: {why}")]
    Wrong {
        file: String,
        line: usize,
        key: String,
        why: String,
    },
}

/// What is wrong although each value alone reads well: the key with its table, and why.
pub type Unfit = (&'static str, String);

/// Reads a file; `check` looks at what the types cannot say.
pub fn read<T: DeserializeOwned>(
    file: &Path,
    check: impl FnOnce(&T) -> Result<(), Unfit>,
) -> Result<T, ConfigError> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&text, &name, check),
        Err(source) => Err(ConfigError::Read { file: name, source }),
    }
}

/// As `read`, of a text; `file` is the name that errors carry.
pub fn parse<T: DeserializeOwned>(
    text: &str,
    file: &str,
    check: impl FnOnce(&T) -> Result<(), Unfit>,
) -> Result<T, ConfigError> {
    let wrong = |line, key, why: &str| ConfigError::Wrong {
        file: file.to_owned(),
        line,
        key,
        why: why.to_owned(),
    };
    let config = toml::from_str(text).map_err(|bad| {
        let (line, key) = place(text, bad.span().unwrap_or_default(), bad.message());
        wrong(line, key, bad.message())
    })?;
    match check(&config) {
        Ok(()) => Ok(config),
        Err((key, why)) => Err(wrong(line_of(text, key), key.to_owned(), &why)),
    }
}

/// The line (from 1) and the key, with its table, that an error's span lies on.
/// A missing key has no place of its own: its name stands in the message.
fn place(text: &str, span: Range<usize>, message: &str) -> (usize, String) {
    let before = text.get(..span.start).unwrap_or(text);
    let line_index = before.matches('\n').count();
    let table = text
        .lines()
        .take(line_index + 1)
        .filter_map(table_of)
        .last()
        .map(|table| format!("{table}."));
    let line = text.lines().nth(line_index).unwrap_or_default();
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let own = line.split_once('=').map(|(key, _)| key.trim());
    let key = missing.or(own).unwrap_or_default();
    let whole = format!("{}{key}", table.unwrap_or_default());
    (line_index + 1, whole.trim_end_matches('.').to_owned())
}

/// The line of a dotted key; of its table where it is not written down; 1 where neither is.
fn line_of(text: &str, dotted: &str) -> usize {
    let (table, key) = dotted.rsplit_once('.').unwrap_or(("", dotted));
    let mut current = "";
    let mut of_table = 1;
    for (index, line) in text.lines().enumerate() {
        if let Some(name) = table_of(line) {
            current = name;
            if current == table {
                of_table = index + 1;
            }
        }
        let written = line.split_once('=').map(|(key, _)| key.trim());
        if current == table && written == Some(key) {
            return index + 1;
        }
    }
    of_table
}

fn table_of(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix('[')?
        .split(']')
        .next()
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::{Unfit, parse};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shop {
        name: String,
        till: Till,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Till {
        #[serde(default)]
        coins: u32,
    }

    fn few_coins(shop: &Shop) -> Result<(), Unfit> {
        if shop.name.len() > 4 {
            return Err(("name", "too long".to_owned()));
        }
        if shop.till.coins > 9 {
            return Err(("till.coins", "at most 9".to_owned()));
        }
        if shop.till.coins == 0 {
            return Err(("till.coins", "is missing".to_owned()));
        }
        Ok(())
    }

    #[test]
    fn every_mistake_names_file_line_and_key() {
        for (text, said) in [
            ("name = 1\n[till]\ncoins = 1", "f:1: name: "),
            ("name = \"a\"\n[till]\ncoin = 1", "f:3: till.coin: "),
            ("name = \"a\"\n", "f:1: till: missing"),
            (
                "name = \"a\"\n[till]\ncoins = 10",
                "f:3: till.coins: at most 9",
            ),
            ("name = \"a\"\n[till]\n", "f:2: till.coins: is missing"),
            (
                "name = \"long name\"\n[till]\ncoins = 1",
                "f:1: name: too long",
            ),
        ] {
            let error = parse(text, "f", few_coins).unwrap_err().to_string();
            let start = said.trim_end_matches("missing");
            assert!(error.starts_with(start), "{error:?} for {text:?}");
        }
        assert!(parse("name = \"a\"\n[till]\ncoins = 1", "f", few_coins).is_ok());
    }
}
