//! The form of setup.cfg, as Python's `configparser` reads it: sections, keys with `=` or `:`, lines that
//! go on when they are indented, comments on lines of their own.

use super::{ImportError, invalid};

/// `[name]`
pub(super) struct Section {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) entries: Vec<Entry>,
}

/// `key = value`
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    /// Its lines, without those that are empty or comments.
    pub(super) value: String,
}

/// The sections of a text.
pub(super) fn sections(file: &str, text: &str) -> Result<Vec<Section>, ImportError> {
    let mut sections: Vec<Section> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let (number, content) = (number + 1, line.trim());
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let wrong = |reason: &str| invalid(file, format!("line {number}: {reason}"));
        let is_indented = line.starts_with([' ', '\t']);
        let last = sections.last_mut();
        let going_on = last.filter(|_| is_indented);
        if let Some(entry) = going_on.and_then(|section| section.entries.last_mut()) {
            entry.value.push('\n');
            entry.value.push_str(content);
            continue;
        }
        if let Some(name) = content.strip_prefix('[') {
            let name = name.split_once(']').map(|(name, _)| name.trim());
            let name = name.ok_or_else(|| wrong("the name of a section has no `]`"))?;
            sections.push(Section {
                name: name.to_owned(),
                line: number,
                entries: Vec::new(),
            });
            continue;
        }
        let section = sections.last_mut();
        let section = section.ok_or_else(|| wrong("a key stands before any section"))?;
        let (key, value) = content
            .split_once(['=', ':'])
            .ok_or_else(|| wrong("neither a section, nor a key with `=`"))?;
        section.entries.push(Entry {
            key: key.trim().to_owned(),
            line: number,
            value: value.trim().to_owned(),
        });
    }
    Ok(sections)
}
