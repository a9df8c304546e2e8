//! The form of setup.cfg, as Python's `configparser` reads it: sections, keys with `=` or `:`, lines that
//! go on when they are indented deeper, comments on lines of their own, and `%(key)s` for another value.

use std::collections::{BTreeMap, BTreeSet};

/// How much may come of values that name others, in bytes and uses together.
const INTERPOLATED_MAX: usize = 1 << 20;

/// How deep values may name others (`configparser.MAX_INTERPOLATION_DEPTH`).
const DEPTH_MAX: usize = 10;

/// The section whose keys every other one has.
const DEFAULT: &str = "DEFAULT";

const TOO_MUCH: &str = "too much comes of values that stand for others";

/// `[name]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What stands in the brackets.
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// Its keys, in order.
    pub entries: Vec<Entry>,
}

/// `key = value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it is written.
    pub key: String,
    /// Counted from 1.
    pub line: usize,
    /// Its lines, without those that are empty or comments.
    pub value: String,
}

/// Why a text is not of the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct IniError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// The sections of a text, with values as they are written.
///
/// # Errors
/// When it is not of the form, or says something twice.
pub fn sections(text: &str) -> Result<Vec<Section>, IniError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut keys: BTreeSet<(usize, &str)> = BTreeSet::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut indentation = 0;
    for (number, line) in text.lines().enumerate() {
        let (number, content) = (number + 1, line.trim());
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let wrong = |reason| IniError {
            line: number,
            reason,
        };
        let here = line.chars().take_while(|letter| letter.is_whitespace());
        let here = here.count();
        let last = sections.last_mut();
        let going_on = last.filter(|_| here > indentation);
        if let Some(entry) = going_on.and_then(|section| section.entries.last_mut()) {
            entry.value.push('\n');
            entry.value.push_str(content);
            continue;
        }
        indentation = here;
        if let Some(name) = content.strip_prefix('[') {
            let (name, rest) = name
                .split_once(']')
                .ok_or_else(|| wrong("the name of a section has no `]`"))?;
            if name.is_empty() || rest.contains(']') {
                return Err(wrong("a section has no name, or several `]`"));
            }
            if !names.insert(name) {
                return Err(wrong("a section stands there twice"));
            }
            sections.push(Section {
                name: name.to_owned(),
                line: number,
                entries: Vec::new(),
            });
            continue;
        }
        let position = sections.len();
        let section = sections.last_mut();
        let section = section.ok_or_else(|| wrong("a key stands before any section"))?;
        let (key, value) = content
            .split_once(['=', ':'])
            .ok_or_else(|| wrong("neither a section, nor a key with `=`"))?;
        let key = key.trim_end();
        if key.is_empty() {
            return Err(wrong("a value has no key"));
        }
        if !keys.insert((position, key)) {
            return Err(wrong("a key stands there twice"));
        }
        section.entries.push(Entry {
            key: key.to_owned(),
            line: number,
            value: value.trim().to_owned(),
        });
    }
    Ok(sections)
}

/// The sections with the keys of `[DEFAULT]`, and with what `%(key)s` and `%%` stand for.
///
/// # Errors
/// When a value names what is not there, or a circle, or too much.
pub fn interpolated(mut sections: Vec<Section>) -> Result<Vec<Section>, IniError> {
    let is_default = |section: &Section| section.name == DEFAULT;
    let defaults = match sections.iter().position(is_default) {
        Some(position) => sections.remove(position).entries,
        None => Vec::new(),
    };
    let mut budget = INTERPOLATED_MAX;
    for section in &mut sections {
        add_defaults(section, &defaults, &mut budget)?;
        let mut entries = section.entries.iter();
        if !entries.any(|entry| entry.value.contains('%')) {
            continue;
        }
        let values: BTreeMap<&str, &str> = section
            .entries
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.as_str()))
            .collect();
        let mut found = Vec::with_capacity(section.entries.len());
        for entry in &section.entries {
            let mut text = String::new();
            let written = interpolate(&entry.value, &values, 1, &mut budget, &mut text);
            written.map_err(|reason| IniError {
                line: entry.line,
                reason,
            })?;
            found.push(text);
        }
        for (entry, value) in section.entries.iter_mut().zip(found) {
            entry.value = value;
        }
    }
    Ok(sections)
}

fn add_defaults(
    section: &mut Section,
    defaults: &[Entry],
    budget: &mut usize,
) -> Result<(), IniError> {
    let own: BTreeSet<String> = match defaults {
        [] => return Ok(()),
        _ => section
            .entries
            .iter()
            .map(|entry| entry.key.clone())
            .collect(),
    };
    for default in defaults.iter().filter(|entry| !own.contains(&entry.key)) {
        let cost = default.key.len() + default.value.len() + 1;
        *budget = budget.checked_sub(cost).ok_or(IniError {
            line: default.line,
            reason: TOO_MUCH,
        })?;
        section.entries.push(default.clone());
    }
    Ok(())
}

fn interpolate(
    value: &str,
    values: &BTreeMap<&str, &str>,
    depth: usize,
    budget: &mut usize,
    out: &mut String,
) -> Result<(), &'static str> {
    if depth > DEPTH_MAX {
        return Err("values name each other, too deep or in a circle");
    }
    let mut rest = value;
    loop {
        let (plain, behind) = rest
            .split_once('%')
            .map_or((rest, None), |(plain, behind)| (plain, Some(behind)));
        let cost = plain.len() + 1;
        *budget = budget.checked_sub(cost).ok_or(TOO_MUCH)?;
        out.push_str(plain);
        let Some(behind) = behind else {
            return Ok(());
        };
        if let Some(behind) = behind.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        let named = behind
            .strip_prefix('(')
            .and_then(|name| name.split_once(')'));
        let named = named.and_then(|(name, behind)| Some((name, behind.strip_prefix('s')?)));
        let (name, behind) = named.ok_or("`%` is followed neither by `%` nor by `(key)s`")?;
        let value = values
            .get(name)
            .ok_or("a value names a key that is not there")?;
        interpolate(value, values, depth + 1, budget, out)?;
        rest = behind;
    }
}

#[cfg(test)]
mod tests;
