//! Migrations are append-only: one that was written down is never edited, because branches update late.
use super::tree::{File, assert_none, files, root};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const BOOK: &str = "migrations/checksums.txt";

/// `sha256  path` a line, as `sha256sum` prints it.
fn read_book(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    lines
        .map(|(sum, path)| (path.to_owned(), sum.to_owned()))
        .collect()
}

fn sums(files: &[File]) -> BTreeMap<String, String> {
    let migrations = files
        .iter()
        .filter(|file| file.path.starts_with("migrations/") && file.path.ends_with(".sql"));
    migrations
        .map(|file| (file.path.clone(), sum(&file.text)))
        .collect()
}

fn sum(text: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").expect("a string takes text");
    }
    hex
}

fn rewritten(book: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, sum) in book {
        match now.get(path) {
            None => complaints.push(format!("{path}: an old migration is gone")),
            Some(now) if now != sum => {
                complaints.push(format!(
                    "{path}: an old migration was edited; write a new one instead"
                ));
            }
            Some(_) => {}
        }
    }
    complaints
}

fn unbooked(book: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let new = now.keys().filter(|path| !book.contains_key(*path));
    new.map(|path| format!("{path}: not in {BOOK} yet: `make bless` writes it down"))
        .collect()
}

/// `BLESS=1` writes new migrations down. It never changes a line that stands: who has to, deletes the line first.
#[test]
fn old_migrations_stand_as_they_were_written_down() {
    let path = root().join(BOOK);
    let mut book = read_book(&std::fs::read_to_string(&path).unwrap_or_default());
    let now = sums(&files());
    assert_none(&rewritten(&book, &now));
    if std::env::var_os("BLESS").is_some() {
        book.extend(now.clone());
        let lines: Vec<String> = book
            .iter()
            .map(|(path, sum)| format!("{sum}  {path}\n"))
            .collect();
        std::fs::write(&path, lines.concat()).expect("the book can be written");
    }
    assert_none(&unbooked(&book, &now));
}

#[test]
fn an_edited_a_lost_and_a_new_migration_are_found() {
    let files = [
        File::new("migrations/a/V1__x.sql", "create table x(a);"),
        File::new("migrations/a/V2__y.sql", "create table y(a);"),
    ];
    let now = sums(&files);
    let mut book = now.clone();
    assert!(rewritten(&book, &now).is_empty() && unbooked(&book, &now).is_empty());
    book.insert("migrations/a/V1__x.sql".into(), sum("create table x(b);"));
    book.insert("migrations/a/V0__w.sql".into(), sum(""));
    book.remove("migrations/a/V2__y.sql");
    assert_eq!(rewritten(&book, &now).len(), 2);
    assert_eq!(unbooked(&book, &now).len(), 1);
}

#[test]
fn the_book_reads_back() {
    let line = format!("{}  migrations/a/V1__x.sql\n", sum("x"));
    assert_eq!(read_book(&line)["migrations/a/V1__x.sql"], sum("x"));
}
