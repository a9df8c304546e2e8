//! Pieces of `[project]` that several forms have in their own words.

use toml::{Table, Value};

/// `{ name = …, email = … }`
pub(super) fn person(name: Option<&str>, email: Option<&str>) -> Option<Value> {
    let mut table = Table::new();
    for (key, value) in [("name", name), ("email", email)] {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        if let Some(value) = value {
            table.insert(key.to_owned(), value.into());
        }
    }
    (!table.is_empty()).then(|| Value::Table(table))
}

/// The people of a field of names and a field of addresses, of which both may be several with commas
/// between them. Where their numbers differ, nobody can say whose address is whose.
pub(super) fn people(names: Option<&str>, emails: Option<&str>) -> Vec<Value> {
    let split = |field: Option<&str>| -> Vec<String> {
        let parts = field.unwrap_or_default().split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (names_split, emails_split) = (split(names), split(emails));
    if names_split.len() == emails_split.len() {
        let pairs = names_split.iter().zip(&emails_split);
        return pairs
            .filter_map(|(name, email)| person(Some(name), Some(email)))
            .collect();
    }
    if emails_split.len() < 2 {
        return person(names, emails).into_iter().collect();
    }
    let named = names_split.iter().map(|name| person(Some(name), None));
    let addressed = emails_split.iter().map(|email| person(None, Some(email)));
    named.chain(addressed).flatten().collect()
}

/// `{ text = … }`: the form that every version of every backend takes.
pub(super) fn license(text: &str) -> Value {
    Value::Table(Table::from_iter([("text".to_owned(), text.trim().into())]))
}

/// A list of texts.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    Value::Array(texts.into_iter().map(Value::from).collect())
}

/// Whether a name of a file is that of a readme that `[project]` can name without its type.
pub(super) fn is_readme(file: &str) -> bool {
    let ending = file
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "rst" | "txt"))
}

/// Whether a text reads as a version.
pub(super) fn is_version(text: &str) -> bool {
    text.parse::<tilsit_packaging::version::Version>().is_ok()
}

/// Whether a text reads as bounds of versions.
pub(super) fn are_specifiers(text: &str) -> bool {
    text.parse::<tilsit_packaging::specifier::VersionSpecifiers>()
        .is_ok()
}
