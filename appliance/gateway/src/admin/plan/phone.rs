//! `[[phone]]`: one phone, or a range of them.
use super::section::{Found, Section};
use super::{Faults, PHONES_MAX, PlanFault};
use messages::Extension;
use messages::command::{PhonePlan, Secret};
use std::collections::BTreeMap;

const PASSWORD_CHARS_MAX: usize = 128;
const LABEL_CHARS_MAX: usize = 64;
/// Stands for the extension in the password of a range.
const USER: &str = "{user}";

pub(super) fn read(sections: Vec<Section<'_>>, faults: &mut Faults<'_>) -> Vec<PhonePlan> {
    let mut phones = Vec::new();
    let mut seen: BTreeMap<Extension, usize> = BTreeMap::new();
    for mut section in sections {
        let extensions = extensions(&mut section, faults);
        let password = password(&mut section, faults);
        let label = label(&mut section, faults);
        let at = section.at;
        section.done(faults);
        let Some(password) = password else { continue };
        for extension in extensions {
            if let Some(first) = seen.get(&extension) {
                let line = faults.lines.of(*first);
                faults.at(at, "phone.user", PlanFault::ExtensionTwice(line));
                break;
            }
            seen.insert(extension.clone(), at);
            phones.push(PhonePlan {
                of_device: false,
                label: label.map_or_else(|| extension.to_string(), str::to_owned),
                password: Secret::new(password.replace(USER, extension.as_str())),
                extension,
            });
        }
        if phones.len() > PHONES_MAX {
            faults.at(at, "phone", PlanFault::TooMany(PHONES_MAX));
            break;
        }
    }
    phones
}

fn extensions(section: &mut Section<'_>, faults: &mut Faults<'_>) -> Vec<Extension> {
    let user = section.text("user", faults);
    let range = section.text("range", faults);
    if section.has("user") == section.has("range") {
        faults.at(section.at, "phone.user", PlanFault::UserOrRange);
        return Vec::new();
    }
    if let Some(user) = user {
        let extension = Extension::parse(user.value);
        if extension.is_none() {
            faults.at(user.at, "phone.user", PlanFault::BadExtension);
        }
        return extension.into_iter().collect();
    }
    range.map_or_else(Vec::new, |range| span(range, faults))
}

/// `1000-1999`, both ends included.
fn span(range: Found<&str>, faults: &mut Faults<'_>) -> Vec<Extension> {
    let ends = range.value.split_once('-').and_then(|(from, to)| {
        let (from, to) = (from.trim(), to.trim());
        Extension::parse(from)?;
        Extension::parse(to)?;
        let width = from.len();
        let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
        (width == range.value.rsplit('-').next()?.trim().len() && from <= to)
            .then_some((width, from, to))
    });
    let Some((width, from, to)) = ends else {
        faults.at(range.at, "phone.range", PlanFault::BadRange);
        return Vec::new();
    };
    if to - from >= PHONES_MAX {
        faults.at(range.at, "phone.range", PlanFault::TooMany(PHONES_MAX));
        return Vec::new();
    }
    let texts = (from..=to).map(|number| format!("{number:0width$}"));
    texts.filter_map(|text| Extension::parse(&text)).collect()
}

fn password<'a>(section: &mut Section<'a>, faults: &mut Faults<'_>) -> Option<&'a str> {
    let password = section.needed_text("password", faults)?;
    let chars = password.value.chars().count();
    if !(1..=PASSWORD_CHARS_MAX).contains(&chars) || password.value.chars().any(char::is_control) {
        faults.at(password.at, "phone.password", PlanFault::BadPassword);
        return None;
    }
    if let Some(word) = unknown_placeholder(password.value) {
        let fault = PlanFault::UnknownPlaceholder(word.to_owned());
        faults.at(password.at, "phone.password", fault);
        return None;
    }
    Some(password.value)
}

/// A word in braces that stands for nothing: most likely a slip of the pen in `{user}`.
fn unknown_placeholder(password: &str) -> Option<&str> {
    let words = password.split('{').skip(1);
    let mut words = words.filter_map(|rest| rest.split_once('}').map(|(word, _)| word));
    words.find(|word| {
        *word != "user" && !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic())
    })
}

fn label<'a>(section: &mut Section<'a>, faults: &mut Faults<'_>) -> Option<&'a str> {
    let label = section.text("name", faults)?;
    let text = label.value.trim();
    if text.chars().count() > LABEL_CHARS_MAX || text.chars().any(char::is_control) {
        faults.at(label.at, "phone.name", PlanFault::BadLabel);
        return None;
    }
    (!text.is_empty()).then_some(text)
}
