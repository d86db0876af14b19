//! Rust sources as the rules see them: without comments and literals, product apart from tests.

/// Two texts with the same lines as the file; what belongs to the other one is blank.
pub(super) struct Parts {
    pub(super) product: String,
    pub(super) tests: String,
}

/// Blanks comments, strings and characters; lines stay where they are.
pub(super) fn masked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at).unwrap_or(at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let blank = |c: &char| if *c == '\n' { '\n' } else { ' ' };
        out.extend(chars[at..end].iter().map(blank));
        at = end;
    }
    out
}

/// Where the comment or literal that starts at `at` ends.
fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    let next = chars.get(at + 1).copied();
    match (chars[at], next) {
        ('/', Some('/')) => Some(find(chars, at, |c| c == '\n')),
        ('/', Some('*')) => Some(block_end(chars, at)),
        ('"', _) => Some(quoted_end(chars, at, '"')),
        ('r', Some('"' | '#')) if !is_word(chars, at) => raw_end(chars, at),
        ('\'', Some('\\')) => Some(quoted_end(chars, at, '\'')),
        ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => Some(at + 3),
        _ => None,
    }
}

/// Does a word go on here? Then an `r` is its last letter, unless the word is just `b` or `c`.
fn is_word(chars: &[char], at: usize) -> bool {
    let goes_on = |at: usize| {
        at.checked_sub(1)
            .and_then(|before| chars.get(before))
            .is_some_and(|c| c.is_alphanumeric() || *c == '_')
    };
    let prefixed = at > 0 && matches!(chars[at - 1], 'b' | 'c') && !goes_on(at - 1);
    goes_on(at) && !prefixed
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    let found = chars[from..].iter().position(|c| wanted(*c));
    found.map_or(chars.len(), |offset| from + offset)
}

fn block_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], from: usize, quote: char) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], from: usize) -> Option<usize> {
    let quote = find(chars, from + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - from - 1;
    let mut at = quote + 1;
    loop {
        at = find(chars, at, |c| c == '"') + 1;
        if at >= chars.len() {
            return Some(chars.len());
        }
        if chars[at..].iter().take_while(|c| **c == '#').count() >= hashes {
            return Some(at + hashes);
        }
    }
}

/// Parts a masked source: items under `#[cfg(test)]` go to the tests.
pub(super) fn parted(masked: &str) -> Parts {
    const MARK: &str = "#[cfg(test)]";
    let mut parts = Parts {
        product: String::new(),
        tests: String::new(),
    };
    let mut rest = masked;
    while let Some(start) = rest.find(MARK) {
        let (before, item) = rest.split_at(start);
        parts.add(before, "");
        let (item, behind) = item.split_at(item_end(item));
        parts.add("", item);
        rest = behind;
    }
    parts.add(rest, "");
    parts
}

impl Parts {
    fn add(&mut self, product: &str, tests: &str) {
        let lines_of = |text: &str| "\n".repeat(text.matches('\n').count());
        self.product.push_str(product);
        self.product.push_str(&lines_of(tests));
        self.tests.push_str(tests);
        self.tests.push_str(&lines_of(product));
    }
}

/// An item ends at its `;`, or behind the brace that closes its first one.
fn item_end(item: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in item.char_indices() {
        match c {
            ';' if depth == 0 => return at + 1,
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    item.len()
}

/// Line numbers, from 1, on which `word` stands by itself.
pub(super) fn lines_with(text: &str, word: &str) -> Vec<usize> {
    let numbered = text.lines().zip(1..);
    numbered
        .filter(|(line, _)| has_word(line, word))
        .map(|(_, number)| number)
        .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(letter);
        let behind = line[at + word.len()..].chars().next().is_some_and(letter);
        let starts = word.chars().next().is_some_and(letter);
        let ends = word.chars().next_back().is_some_and(letter);
        !(starts && before || ends && behind)
    })
}

#[test]
fn words_in_comments_and_literals_do_not_count() {
    let text = r###"
        // HashMap
        /* HashMap /* HashMap */ HashMap */
        let a = "HashMap \" HashMap"; let b = r#"HashMap " HashMap"#; let c = br"HashMap";
        let d: &'static HashMap = '"'; let e = '\''; var"HashMap";
    "###;
    assert_eq!(lines_with(&masked(text), "HashMap"), [5]);
}

#[test]
fn a_word_inside_another_word_does_not_count() {
    assert_eq!(lines_with("MyHashMap HashMapper\nHashMap<", "HashMap"), [2]);
    assert_eq!(lines_with("x.await?\nx.awaited", ".await"), [1]);
}

#[test]
fn items_under_test_are_parted_from_the_product() {
    let text = "use a;\n#[cfg(test)]\nuse b;\nfn c() {}\n#[cfg(test)]\nmod d {\n fn e() {}\n}\nfn f() {}\n";
    let parts = parted(text);
    for (word, product) in [
        ("a", true),
        ("b", false),
        ("c", true),
        ("e", false),
        ("f", true),
    ] {
        assert_eq!(
            lines_with(&parts.product, word).len(),
            usize::from(product),
            "{word}"
        );
        assert_eq!(
            lines_with(&parts.tests, word).len(),
            usize::from(!product),
            "{word}"
        );
    }
    assert_eq!(lines_with(&parts.product, "f"), [9]);
}
